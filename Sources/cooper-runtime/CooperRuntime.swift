import CLinux
import Containers
import Linux
import SystemPackage

/// The command line of the OCI runtimes, which engines know.
@main
struct CooperRuntime {
  static let version = "0.1.0"

  /// Has no closure: in this function one would ask for the main actor, for which all of Swift's concurrency is linked.
  static func main() { exit(answer()) }

  /// Does what the command line says, and returns the status to end with.
  private static func answer() -> Int32 {
    clinux_keep_freed_memory()
    var log = Log()
    do {
      try openMissingStreams()
      guard CommandLine.argc > 0 else { throw UsageError("there is no command line, and not even a name") }
      let arguments = try Arguments(ownArguments(), globalOptions, stopsAtWord: true)
      log = try Log(arguments)
      return try run(arguments, log)
    } catch let error as ContainerError {
      log.error(explained(error))
      // ENOENT, ENOTDIR: the shell's statuses for a command that isn't there, or can't be executed.
      return error.execErrno.map { [2, 20].contains($0) ? 127 : 126 } ?? 1
    } catch {
      log.error(error is UsageError ? "\(error)" : explained(error))
      return 1
    }
  }

  private static let globalOptions = [
    Option("root", value: "DIR", help: "where containers have their state"),
    Option("log", value: "FILE", help: "where warnings and errors go"),
    Option("log-format", value: "FORMAT", help: "text or json"),
    Option("debug", help: "log more"),
    Option("systemd-cgroup", help: "let systemd make the cgroups: cgroupsPath is SLICE:PREFIX:NAME"),
    Option("cgroup-manager", value: "MANAGER", help: "cgroupfs, systemd or disabled"),
    Option(
      "rootless", value: "WORD",
      help:
        "false: no container without a cgroup; true and auto: where none can be made and nothing is limited"),
    Option("version", "v", help: "print the version"), Option("help", "h", help: "print this"),
  ]

  private static func run(_ arguments: Arguments, _ log: Log) throws -> Int32 {
    if arguments.has("version") {
      try print("\(programName) version \(version)\ncommit: v\(version)\nspec: \(supportedVersion)")
      return 0
    }
    guard let name = arguments.rest.first, !arguments.has("help"), name != "help" else {
      try print(usage)
      return arguments.rest.isEmpty && !arguments.has("help") ? 1 : 0
    }
    guard let verb = Verb.all.first(where: { $0.name == name }) else {
      throw UsageError(
        arguments.rest.contains { ["-h", "--help"].contains($0) }
          ? "No help topic for '\(name)'" : "there is no command \(name)")
    }
    let help = Option("help", "h", help: "print this")
    let own = try Arguments(
      Array(arguments.rest.dropFirst()), verb.options + [help], stopsAtWord: verb.stopsAtWord)
    if own.has("help") {
      try print(verb.help)
      return 0
    }
    let context = try context(arguments, log, usesState: verb.usesState)
    do { return try verb.action(context, own) } catch {
      let error: any Error = (error as? UsageError).map { UsageError("\(name): \($0)") } ?? error
      guard let status = verb.failure else { throw error }
      log.error(error is UsageError ? "\(error)" : explained(error))
      return status
    }
  }

  private static func context(_ arguments: Arguments, _ log: Log, usesState: Bool) throws -> Context {
    let rootless = arguments["rootless"] ?? "auto"
    guard ["true", "false", "auto"].contains(rootless) else {
      throw UsageError("--rootless \(rootless): it is true, false or auto")
    }
    var runtime = Runtime(root: usesState ? try root(arguments) : "")
    runtime.cgroupManager = try cgroupManager(arguments)
    runtime.allowsNoCgroup = rootless != "false"
    runtime.warn = { log.warning($0) }
    if log.isDebugging { runtime.debug = { log.debug($0) } }
    return Context(runtime: runtime, log: log)
  }

  private static func cgroupManager(_ arguments: Arguments) throws(UsageError) -> CgroupManager {
    if arguments.has("systemd-cgroup") { return .systemd }
    guard let word = arguments["cgroup-manager"] else { return .cgroupfs }
    guard let manager = CgroupManager(rawValue: word) else {
      throw UsageError("--cgroup-manager \(word): it is cgroupfs, systemd or disabled")
    }
    return manager
  }

  private static func root(_ arguments: Arguments) throws -> String {
    guard let root = arguments["root"] else { return try defaultRoot() }
    if root.isEmpty { throw UsageError("--root: it is empty") }
    return try absolutePath(root)
  }

  /// Root's containers are known to root; a user's end with the session.
  private static func defaultRoot() throws -> String {
    if geteuid() == 0 { return "/run/cooper-runtime" }
    guard let directory = environmentVariable("XDG_RUNTIME_DIR"), directory.utf8.first == UInt8(ascii: "/")
    else {
      throw UsageError("XDG_RUNTIME_DIR is not set to a path: without root it takes that, or --root")
    }
    return "\(directory)/cooper-runtime"
  }

  private static var usage: String {
    let verbs = Verb.all.map { verb in
      "  " + verb.name + String(repeating: " ", count: 14 - verb.name.utf8.count) + verb.summary
    }
    return """
      NAME:
         \(programName) - Open Container Initiative runtime: it makes and runs containers of bundles

      USAGE:
         \(programName) [GLOBAL OPTIONS] COMMAND [OPTIONS] ...

      \(verbs.joined(separator: "\n"))

      \(table(globalOptions))
      """
  }
}

extension Log {
  fileprivate init(_ arguments: Arguments) throws(UsageError) {
    let word = arguments["log-format"] ?? "text"
    guard let format = Format(rawValue: word) else {
      throw UsageError("--log-format \(word): it is text or json")
    }
    let path = arguments["log"].flatMap { $0.isEmpty ? nil : $0 }
    try self.init(path: path, format: format, isDebugging: arguments.has("debug"))
  }
}
