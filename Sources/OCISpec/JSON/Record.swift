/// What a property of a document can be: text, number, list, another object, ….
public protocol JSONValue: Hashable, Sendable {
  /// What a document without the property means.
  init()
  init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError)
  func write(to writer: inout JSONWriter)
  /// A document does without it.
  var isAbsent: Bool { get }
  /// Names the properties below it.
  func list(_ names: inout PropertyList)
}

extension JSONValue {
  public var isAbsent: Bool { false }
  public func list(_ names: inout PropertyList) {}
}

/// An object with known properties. It names each of them once: reading, writing and listing are the same walk.
public protocol Record: JSONValue {
  mutating func walk(_ properties: inout some Properties) throws(JSONError)
  /// What is wrong with a name that it doesn't know; nil where such a name is left alone, as in most.
  static var faultOfOthers: String? { get }
}

/// Who walks over a record's properties.
public protocol Properties {
  mutating func optional(_ name: StaticString, _ value: inout some JSONValue) throws(JSONError)
  mutating func required(_ name: StaticString, _ value: inout some JSONValue) throws(JSONError)
}

extension Record {
  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    self.init()
    var properties = try ReadProperties(reader, token)
    try walk(&properties)
    try properties.end(faultOfOthers: Self.faultOfOthers)
  }

  public func write(to writer: inout JSONWriter) {
    var properties = WrittenProperties(writer)
    var copy = self
    // Only reading finds faults.
    try? copy.walk(&properties)
    writer = properties.end()
  }

  public func list(_ names: inout PropertyList) {
    var copy = self
    try? copy.walk(&names)
  }
}

extension Record {
  public var isAbsent: Bool { self == Self() }
  public static var faultOfOthers: String? { nil }
}
