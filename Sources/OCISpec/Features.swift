/// What `features` prints: what a runtime can do.
public struct Features: Record {
  public var ociVersionMin = ""
  public var ociVersionMax = ""
  public var hooks: [String]?
  public var mountOptions: [String]?
  public var annotations = Members<String>()
  /// Prefixes or names of annotations that can change what the runtime does.
  public var potentiallyUnsafeConfigAnnotations: [String]?
  public var linux = LinuxFeatures()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersionMin", &ociVersionMin)
    try properties.required("ociVersionMax", &ociVersionMax)
    try properties.optional("hooks", &hooks)
    try properties.optional("mountOptions", &mountOptions)
    try properties.optional("linux", &linux)
    try properties.optional("annotations", &annotations)
    try properties.optional("potentiallyUnsafeConfigAnnotations", &potentiallyUnsafeConfigAnnotations)
  }
}

public struct LinuxFeatures: Record {
  public var namespaces: [Namespace.Kind]?
  public var capabilities: [String]?
  public var cgroup = CgroupFeatures()
  public var seccomp = SeccompFeatures()
  public var apparmor = Feature()
  public var selinux = Feature()
  public var intelRdt = IntelRdtFeatures()
  public var memoryPolicy = MemoryPolicyFeatures()
  public var mountExtensions = MountExtensions()
  public var netDevices = Feature()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("namespaces", &namespaces)
    try properties.optional("capabilities", &capabilities)
    try properties.optional("cgroup", &cgroup)
    try properties.optional("seccomp", &seccomp)
    try properties.optional("apparmor", &apparmor)
    try properties.optional("selinux", &selinux)
    try properties.optional("intelRdt", &intelRdt)
    try properties.optional("memoryPolicy", &memoryPolicy)
    try properties.optional("mountExtensions", &mountExtensions)
    try properties.optional("netDevices", &netDevices)
  }
}

/// nil says nothing, which is not the same as false.
public struct Feature: Record {
  public var enabled: Bool?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("enabled", &enabled)
  }
}

public struct CgroupFeatures: Record {
  public var v1: Bool?
  public var v2: Bool?
  public var systemd: Bool?
  public var systemdUser: Bool?
  public var rdma: Bool?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("v1", &v1)
    try properties.optional("v2", &v2)
    try properties.optional("systemd", &systemd)
    try properties.optional("systemdUser", &systemdUser)
    try properties.optional("rdma", &rdma)
  }
}

public struct SeccompFeatures: Record {
  public var enabled: Bool?
  public var actions: [Seccomp.Action]?
  public var operators: [SyscallRule.Comparison.Operator]?
  public var archs: [Seccomp.Architecture]?
  public var knownFlags: [Seccomp.Flag]?
  public var supportedFlags: [Seccomp.Flag]?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("enabled", &enabled)
    try properties.optional("actions", &actions)
    try properties.optional("operators", &operators)
    try properties.optional("archs", &archs)
    try properties.optional("knownFlags", &knownFlags)
    try properties.optional("supportedFlags", &supportedFlags)
  }
}

public struct IntelRdtFeatures: Record {
  public var enabled: Bool?
  public var schemata: Bool?
  public var monitoring: Bool?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("enabled", &enabled)
    try properties.optional("schemata", &schemata)
    try properties.optional("monitoring", &monitoring)
  }
}

public struct MemoryPolicyFeatures: Record {
  public var modes: [MemoryPolicy.Mode]?
  public var flags: [MemoryPolicy.Flag]?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("modes", &modes)
    try properties.optional("flags", &flags)
  }
}

public struct MountExtensions: Record {
  public var idmap = Feature()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("idmap", &idmap)
  }
}
