import Containers
import Linux
import OCISpec

extension Verb {
  static let events = Verb(
    name: "events", words: "ID",
    summary: "Print what a container uses, again and again, and when memory runs out.",
    options: [
      Option("stats", help: "print it once"),
      Option("interval", value: "DURATION", help: "the time between two, as 5s or 500ms; 5s by default"),
    ]
  ) { context, arguments in
    let id = try arguments.id()
    let interval = try arguments["interval"].map(duration) ?? .seconds(5)
    // From here on nothing is missed.
    var watch = try context.runtime.watch(id)
    try print(JSONWriter.text(Event("stats", id, context.runtime.usage(id))))
    if arguments.has("stats") { return 0 }
    while true {
      switch try watch.next(within: interval) {
      case .ended: return 0
      case .outOfMemory: try print(JSONWriter.text(Event("oom", id, nil)))
      case .timeIsOver:
        // It may end in this moment.
        guard let usage = try? context.runtime.usage(id) else { return 0 }
        try print(JSONWriter.text(Event("stats", id, usage)))
      }
    }
  }
}

/// A number and ms, s or m.
private func duration(_ text: String) throws(UsageError) -> Duration {
  let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000)]
  for (unit, factor) in units where text.hasSuffix(unit) {
    if let number = Int64(text.dropLast(unit.utf8.count)), (1...1_000_000).contains(number) {
      return .milliseconds(number * factor)
    }
  }
  throw UsageError("--interval \(text): it is a time of more than 0, as 5s or 500ms")
}

private struct Event: Record {
  var type = ""
  var id = ""
  var data: ContainerUsage?

  init() {}

  init(_ type: String, _ id: String, _ data: ContainerUsage?) {
    (self.type, self.id, self.data) = (type, id, data)
  }

  mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("type", &type)
    try properties.required("id", &id)
    try properties.optional("data", &data)
  }
}
