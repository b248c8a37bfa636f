/// What `state` prints, and hooks get on standard input.
public struct State: Record {
  public enum Status: String, JSONWord {
    case creating, created, running, stopped
  }

  public var ociVersion = "1.3.0"
  public var id = ""
  public var status = Status.creating
  /// Of the container's first process, seen from here; of created and running containers.
  public var pid: Int?
  /// An absolute path.
  public var bundle = ""
  public var annotations = Members<String>()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersion", &ociVersion)
    try properties.required("id", &id)
    try properties.required("status", &status)
    try properties.optional("pid", &pid)
    try properties.required("bundle", &bundle)
    try properties.optional("annotations", &annotations)
  }
}
