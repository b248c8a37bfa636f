import Containers

extension Verb {
  static let delete = Verb(
    name: "delete", words: "ID", summary: "Remove what is left of a container that has stopped.",
    options: [Option("force", "f", help: "also of one that runs, which is killed")]
  ) { context, arguments in
    try context.runtime.delete(arguments.id(), force: arguments.has("force"))
    return 0
  }
}
