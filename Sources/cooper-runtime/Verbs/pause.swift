import Containers

extension Verb {
  static let pause = Verb(
    name: "pause", words: "ID", summary: "Stop all processes of a container."
  ) { context, arguments in
    try context.runtime.pause(arguments.id())
    return 0
  }

  static let resume = Verb(
    name: "resume", words: "ID", summary: "Continue the processes of a container that is paused."
  ) { context, arguments in
    try context.runtime.resume(arguments.id())
    return 0
  }
}
