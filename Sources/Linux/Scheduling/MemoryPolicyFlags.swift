import CLinux

/// From which NUMA nodes memory comes.
public struct MemoryPolicyMode: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// That of the process or the system.
  public static let `default` = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_DEFAULT))
  /// The first node, and others when it is full.
  public static let preferred = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_PREFERRED))
  /// These nodes only.
  public static let bind = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_BIND))
  /// In turns.
  public static let interleave = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_INTERLEAVE))
  /// The node of the processor that asks.
  public static let local = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_LOCAL))
  /// These nodes, and others when they are full. Linux 5.15.
  public static let preferredMany = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_PREFERRED_MANY))
  /// In turns, by the weights in /sys/kernel/mm/mempolicy. Linux 6.9.
  public static let weightedInterleave = MemoryPolicyMode(rawValue: Int32(LINUX_MPOL_WEIGHTED_INTERLEAVE))

  public static var names: [(value: MemoryPolicyMode, name: String)] {
    [
      (.default, "MPOL_DEFAULT"),
      (.preferred, "MPOL_PREFERRED"),
      (.bind, "MPOL_BIND"),
      (.interleave, "MPOL_INTERLEAVE"),
      (.local, "MPOL_LOCAL"),
      (.preferredMany, "MPOL_PREFERRED_MANY"),
      (.weightedInterleave, "MPOL_WEIGHTED_INTERLEAVE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MemoryPolicyMode {
  @available(*, unavailable, renamed: "default")
  public static var MPOL_DEFAULT: MemoryPolicyMode { .default }
  @available(*, unavailable, renamed: "preferred")
  public static var MPOL_PREFERRED: MemoryPolicyMode { .preferred }
  @available(*, unavailable, renamed: "bind")
  public static var MPOL_BIND: MemoryPolicyMode { .bind }
  @available(*, unavailable, renamed: "interleave")
  public static var MPOL_INTERLEAVE: MemoryPolicyMode { .interleave }
  @available(*, unavailable, renamed: "local")
  public static var MPOL_LOCAL: MemoryPolicyMode { .local }
  @available(*, unavailable, renamed: "preferredMany")
  public static var MPOL_PREFERRED_MANY: MemoryPolicyMode { .preferredMany }
  @available(*, unavailable, renamed: "weightedInterleave")
  public static var MPOL_WEIGHTED_INTERLEAVE: MemoryPolicyMode { .weightedInterleave }
}

/// What set_mempolicy(2) takes beside a mode.
public struct MemoryPolicyFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// The nodes stay these when the cpuset changes.
  public static let staticNodes = MemoryPolicyFlags(rawValue: Int32(LINUX_MPOL_F_STATIC_NODES))
  /// The nodes count within the cpuset.
  public static let relativeNodes = MemoryPolicyFlags(rawValue: Int32(LINUX_MPOL_F_RELATIVE_NODES))
  /// With `bind`: move pages to where they are used. Linux 5.12.
  public static let numaBalancing = MemoryPolicyFlags(rawValue: Int32(LINUX_MPOL_F_NUMA_BALANCING))

  public static var names: [(flag: MemoryPolicyFlags, name: String)] {
    [
      (.staticNodes, "MPOL_F_STATIC_NODES"),
      (.relativeNodes, "MPOL_F_RELATIVE_NODES"),
      (.numaBalancing, "MPOL_F_NUMA_BALANCING"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MemoryPolicyFlags {
  @available(*, unavailable, renamed: "staticNodes")
  public static var MPOL_F_STATIC_NODES: MemoryPolicyFlags { .staticNodes }
  @available(*, unavailable, renamed: "relativeNodes")
  public static var MPOL_F_RELATIVE_NODES: MemoryPolicyFlags { .relativeNodes }
  @available(*, unavailable, renamed: "numaBalancing")
  public static var MPOL_F_NUMA_BALANCING: MemoryPolicyFlags { .numaBalancing }
}
