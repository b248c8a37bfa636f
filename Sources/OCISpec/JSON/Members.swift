/// An object with names of its writer's own, in the order of the text.
public struct Members<Value: JSONValue>: JSONValue {
  public var members: [Member]

  public struct Member: Hashable, Sendable {
    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public init() { members = [] }

  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) {
    guard token.kind == .object else { throw reader.mismatch("an object", token) }
    members = []
    // By their bytes: Swift takes "é" in one character and in two for equal.
    var names: Set<[UInt8]> = []
    var index = token.index + 1
    while index < token.next {
      let name = try reader.string(reader.token(index))
      if !names.insert(Array(name.utf8)).inserted { throw reader.fault("\(name) is there twice") }
      let value = reader.token(index + 1)
      members.append(Member(name, try reader.read(value, ofMember: name)))
      index = value.next
    }
  }

  public func write(to writer: inout JSONWriter) {
    writer.begin("{")
    for member in members { writer.member(member.name, member.value) }
    writer.end("}")
  }

  public var isAbsent: Bool { members.isEmpty }
  public func list(_ names: inout PropertyList) { names.inside(".<key>", Value()) }

  public subscript(_ name: String) -> Value? { members.first { $0.name == name }?.value }
}
