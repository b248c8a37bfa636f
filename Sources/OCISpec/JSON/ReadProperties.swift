/// Reads a record's properties from an object of the text.
struct ReadProperties: Properties {
  private let reader: JSONReader
  private let object: JSONToken
  private var known: [Bool]

  init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    guard token.kind == .object else { throw reader.mismatch("an object", token) }
    self.reader = reader
    object = token
    known = []
  }

  mutating func optional(_ name: StaticString, _ value: inout some JSONValue) throws(JSONError) {
    if let token = try find(name), token.kind != .null { value = try reader.read(token, at: name) }
  }

  mutating func required(_ name: StaticString, _ value: inout some JSONValue) throws(JSONError) {
    guard let token = try find(name) else { throw reader.fault("\(name) is missing") }
    value = try reader.read(token, at: name)
  }

  /// The value of a property. That a name comes twice is a fault: who reads it by another program may see the other one.
  private mutating func find(_ name: StaticString) throws(JSONError) -> JSONToken? {
    var found: JSONToken?
    var (index, number) = (object.index + 1, 0)
    while index < object.next {
      let value = reader.token(index + 1)
      if number == known.count { known.append(false) }
      if reader.matches(reader.token(index), name) {
        if found != nil { throw reader.fault("\(name) is there twice") }
        found = value
        known[number] = true
      }
      index = value.next
      number += 1
    }
    return found
  }

  /// What nobody asked for.
  func end(faultOfOthers fault: String?) throws(JSONError) {
    var (index, number) = (object.index + 1, 0)
    while index < object.next {
      if number >= known.count || !known[number] {
        let name = try reader.string(reader.token(index))
        if let fault { throw reader.fault(fault, ofMember: name) }
        reader.ignore(name)
      }
      index = reader.token(index + 1).next
      number += 1
    }
  }
}
