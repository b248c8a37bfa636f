/// A value of config.json: no more of JSON than that needs, and no numbers with a fraction. Given.
enum JSON: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  subscript(_ name: String) -> JSON {
    guard case .object(let members) = self else { return .null }
    return members[name] ?? .null
  }

  var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  var int: Int? {
    guard case .int(let value) = self else { return nil }
    return value
  }

  var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  var array: [JSON] {
    guard case .array(let values) = self else { return [] }
    return values
  }

  var strings: [String] { array.compactMap(\.string) }

  var members: [String: JSON] {
    guard case .object(let members) = self else { return [:] }
    return members
  }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
  init(stringLiteral value: String) { self = .string(value) }
  init(integerLiteral value: Int) { self = .int(value) }
  init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements) { $1 })
  }
  init(arrayLiteral elements: JSON...) { self = .array(elements) }
}

extension JSON {
  /// Nil when the text isn't one value.
  init?(_ text: some StringProtocol) {
    var reader = Reader(rest: Array(text.utf8)[...])
    guard let value = reader.value() else { return nil }
    reader.skipSpace()
    guard reader.rest.isEmpty else { return nil }
    self = value
  }
}

private struct Reader {
  var rest: ArraySlice<UInt8>

  mutating func skipSpace() { rest = rest.drop { [32, 9, 10, 13].contains($0) } }

  mutating func take(_ text: String) -> Bool {
    skipSpace()
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  mutating func value() -> JSON? {
    if take("null") { return .null }
    if take("true") { return .bool(true) }
    if take("false") { return .bool(false) }
    if take("{") { return object() }
    if take("[") { return array() }
    if take("\"") { return string().map(JSON.string) }
    let digits = rest.prefix { $0 == UInt8(ascii: "-") || (48...57).contains($0) }
    rest = rest.dropFirst(digits.count)
    return Int(String(decoding: digits, as: UTF8.self)).map(JSON.int)
  }

  private mutating func array() -> JSON? {
    var values: [JSON] = []
    if take("]") { return .array(values) }
    repeat {
      guard let next = value() else { return nil }
      values.append(next)
    } while take(",")
    return take("]") ? .array(values) : nil
  }

  private mutating func object() -> JSON? {
    var members: [String: JSON] = [:]
    if take("}") { return .object(members) }
    repeat {
      guard take("\""), let name = string(), take(":"), let next = value() else { return nil }
      members[name] = next
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  /// After the opening quote.
  private mutating func string() -> String? {
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      switch escaped {
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "r"): bytes.append(13)
      case UInt8(ascii: "u"):
        let digits = String(decoding: rest.prefix(4), as: UTF8.self)
        rest = rest.dropFirst(4)
        guard let number = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(number) else { return nil }
        bytes += Array(String(Character(scalar)).utf8)
      default: bytes.append(escaped)
      }
    }
    return nil
  }
}
