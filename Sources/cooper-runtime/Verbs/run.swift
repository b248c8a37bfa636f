import Containers

extension Verb {
  static let run = Verb(
    name: "run", words: "ID", summary: "Make a container, start it, and stay until it ends.",
    options: makerOptions + [
      Option("detach", "d", help: "don't stay"),
      Option("keep", help: "leave the container, stopped, for `delete`"),
    ]
  ) { context, arguments in
    try sealed(context)
    let (bundle, options) = try makerChoices(arguments)
    if arguments.has("detach") {
      try context.runtime.runDetached(arguments.id(), bundle: bundle, options)
      return 0
    }
    let status = try context.runtime.run(
      arguments.id(), bundle: bundle, options, keeps: arguments.has("keep"))
    return status.shellStatus ?? 1
  }
}
