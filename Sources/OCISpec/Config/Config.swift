/// config.json of the OCI runtime specification 1.3: what a bundle says about its container.
///
/// Properties have the specification's names. Those of other systems than Linux are unknown.
public struct Config: Record {
  public var ociVersion = "1.3.0"
  public var root: Root?
  public var mounts: [Mount] = []
  public var process: Process?
  public var hostname: String?
  public var domainname: String?
  public var hooks = Hooks()
  public var annotations = Members<String>()
  public var linux = LinuxConfig()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersion", &ociVersion)
    try properties.optional("process", &process)
    try properties.optional("root", &root)
    try properties.optional("hostname", &hostname)
    try properties.optional("domainname", &domainname)
    try properties.optional("mounts", &mounts)
    try properties.optional("hooks", &hooks)
    try properties.optional("annotations", &annotations)
    try properties.optional("linux", &linux)
  }
}

extension Config {
  /// Reads a config.json, and names the properties that it doesn't know. In this module and not with the caller, so that
  /// the compiler makes one walk of it for this type.
  public static func read(_ text: [UInt8]) throws(JSONError) -> (config: Config, unknown: [String]) {
    let (config, unknown) = try JSONReader.read(Config.self, text)
    return (config, unknown)
  }
}

public struct Root: Record {
  public var path = ""
  public var readonly = false

  public init() {}

  public init(path: String, readonly: Bool = false) {
    self.path = path
    self.readonly = readonly
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("path", &path)
    try properties.optional("readonly", &readonly)
  }
}

public struct Mount: Record {
  public var destination = ""
  public var source: String?
  public var type: String?
  public var options: [String] = []
  public var uidMappings: [IDMapping] = []
  public var gidMappings: [IDMapping] = []

  public init() {}

  public init(_ destination: String, type: String? = nil, source: String? = nil, options: [String] = []) {
    self.destination = destination
    self.source = source
    self.type = type
    self.options = options
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("destination", &destination)
    try properties.optional("type", &type)
    try properties.optional("source", &source)
    try properties.optional("options", &options)
    try properties.optional("uidMappings", &uidMappings)
    try properties.optional("gidMappings", &gidMappings)
  }
}

/// A range of ids in a user namespace, and the one outside that it is.
public struct IDMapping: Record {
  public var containerID: UInt32 = 0
  public var hostID: UInt32 = 0
  public var size: UInt32 = 0

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("containerID", &containerID)
    try properties.required("hostID", &hostID)
    try properties.required("size", &size)
  }
}
