/// Reads values out of a JSON text. It knows where it is, so that what is wrong can be said with its path.
public final class JSONReader {
  /// A property that no type knows: the specification has readers ignore it.
  public private(set) var unknown: [String] = []

  private let text: [UInt8]
  private let tokens: [JSONToken]
  private var path: [Place] = []

  private enum Place {
    case name(StaticString)
    case member(String)
    case index(Int)
  }

  private init(_ text: [UInt8]) throws(JSONError) {
    var tokenizer = Tokenizer(text)
    try tokenizer.run()
    self.text = text
    tokens = tokenizer.tokens
  }

  /// A document's value, and the properties of the text that it doesn't know.
  public static func read<Value: JSONValue>(
    _: Value.Type = Value.self, _ text: [UInt8]
  ) throws(JSONError) -> (value: Value, unknown: [String]) {
    if text.count > maximumSize { throw JSONError("", "larger than \(maximumSize >> 20) MiB") }
    let reader = try JSONReader(text)
    let value = try Value(reader, reader.tokens[0])
    return (value, reader.unknown)
  }

  /// Of a text, in bytes. Nothing is parsed of what is larger.
  public static let maximumSize = 16 << 20

  func fault(_ cause: String) -> JSONError { JSONError(pathText, cause) }

  func fault(_ cause: String, ofMember name: String) -> JSONError {
    path.append(.member(name))
    defer { path.removeLast() }
    return fault(cause)
  }

  /// The error of a value that is of another kind.
  func mismatch(_ wanted: String, _ token: JSONToken) -> JSONError {
    switch token.kind {
    case .number, .bool: fault("it must be \(wanted), and is \(raw(token))")
    default: fault("it must be \(wanted), and is \(token.kind)")
    }
  }

  private var pathText: String {
    var result = ""
    for place in path {
      switch place {
      case .index(let index): result += "[\(index)]"
      case .name(let name): result += result.isEmpty ? "\(name)" : ".\(name)"
      case .member(let name): result += result.isEmpty ? name : ".\(name)"
      }
    }
    return result
  }

  /// A token's own bytes, as text.
  func raw(_ token: JSONToken) -> String {
    String(decoding: text[Int(token.start)..<Int(token.end)], as: UTF8.self)
  }

  func bytes(_ token: JSONToken) -> ArraySlice<UInt8> { text[Int(token.start)..<Int(token.end)] }

  func token(_ index: UInt32) -> JSONToken { tokens[Int(index)] }

  func string(_ token: JSONToken) throws(JSONError) -> String {
    guard token.kind == .string else { throw mismatch("a string", token) }
    guard
      let text = token.hasEscapes ? unescaped(bytes(token)) : String(validating: bytes(token), as: UTF8.self)
    else { throw fault("it is no text: a wrong escape, or no UTF-8") }
    // Everything that the kernel takes ends at the first one.
    if text.utf8.contains(0) { throw fault("there is a NUL in it") }
    return text
  }

  /// Whether a string of the text is that name, with escapes in it or without.
  func matches(_ token: JSONToken, _ name: StaticString) -> Bool {
    if token.hasEscapes {
      return unescaped(bytes(token))?.utf8.elementsEqual("\(name)".utf8) ?? false
    }
    let count = Int(token.end - token.start)
    guard count == name.utf8CodeUnitCount else { return false }
    for index in 0..<count where text[Int(token.start) + index] != name.utf8Start[index] { return false }
    return true
  }

  func read<Value: JSONValue>(_ token: JSONToken, at name: StaticString) throws(JSONError) -> Value {
    try read(token, .name(name))
  }

  func read<Value: JSONValue>(_ token: JSONToken, ofMember name: String) throws(JSONError) -> Value {
    try read(token, .member(name))
  }

  func read<Value: JSONValue>(_ token: JSONToken, at index: Int) throws(JSONError) -> Value {
    try read(token, .index(index))
  }

  private func read<Value: JSONValue>(_ token: JSONToken, _ place: Place) throws(JSONError) -> Value {
    path.append(place)
    let value = try Value(self, token)
    path.removeLast()
    return value
  }

  func ignore(_ name: String) {
    path.append(.member(name))
    unknown.append(pathText)
    path.removeLast()
  }
}
