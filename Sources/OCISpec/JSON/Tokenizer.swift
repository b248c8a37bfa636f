/// Cuts a text into the values of JSON (RFC 8259), in the order in which they begin.
struct Tokenizer {
  /// Objects and arrays in each other.
  static let maximumDepth = 64

  private let text: [UInt8]
  private var position = 0
  private(set) var tokens: [JSONToken] = []
  /// The arrays and objects that are open.
  private var open: [Int] = []

  init(_ text: [UInt8]) {
    self.text = text
    tokens.reserveCapacity(text.count / 12 + 8)
  }

  mutating func run() throws(JSONError) {
    repeat {
      try value()
      skipSpace()
      while let last = open.last,
        byte == (tokens[last].kind == .object ? UInt8(ascii: "}") : UInt8(ascii: "]"))
      {
        position += 1
        close()
        skipSpace()
      }
      if !open.isEmpty {
        try expect(",", "a comma, or the end of \(tokens[open[open.count - 1]].kind)")
        try key()
      }
    } while !open.isEmpty
    if position < text.count { throw fault("the end of the text") }
  }

  private var byte: UInt8? { position < text.count ? text[position] : nil }

  private mutating func skipSpace() {
    while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
  }

  private mutating func expect(_ wanted: Unicode.Scalar, _ words: String) throws(JSONError) {
    skipSpace()
    guard byte == UInt8(ascii: wanted) else { throw fault(words) }
    position += 1
  }

  /// In an object, the name and the colon that come before a value.
  private mutating func key() throws(JSONError) {
    guard let last = open.last, tokens[last].kind == .object else { return }
    skipSpace()
    guard byte == UInt8(ascii: "\"") else { throw fault("a name in quotes") }
    try string()
    try expect(":", "a colon")
  }

  private mutating func value() throws(JSONError) {
    skipSpace()
    switch byte {
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "{"): try begin(.object, end: "}")
    case UInt8(ascii: "["): try begin(.array, end: "]")
    case UInt8(ascii: "t"): try word("true", .bool)
    case UInt8(ascii: "f"): try word("false", .bool)
    case UInt8(ascii: "n"): try word("null", .null)
    case .some(UInt8(ascii: "-")), .some(0x30...0x39): try number()
    default: throw fault("a value")
    }
  }

  /// Goes into an array or object as far as its first value, if it has one.
  private mutating func begin(_ kind: JSONToken.Kind, end: Unicode.Scalar) throws(JSONError) {
    guard open.count < Self.maximumDepth else { throw fault("no more than \(Self.maximumDepth) levels") }
    append(kind, from: position)
    open.append(tokens.count - 1)
    position += 1
    skipSpace()
    if byte == UInt8(ascii: end) {
      position += 1
      return close()
    }
    try key()
    try value()
  }

  private mutating func close() {
    let index = open.removeLast()
    tokens[index].next = UInt32(tokens.count)
    tokens[index].end = UInt32(position)
  }

  private mutating func append(_ kind: JSONToken.Kind, from start: Int) {
    let index = UInt32(tokens.count)
    tokens.append(
      JSONToken(kind: kind, start: UInt32(start), end: UInt32(position), index: index, next: index + 1))
  }

  private mutating func word(_ word: StaticString, _ kind: JSONToken.Kind) throws(JSONError) {
    let start = position
    for index in 0..<word.utf8CodeUnitCount {
      guard byte == word.utf8Start[index] else { throw fault("\(word)") }
      position += 1
    }
    append(kind, from: start)
  }

  private mutating func number() throws(JSONError) {
    let start = position
    if byte == UInt8(ascii: "-") { position += 1 }
    if byte == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if byte == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      position += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    append(.number, from: start)
  }

  private mutating func digits() throws(JSONError) {
    let start = position
    while let byte, (0x30...0x39).contains(byte) { position += 1 }
    if position == start { throw fault("a digit") }
  }

  private mutating func string() throws(JSONError) {
    position += 1
    let start = position
    var hasEscapes = false
    while let byte, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else { throw fault("no control character in a string") }
      if byte == UInt8(ascii: "\\") {
        hasEscapes = true
        position += 1
      }
      position += 1
    }
    guard position < text.count else { throw fault("a closing quote") }
    append(.string, from: start)
    tokens[tokens.count - 1].hasEscapes = hasEscapes
    position += 1
  }

  private func fault(_ wanted: String) -> JSONError {
    let before = text.prefix(position)
    let line = before.count { $0 == 0x0a } + 1
    let column = before.reversed().prefix { $0 != 0x0a }.count + 1
    return JSONError("", "line \(line), column \(column): expected \(wanted)")
  }
}
