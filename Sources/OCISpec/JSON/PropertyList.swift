/// The names of all properties of a record and of what is in it, as `mounts[].options`.
public struct PropertyList: Properties {
  public private(set) var names: [String] = []
  private var prefix = ""

  private init() {}

  public static func of(_ record: some Record) -> [String] {
    var list = PropertyList()
    record.list(&list)
    return list.names
  }

  public mutating func optional(_ name: StaticString, _ value: inout some JSONValue) {
    let path = prefix.isEmpty ? "\(name)" : "\(prefix).\(name)"
    names.append(path)
    let outer = prefix
    prefix = path
    value.list(&self)
    prefix = outer
  }

  public mutating func required(_ name: StaticString, _ value: inout some JSONValue) {
    optional(name, &value)
  }

  mutating func inside(_ suffix: String, _ value: some JSONValue) {
    let outer = prefix
    prefix += suffix
    value.list(&self)
    prefix = outer
  }
}
