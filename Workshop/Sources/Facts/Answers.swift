/// What the probe tells: lines of a name and a value. A name that has several values comes several times.
public struct Answers: Sendable {
  private var lines: [(name: String, value: String)] = []
  private static let end = "end"

  public init() {}

  /// Of what was printed. Other lines are names that nobody asks for.
  public init(_ text: String) {
    lines = text.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
      return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
    }
  }

  public mutating func add(_ name: String, _ values: [String]) {
    for value in values { lines.append((name, value)) }
  }

  public mutating func add(_ name: String, _ value: String?) { if let value { add(name, [value]) } }

  public mutating func add(_ name: String, _ value: Int) { add(name, ["\(value)"]) }

  public mutating func add(_ name: String, _ isSo: Bool) { add(name, [isSo ? "yes" : "no"]) }

  /// What the probe prints.
  public var text: String { lines.map { "\($0.name) \($0.value)\n" }.joined() + "\(Self.end)\n" }

  /// Whether the probe has told all.
  public var isWhole: Bool { lines.contains { $0.name == Self.end } }

  public func all(_ name: String) -> [String] { lines.filter { $0.name == name }.map(\.value) }

  public subscript(_ name: String) -> String? { lines.first { $0.name == name }?.value }

  public func number(_ name: String) -> Int? { self[name].flatMap { Int($0) } }

  public func isSo(_ name: String) -> Bool { self[name] == "yes" }
}
