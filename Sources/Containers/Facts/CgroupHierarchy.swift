/// A mounted cgroup hierarchy.
public struct CgroupHierarchy: Hashable, Sendable {
  public enum Version: Hashable, Sendable { case v1, v2 }
  public var version: Version
  public var mountPoint: String
  /// The cgroup in which containers get theirs: the mount point, or a delegated one below it.
  public var base: String
  /// What can be limited here; for v2, what `base` offers. A named hierarchy of v1 has none.
  public var controllers: [String]
  /// Of a hierarchy of v1 without controllers, as systemd's.
  public var name: String?
  /// v2: which controllers children of `base` already have.
  public var enabled: [String]
  /// v2: who is in `base`, which keeps it from passing on more controllers.
  public var occupants: Occupants
  public var isWritable: Bool
  /// Why it can't be written, where there is more to say than that.
  public var refusal: String?
  /// Whether memory and swap together can be limited here.
  public var hasSwapLimit: Bool

  public enum Occupants: Hashable, Sendable {
    /// Nobody; or it is the machine's root, where processes are no hindrance.
    case none
    /// This process alone.
    case ourselves
    case others
  }

  /// Whether a new cgroup has neither processors nor memory, and takes no process until it is given some.
  var beginsEmpty: Bool { version == .v1 && controllers.contains("cpuset") }

  public init(
    _ version: Version, _ mountPoint: String, base: String? = nil, controllers: [String],
    enabled: [String] = [], occupants: Occupants = .none, isWritable: Bool = true, refusal: String? = nil,
    hasSwapLimit: Bool = false
  ) {
    self.version = version
    self.mountPoint = mountPoint
    self.base = base ?? mountPoint
    self.controllers = controllers
    self.enabled = enabled
    self.occupants = occupants
    self.isWritable = isWritable
    self.refusal = refusal
    self.hasSwapLimit = hasSwapLimit
  }
}

/// An instance of systemd: the system's, or a user's own.
public struct SystemdInstance: Hashable, Sendable {
  public var isUsers: Bool
  /// The socket of its bus, and whether it is there.
  public var bus: String
  public var hasBus: Bool
  /// The cgroup that its slices are in.
  public var cgroup: String
  /// What it can limit.
  public var controllers: [String]

  public init(isUsers: Bool, bus: String, hasBus: Bool = true, cgroup: String, controllers: [String]) {
    self.isUsers = isUsers
    self.bus = bus
    self.hasBus = hasBus
    self.cgroup = cgroup
    self.controllers = controllers
  }
}
