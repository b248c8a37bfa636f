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
      let arguments = Array(CommandLine.arguments.dropFirst())
      if arguments.first == Run._commandName && geteuid() == 0 { try sealOwnExecutable() }
      var command = try parseAsRoot(askingForHelp(arguments))
      try command.run()
    } catch let status as ExitCode {
      exit(withError: status)
    } catch let error as ContainerError {
      let noEntry: Int32 = 2
      fail("\(error)", status: error.execErrno.map { $0 == noEntry ? 127 : 126 } ?? 125)
    } catch let error as CompileError {
      fail("\(option(of: error.property)): \(error.cause)", status: 125)
    } catch {
      // Help and the version are no failures.
      if exitCode(for: error) == .success { exit(withError: error) }
      fail(message(for: error), status: 125)
    }
  }

  /// The parser passes `run --help` on like any command of the container's: it sees `help run` instead.
  private static func askingForHelp(_ arguments: [String]) -> [String] {
    arguments.count == 2 && ["-h", "--help"].contains(arguments[1]) ? ["help", arguments[0]] : arguments
  }

  private static func fail(_ message: String, status: Int32) -> Never {
    printError(message)
    exit(withError: ExitCode(status))
  }
}
