public struct LinuxConfig: Record {
  public enum Propagation: String, JSONWord {
    case `private`, shared, slave, unbindable
    case rprivate, rshared, rslave, runbindable
  }

  public var namespaces: [Namespace] = []
  public var uidMappings: [IDMapping] = []
  public var gidMappings: [IDMapping] = []
  public var timeOffsets = TimeOffsets()
  public var devices: [Device] = []
  /// Network devices to move into the container, by their names outside.
  public var netDevices = Members<NetDevice>()
  public var cgroupsPath: String?
  public var resources = Resources()
  public var rootfsPropagation: Propagation?
  public var seccomp: Seccomp?
  public var sysctl = Members<String>()
  public var maskedPaths: [String] = []
  public var readonlyPaths: [String] = []
  public var mountLabel: String?
  public var intelRdt: IntelRdt?
  public var memoryPolicy: MemoryPolicy?
  public var personality: Personality?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("namespaces", &namespaces)
    try properties.optional("uidMappings", &uidMappings)
    try properties.optional("gidMappings", &gidMappings)
    try properties.optional("timeOffsets", &timeOffsets)
    try properties.optional("devices", &devices)
    try properties.optional("netDevices", &netDevices)
    try properties.optional("cgroupsPath", &cgroupsPath)
    try properties.optional("resources", &resources)
    try properties.optional("rootfsPropagation", &rootfsPropagation)
    try properties.optional("seccomp", &seccomp)
    try properties.optional("sysctl", &sysctl)
    try properties.optional("maskedPaths", &maskedPaths)
    try properties.optional("readonlyPaths", &readonlyPaths)
    try properties.optional("mountLabel", &mountLabel)
    try properties.optional("intelRdt", &intelRdt)
    try properties.optional("memoryPolicy", &memoryPolicy)
    try properties.optional("personality", &personality)
  }
}

/// A namespace of the container's own; or, with a path, one that is there.
public struct Namespace: Record {
  public enum Kind: String, JSONWord {
    case pid, network, mount, ipc, uts, user, cgroup, time
  }

  public var type = Kind.pid
  public var path: String?

  public init() {}

  public init(_ type: Kind, path: String? = nil) {
    self.type = type
    self.path = path
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("type", &type)
    try properties.optional("path", &path)
    // Some programs write all that a namespace can have.
    if path?.isEmpty == true { path = nil }
  }
}

/// A file that stands for a device, or a FIFO.
public struct Device: Record {
  public enum Kind: String, JSONWord {
    case character = "c"
    case block = "b"
    case unbufferedCharacter = "u"
    case fifo = "p"
  }

  public var type = Kind.character
  public var path = ""
  public var major: Int64?
  public var minor: Int64?
  public var fileMode: UInt32?
  public var uid: UInt32?
  public var gid: UInt32?

  public init() {}

  /// A character device.
  public init(_ path: String, _ major: Int64, _ minor: Int64, fileMode: UInt32? = nil) {
    self.path = path
    self.major = major
    self.minor = minor
    self.fileMode = fileMode
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("type", &type)
    try properties.required("path", &path)
    try properties.optional("major", &major)
    try properties.optional("minor", &minor)
    try properties.optional("fileMode", &fileMode)
    try properties.optional("uid", &uid)
    try properties.optional("gid", &gid)
  }
}

public struct NetDevice: Record {
  /// Inside; the name outside, where it is missing.
  public var name: String?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("name", &name)
  }
}

/// What is added to the clocks of a time namespace.
public struct TimeOffsets: Record {
  public var monotonic: TimeOffset?
  public var boottime: TimeOffset?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("monotonic", &monotonic)
    try properties.optional("boottime", &boottime)
  }

  public static var faultOfOthers: String? { "there is no such clock: it is boottime or monotonic" }
}

public struct TimeOffset: Record {
  public var secs: Int64 = 0
  public var nanosecs: UInt32 = 0

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("secs", &secs)
    try properties.optional("nanosecs", &nanosecs)
  }
}

/// Intel's Resource Director: shares of cache and memory bandwidth.
public struct IntelRdt: Record {
  public var closID: String?
  public var schemata: [String] = []
  public var l3CacheSchema: String?
  public var memBwSchema: String?
  public var enableMonitoring = false

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("closID", &closID)
    try properties.optional("schemata", &schemata)
    try properties.optional("l3CacheSchema", &l3CacheSchema)
    try properties.optional("memBwSchema", &memBwSchema)
    try properties.optional("enableMonitoring", &enableMonitoring)
  }
}

/// set_mempolicy(2).
public struct MemoryPolicy: Record {
  public enum Mode: String, JSONWord {
    case `default` = "MPOL_DEFAULT"
    case bind = "MPOL_BIND"
    case interleave = "MPOL_INTERLEAVE"
    case weightedInterleave = "MPOL_WEIGHTED_INTERLEAVE"
    case preferred = "MPOL_PREFERRED"
    case preferredMany = "MPOL_PREFERRED_MANY"
    case local = "MPOL_LOCAL"

    public static let noun = "memory policy mode"
  }

  public enum Flag: String, JSONWord {
    case numaBalancing = "MPOL_F_NUMA_BALANCING"
    case relativeNodes = "MPOL_F_RELATIVE_NODES"
    case staticNodes = "MPOL_F_STATIC_NODES"

    public static let noun = "memory policy flag"
  }

  public var mode: Mode?
  /// A list, as "0-3,7".
  public var nodes: String?
  public var flags: [Flag] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("mode", &mode)
    try properties.optional("nodes", &nodes)
    try properties.optional("flags", &flags)
  }
}

/// personality(2).
public struct Personality: Record {
  public enum Domain: String, JSONWord {
    case linux = "LINUX"
    case linux32 = "LINUX32"
  }

  public var domain = Domain.linux
  public var flags: [String] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("domain", &domain)
    try properties.optional("flags", &flags)
  }
}

extension LinuxConfig {
  /// Whether the container gets a namespace of its own of that kind.
  public func makesNamespace(_ type: Namespace.Kind) -> Bool {
    namespaces.contains { $0.type == type && $0.path == nil }
  }
}
