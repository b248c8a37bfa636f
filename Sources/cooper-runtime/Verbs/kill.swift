import Containers
import Linux

extension Verb {
  static let kill = Verb(
    name: "kill", words: "ID [SIGNAL]",
    summary: "Send a signal to a container's first process: SIGTERM by default.",
    options: [
      Option("all", "a", help: "to all its processes"),
      Option("regex", "r", help: "to all whose ids match: ID is a regular expression"),
    ]
  ) { context, arguments in
    let words = try arguments.words(1...2, "the container's id")
    let signal = try words.count == 2 ? signal(words[1]) : .term
    if arguments.has("regex") {
      let pattern = try Pattern(words[0])
      try context.runtime.killAll(where: { pattern.matches($0) }, signal, all: arguments.has("all"))
      return 0
    }
    try context.runtime.kill(words[0], signal, all: arguments.has("all"))
    return 0
  }
}

/// A number, of which 0 only asks whether it could be sent, or a name with or without SIG, in letters of either case.
private func signal(_ text: String) throws(UsageError) -> Signal {
  if let number = Int32(text) {
    guard (0...64).contains(number) else { throw UsageError("\(text): there is no such signal") }
    return Signal(rawValue: number)
  }
  let upper = text.uppercased()
  let name = upper.hasPrefix("SIG") ? upper : "SIG\(upper)"
  if let signal = Signal(name) { return signal }
  let parts = name.split(separator: "+")
  if parts.count == 2, let base = Signal(String(parts[0])), let offset = Int32(parts[1]), offset >= 0,
    base.rawValue + offset <= 64
  {
    return Signal(rawValue: base.rawValue + offset)
  }
  throw UsageError("\(text): there is no such signal")
}
