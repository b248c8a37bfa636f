import Containers

/// A command: one file each, in Verbs.
struct Verb: Sendable {
  let name: String
  /// What follows the options.
  let words: String
  let summary: String
  var options: [Option] = []
  /// What follows the container's id is a command of somebody else's.
  var stopsAtWord = false
  /// Whether it has to do with containers, and so takes a place where they have their state.
  var usesState = true
  /// How it ends when it fails, where that is not the status of a command that can't be executed.
  var failure: Int32?
  let action: @Sendable (Context, Arguments) throws -> Int32

  static let all: [Verb] = [
    .create, .start, .state, .kill, .delete, .run, .exec, .list, .ps, .pause, .resume, .update, .events,
    .spec, .features,
    .checkpoint, .restore, .mounts,
  ]

  /// Several sentences: what is in a command's `--help`.
  var help: String {
    """
    NAME:
       \(programName) \(name) - \(summary)

    USAGE:
       \(programName) [GLOBAL OPTIONS] \(name) [OPTIONS] \(words)

    \(table(options))
    """
  }
}

/// What the options before the command say.
struct Context {
  var runtime: Runtime
  let log: Log

  /// All containers. Whoever asks for them is told of those whose state can't be read.
  func containers() throws -> [ContainerStatus] {
    var runtime = runtime
    runtime.warn = { log.notice($0) }
    return try runtime.list()
  }
}

func table(_ options: [Option]) -> String {
  options.map { option in
    let names = option.names.map { ($0.utf8.count == 1 ? "-" : "--") + $0 }.joined(separator: ", ")
    let left = names + (option.value.map { " \($0)" } ?? "")
    return "  " + left + String(repeating: " ", count: max(2, 32 - left.utf8.count)) + option.help
  }.joined(separator: "\n")
}
