import Containers
import Linux
import OCISpec

extension Verb {
  static let events = Verb(
    name: "events", words: "ID",
    summary: "Print what a container uses, again and again, and when memory runs out.",
    options: [
      Option("stats", help: "print it once"),
      Option("interval", value: "DURATION", help: "the time between two, as 500ms or 1m30s; 5s by default"),
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

private func duration(_ text: String) throws(UsageError) -> Duration {
  guard let nanoseconds = nanoseconds(text), nanoseconds > 0 else {
    throw UsageError("--interval \(text): it is a time of more than 0, as 5s, 500ms, 1.5s or 1h1m")
  }
  return .nanoseconds(nanoseconds)
}

/// A time as Go's programs write it: numbers, with a fraction or without, and a unit behind each.
private func nanoseconds(_ text: String) -> Int64? {
  let units: [(String, Int64)] = [
    ("ns", 1), ("us", 1000), ("µs", 1000), ("μs", 1000), ("ms", 1_000_000), ("s", 1_000_000_000),
    ("m", 60_000_000_000), ("h", 3_600_000_000_000),
  ]
  func isNumber(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || byte == UInt8(ascii: ".") }
  var sum = 0.0
  var rest = Array(text.utf8)[...]
  repeat {
    let number = rest.prefix(while: isNumber)
    rest = rest.dropFirst(number.count)
    let unit = rest.prefix { !isNumber($0) }
    rest = rest.dropFirst(unit.count)
    guard number.contains(where: { $0 != UInt8(ascii: ".") }),
      let amount = Double(String(decoding: number, as: UTF8.self)),
      let factor = units.first(where: { $0.0.utf8.elementsEqual(unit) })?.1
    else { return nil }
    sum += amount * Double(factor)
  } while !rest.isEmpty
  return sum < Double(Int64.max) ? Int64(sum) : nil
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
