/// Writes values as JSON: on one line, or for people.
public struct JSONWriter: Sendable {
  private(set) var text = ""
  /// Whether each value gets a line.
  private let isIndented: Bool
  private var depth = 0
  private var isFirst = true

  private init(isIndented: Bool) { self.isIndented = isIndented }

  public static func text(_ value: some JSONValue, isIndented: Bool = false) -> String {
    var writer = JSONWriter(isIndented: isIndented)
    value.write(to: &writer)
    return writer.text
  }

  package mutating func plain(_ word: String) { text += word }

  mutating func quoted(_ word: String) {
    text += "\""
    for scalar in word.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  mutating func begin(_ bracket: String) {
    text += bracket
    depth += 1
    isFirst = true
  }

  mutating func end(_ bracket: String) {
    depth -= 1
    if !isFirst { line() }
    isFirst = false
    text += bracket
  }

  mutating func member(_ name: String, _ value: some JSONValue) {
    next()
    quoted(name)
    text += isIndented ? ": " : ":"
    value.write(to: &self)
  }

  mutating func array(_ values: [some JSONValue]) {
    begin("[")
    for value in values {
      next()
      value.write(to: &self)
    }
    end("]")
  }

  private mutating func next() {
    if !isFirst { text += "," }
    isFirst = false
    line()
  }

  private mutating func line() {
    if isIndented { text += "\n" + String(repeating: "  ", count: depth) }
  }
}

/// Writes a record's properties, those that a document does without left out.
struct WrittenProperties: Properties {
  private var writer: JSONWriter

  init(_ writer: JSONWriter) {
    self.writer = writer
    self.writer.begin("{")
  }

  mutating func optional(_ name: StaticString, _ value: inout some JSONValue) {
    if !value.isAbsent { writer.member("\(name)", value) }
  }

  mutating func required(_ name: StaticString, _ value: inout some JSONValue) {
    writer.member("\(name)", value)
  }

  consuming func end() -> JSONWriter {
    writer.end("}")
    return writer
  }
}
