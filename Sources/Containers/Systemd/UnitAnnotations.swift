import OCISpec

/// The properties that a configuration's annotations give to the unit of its container:
/// "org.systemd.property.TimeoutStopSec" with a value as GVariant writes it, "uint64 5".
func annotatedProperties(_ annotations: Members<String>) throws(CompileError) -> [Scope.Property] {
  var properties: [Scope.Property] = []
  for member in annotations.members where member.name.begins(with: unitAnnotation) {
    let property = "annotations.\(member.name)"
    var name = String(member.name.utf8.dropFirst(unitAnnotation.utf8.count)) ?? ""
    guard name.utf8.count > 2, name.utf8.allSatisfy(isLetter) else {
      throw CompileError(property, "\(name) is no name of a property of systemd's")
    }
    var parser = VariantParser(member.value)
    guard var value = parser.whole() else {
      throw CompileError(property, "\(member.value) is no value as 'text', true, uint64 5, or ['a', 'b']")
    }
    // systemd takes seconds by names that end in USec, and counts microseconds.
    if name.hasSuffix("Sec"), let before = name.utf8.dropLast(3).last, isLower(before) {
      guard let time = microseconds(value) else {
        throw CompileError(property, "\(member.value) is no number of seconds")
      }
      name = "\(name.dropLast(3))USec"
      value = .number(time)
    }
    properties.append(.init(name, value))
  }
  return properties
}

let unitAnnotation = "org.systemd.property."

private func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
private func isLetter(_ byte: UInt8) -> Bool { isLower(byte | 0x20) }

private func microseconds(_ seconds: Scope.Property.Value) -> UInt64? {
  let million: UInt64 = 1_000_000
  switch seconds {
  case .number(let number):
    let (product, overflow) = number.multipliedReportingOverflow(by: million)
    return overflow ? nil : product
  case .integer(let bits, let kind):
    let isSigned = [.int16, .int32, .int64].contains(kind)
    if isSigned && Int64(bitPattern: bits) < 0 { return nil }
    let (product, overflow) = bits.multipliedReportingOverflow(by: million)
    return overflow ? nil : product
  case .double(let number): return UInt64(exactly: (number * 1e6).rounded())
  default: return nil
  }
}

/// GVariant's text for booleans, numbers, texts, arrays and tuples, with types before them or without.
struct VariantParser {
  typealias Value = Scope.Property.Value

  private var rest: Substring.UTF8View

  init(_ text: String) { rest = text[...].utf8 }

  /// nil where the text is anything else.
  mutating func whole() -> Value? {
    // A signature's length is one byte.
    guard let value = value(nil, depth: 0), value.signature.utf8.count <= 255 else { return nil }
    skipSpaces()
    return rest.isEmpty ? value : nil
  }

  /// - Parameter type: what is known of it; nil for what the text itself says.
  private mutating func value(_ type: String?, depth: Int) -> Value? {
    skipSpaces()
    guard let first = rest.first, depth < 16 else { return nil }
    switch first {
    case UInt8(ascii: "@"):
      rest = rest.dropFirst()
      let signature = word { !isSpace($0) }
      return isType(signature) ? value(signature, depth: depth + 1) : nil
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return text(first).flatMap { typed($0, type) }
    case UInt8(ascii: "["): return array(type, depth)
    case UInt8(ascii: "("): return tuple(type, depth)
    default: break
    }
    let word = word { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    if word == "true" || word == "false" { return type ?? "b" == "b" ? .flag(word == "true") : nil }
    if let letter = Self.names[word] { return type == nil ? value(letter, depth: depth + 1) : nil }
    return number(word, type)
  }

  private static let names = [
    "boolean": "b", "byte": "y", "int16": "n", "uint16": "q", "int32": "i", "uint32": "u", "int64": "x",
    "uint64": "t", "double": "d", "string": "s", "objectpath": "o",
  ]

  private func typed(_ text: String, _ type: String?) -> Value? {
    switch type {
    case nil, "s": .text(text)
    case "o": .objectPath(text)
    default: nil
    }
  }

  private func number(_ word: String, _ type: String?) -> Value? {
    guard let first = word.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return nil }
    let isWhole = !word.utf8.contains { ".eE".utf8.contains($0) } || word.begins(with: "0x")
    switch type ?? (isWhole ? "i" : "d") {
    case "d": return Double(word).map { .double($0) }
    case "t": return whole(word, UInt64.self).map { .number($0) }
    case "y": return whole(word, UInt8.self).map { .integer(UInt64($0), .byte) }
    case "q": return whole(word, UInt16.self).map { .integer(UInt64($0), .uint16) }
    case "u": return whole(word, UInt32.self).map { .integer(UInt64($0), .uint32) }
    case "n": return whole(word, Int16.self).map { signed($0, .int16) }
    case "i": return whole(word, Int32.self).map { signed($0, .int32) }
    case "x": return whole(word, Int64.self).map { signed($0, .int64) }
    default: return nil
    }
  }

  private func whole<Number: FixedWidthInteger>(_ word: String, _: Number.Type) -> Number? {
    word.begins(with: "0x") ? Number(word.dropFirst(2), radix: 16) : Number(word)
  }

  private func signed(_ number: some SignedInteger, _ kind: Scope.Property.IntegerKind) -> Value {
    .integer(UInt64(bitPattern: Int64(number)), kind)
  }

  private mutating func text(_ quote: UInt8) -> String? {
    rest = rest.dropFirst()
    var bytes: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == quote { return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self) }
      guard byte == UInt8(ascii: "\\") else {
        bytes.append(byte)
        continue
      }
      guard let escaped = rest.popFirst() else { return nil }
      switch escaped {
      case UInt8(ascii: "n"): bytes.append(10)
      case UInt8(ascii: "t"): bytes.append(9)
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): bytes.append(escaped)
      default: return nil
      }
    }
    return nil
  }

  /// The first element's type is that of all.
  private mutating func array(_ type: String?, _ depth: Int) -> Value? {
    if let type, type.utf8.first != UInt8(ascii: "a") { return nil }
    var element = type.map { String($0.dropFirst()) }
    guard
      let values = list(
        UInt8(ascii: "]"),
        { parser, _ in
          let value = parser.value(element, depth: depth + 1)
          element = element ?? value?.signature
          return value
        }), let element
    else { return nil }
    return .array(values, of: element)
  }

  private mutating func tuple(_ type: String?, _ depth: Int) -> Value? {
    let types = type.map(members)
    let values = list(UInt8(ascii: ")")) { parser, index in
      guard let types else { return parser.value(nil, depth: depth + 1) }
      return index < types.count ? parser.value(types[index], depth: depth + 1) : nil
    }
    guard let values, types == nil || types?.count == values.count, !values.isEmpty else { return nil }
    return .tuple(values)
  }

  private mutating func list(
    _ end: UInt8, _ element: (inout VariantParser, _ index: Int) -> Value?
  ) -> [Value]? {
    rest = rest.dropFirst()
    var values: [Value] = []
    skipSpaces()
    while rest.first != end {
      guard let value = element(&self, values.count) else { return nil }
      values.append(value)
      skipSpaces()
      if rest.first == UInt8(ascii: ",") { rest = rest.dropFirst() } else if rest.first != end { return nil }
      skipSpaces()
    }
    rest = rest.dropFirst()
    return values
  }

  private mutating func skipSpaces() { rest = rest.drop(while: isSpace) }

  private mutating func word(_ belongs: (UInt8) -> Bool) -> String {
    let found = rest.prefix(while: belongs)
    rest = rest[found.endIndex...]
    return String(decoding: found, as: UTF8.self)
  }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == 9 || byte == 10 }
private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

/// The types in a tuple's type: of "(st)" two. None where it is something else.
private func members(_ type: String) -> [String] {
  guard type.hasPrefix("("), type.hasSuffix(")") else { return [] }
  var rest = type.utf8.dropFirst().dropLast()
  var found: [String] = []
  while let length = typeLength(rest) {
    found.append(String(decoding: rest.prefix(length), as: UTF8.self))
    rest = rest.dropFirst(length)
  }
  return rest.isEmpty ? found : []
}

private func isType(_ text: String) -> Bool {
  let bytes = text.utf8[...]
  return !bytes.isEmpty && typeLength(bytes) == bytes.count
}

/// How many bytes the first type has: a letter, an array's, a tuple's.
private func typeLength(_ bytes: Substring.UTF8View, depth: Int = 0) -> Int? {
  guard let first = bytes.first, depth < 16 else { return nil }
  if "bynqiuxtdso".utf8.contains(first) { return 1 }
  if first == UInt8(ascii: "a") { return typeLength(bytes.dropFirst(), depth: depth + 1).map { $0 + 1 } }
  guard first == UInt8(ascii: "(") else { return nil }
  var length = 1
  while bytes.dropFirst(length).first != UInt8(ascii: ")") {
    guard let next = typeLength(bytes.dropFirst(length), depth: depth + 1) else { return nil }
    length += next
  }
  return length == 1 ? nil : length + 1
}
