extension String: JSONValue {
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) { self = try reader.string(token) }
  public func write(to writer: inout JSONWriter) { writer.quoted(self) }
}

extension Bool: JSONValue {
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    guard token.kind == .bool else { throw reader.mismatch("true or false", token) }
    self = reader.matches(token, "true")
  }
  public func write(to writer: inout JSONWriter) { writer.plain(self ? "true" : "false") }
  public var isAbsent: Bool { !self }
}

/// Whole numbers, in the limits of their type.
extension JSONValue where Self: FixedWidthInteger {
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    guard token.kind == .number, let number = Self(reader.raw(token)) else {
      throw reader.mismatch("a whole number from \(Self.min) to \(Self.max)", token)
    }
    self = number
  }
  public func write(to writer: inout JSONWriter) { writer.plain(String(self)) }
}

extension Int: JSONValue {}
extension Int32: JSONValue {}
extension Int64: JSONValue {}
extension UInt16: JSONValue {}
extension UInt32: JSONValue {}
extension UInt64: JSONValue {}

extension Optional: JSONValue where Wrapped: JSONValue {
  public init() { self = nil }
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    self = token.kind == .null ? nil : try Wrapped(reader, token)
  }
  public func write(to writer: inout JSONWriter) {
    if let self { self.write(to: &writer) } else { writer.plain("null") }
  }
  public var isAbsent: Bool { self == nil }
  public func list(_ names: inout PropertyList) { Wrapped().list(&names) }
}

extension Array: JSONValue where Element: JSONValue {
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    guard token.kind == .array else { throw reader.mismatch("an array", token) }
    self.init()
    var index = token.index + 1
    while index < token.next {
      let element = reader.token(index)
      append(try reader.read(element, at: count))
      index = element.next
    }
  }
  public func write(to writer: inout JSONWriter) { writer.array(self) }
  public var isAbsent: Bool { isEmpty }
  public func list(_ names: inout PropertyList) { names.inside("[]", Element()) }
}

/// A word of a list.
public protocol JSONWord: JSONValue, RawRepresentable, CaseIterable where RawValue == String {
  /// What one of another list is called.
  static var noun: String { get }
}

extension JSONWord {
  public static var noun: String { "" }
  public init() { self = Self.allCases[Self.allCases.startIndex] }
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    let text = try reader.string(token)
    guard let word = Self(rawValue: text) else {
      throw reader.fault(
        "\(Self.noun.isEmpty ? "" : "invalid \(Self.noun): ")there is no \"\(text)\"; it is one of \(Self.words)"
      )
    }
    self = word
  }
  public func write(to writer: inout JSONWriter) { writer.quoted(rawValue) }

  private static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
