import ArgumentParser
import Containers
import Linux

/// Containers for people: each verb is a file of its own.
@main
struct Cooper: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cooper",
    abstract: "Linux containers, as lists of system calls.",
    version: "0.1.0",
    subcommands: [Run.self, Explain.self])

  /// The command's own status, or one of cooper's: 125 when the container could not be made, 126 when the command
  /// could not be executed, 127 when it was not found.
  static func main() {
    do {
      try openMissingStreams()
      // First of all, since it starts this program once more.
      if CommandLine.arguments.dropFirst().first == Run._commandName {
        try sealOwnExecutable(isRoot: callerIsRoot)
      }
      var command = try parse(commandLine())
      try command.run()
    } catch let status as ExitCode {
      exit(withError: status)
    } catch let error as ContainerError {
      // ENOENT, ENOTDIR
      fail(explained(error), status: error.execErrno.map { [2, 20].contains($0) ? 127 : 126 } ?? 125)
    } catch let error as SystemCallError {
      fail(explained(error), status: 125)
    } catch {
      // Help and the version are no failures.
      if exitCode(for: error) == .success { exit(withError: error) }
      fail(message(for: error), status: 125)
    }
  }

  /// The words from the image on are kept from the parser.
  private static func parse(_ words: [String]) throws -> any ParsableCommand {
    guard let verb = words.first, verb == Run._commandName || verb == Explain._commandName else {
      if let word = words.first, !word.begins(with: "-"), word != "help" {
        throw ValidationError("there is no command \(word): it is run, explain or help")
      }
      return try parseAsRoot(words)
    }
    let words = try Words(words.dropFirst())
    if words.asksForHelp { return try parseAsRoot(["help", verb]) }
    let command = try parseAsRoot([verb] + words.options)
    guard var command = command as? any ContainerCommand else { return command }
    // What it doesn't know it takes for the image.
    if let option = command.options.imageAndCommand.first {
      throw ValidationError("unknown option \(option)")
    }
    command.options.imageAndCommand = words.imageAndCommand
    return command
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    printError(message)
    exit(withError: ExitCode(status))
  }
}
