import Containers

extension Verb {
  static let start = Verb(
    name: "start", words: "ID", summary: "Let a container that was created execute its command."
  ) { context, arguments in
    let id = try arguments.id()
    try closeOnExec(keeping: 0)
    if try context.runtime.entersToStart(id) { try sealed(context) }
    try context.runtime.start(id)
    return 0
  }
}
