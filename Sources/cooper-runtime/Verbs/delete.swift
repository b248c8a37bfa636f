import Containers
import Glibc

extension Verb {
  static let delete = Verb(
    name: "delete", words: "ID", summary: "Remove what is left of a container that has stopped.",
    options: [
      Option("force", "f", help: "also of one that runs, which is killed"),
      Option("regex", "r", help: "of all whose ids match: ID is a regular expression"),
    ]
  ) { context, arguments in
    if arguments.has("regex") {
      let pattern = try Pattern(arguments.id())
      for container in try context.containers() where pattern.matches(container.record.id) {
        try context.runtime.delete(container.record.id, force: arguments.has("force"))
      }
      return 0
    }
    try context.runtime.delete(arguments.id(), force: arguments.has("force"))
    return 0
  }
}

/// regcomp(3): an extended regular expression.
private final class Pattern {
  private var compiled = regex_t()

  init(_ text: String) throws(UsageError) {
    if regcomp(&compiled, text, REG_EXTENDED | REG_NOSUB) != 0 {
      throw UsageError("--regex \(text): it is no regular expression")
    }
  }

  deinit { regfree(&compiled) }

  func matches(_ text: String) -> Bool { regexec(&compiled, text, 0, nil, 0) == 0 }
}
