import Containers

extension Verb {
  static let start = Verb(
    name: "start", words: "ID", summary: "Let a container that was created execute its command."
  ) { context, arguments in
    try context.runtime.start(arguments.id())
    return 0
  }
}
