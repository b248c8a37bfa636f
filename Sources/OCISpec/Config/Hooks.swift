/// Programs to run at points of the container's life.
public struct Hooks: Record {
  public var prestart: [Hook] = []
  public var createRuntime: [Hook] = []
  public var createContainer: [Hook] = []
  public var startContainer: [Hook] = []
  public var poststart: [Hook] = []
  public var poststop: [Hook] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("prestart", &prestart)
    try properties.optional("createRuntime", &createRuntime)
    try properties.optional("createContainer", &createContainer)
    try properties.optional("startContainer", &startContainer)
    try properties.optional("poststart", &poststart)
    try properties.optional("poststop", &poststop)
  }
}

public struct Hook: Record {
  public var path = ""
  /// With the program's name as the first.
  public var args: [String] = []
  /// Without it the runtime's own, and in the container the process's.
  public var env: [String]?
  /// Seconds.
  public var timeout: Int?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("path", &path)
    try properties.optional("args", &args)
    try properties.optional("env", &env)
    try properties.optional("timeout", &timeout)
  }
}
