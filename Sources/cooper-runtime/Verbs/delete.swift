import Containers

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
      let ids = try context.containers().map(\.record.id).filter { pattern.matches($0) }
      try context.runtime.deleteAll(ids, force: arguments.has("force"))
      return 0
    }
    try context.runtime.delete(arguments.id(), force: arguments.has("force"))
    return 0
  }
}
