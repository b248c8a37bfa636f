import Linux
import SystemPackage

/// What `compile` must know of the machine, read once.
public struct HostFacts: Hashable, Sendable {
  /// The caller's effective ids.
  public var uid: UInt32
  public var gid: UInt32 = 0
  /// These two are read for a caller who is not root.
  public var kernel = KernelVersion(6, 18)
  public var user = UserFacts()
  public var mounts: [MountEntry]
  public var cgroups: [CgroupHierarchy]
  /// Of each path that the request names outside the container: what is there.
  public var files: [FilePath: FileKind]
  /// The highest capability that the kernel knows.
  public var lastCapability: Capability
  /// The capabilities that can be given to a container.
  public var capabilities: CapabilitySet

  public init(
    uid: UInt32 = 0, mounts: [MountEntry] = [], cgroups: [CgroupHierarchy] = [],
    files: [FilePath: FileKind] = [:], lastCapability: Capability = .checkpointRestore,
    capabilities: CapabilitySet = CapabilitySet(through: .checkpointRestore)
  ) {
    self.uid = uid
    self.mounts = mounts
    self.cgroups = cgroups
    self.files = files
    self.lastCapability = lastCapability
    self.capabilities = capabilities
  }
}

public enum FileKind: Hashable, Sendable {
  case directory, other
}

/// A mounted cgroup hierarchy.
public struct CgroupHierarchy: Hashable, Sendable {
  public enum Version: Hashable, Sendable { case v1, v2 }
  public var version: Version
  public var mountPoint: String
  /// What can be limited here; for v2, what the root offers. A named hierarchy of v1 has none.
  public var controllers: [String]
  /// v2: which controllers children already have.
  public var enabled: [String]
  public var isWritable: Bool
  /// Whether memory and swap together can be limited here.
  public var hasSwapLimit: Bool
  /// Of v1's cpuset: a new cgroup has neither processors nor memory, and takes no process until it is given some.
  public var cpuset: Cpuset?

  public struct Cpuset: Hashable, Sendable {
    /// Lists like "0-3,5".
    public var cpus: String
    public var mems: String

    public init(cpus: String, mems: String) {
      self.cpus = cpus
      self.mems = mems
    }
  }

  public init(
    _ version: Version, _ mountPoint: String, controllers: [String], enabled: [String] = [],
    isWritable: Bool = true, hasSwapLimit: Bool = false, cpuset: Cpuset? = nil
  ) {
    self.version = version
    self.mountPoint = mountPoint
    self.controllers = controllers
    self.enabled = enabled
    self.isWritable = isWritable
    self.hasSwapLimit = hasSwapLimit
    self.cpuset = cpuset
  }
}

extension HostFacts {
  /// Reads them from /proc and /sys/fs/cgroup.
  ///
  /// - Parameters:
  ///   - paths: the paths outside the container that the request names.
  ///   - asRoot: tell what root could write, whoever asks.
  public static func read(paths: [String], asRoot: Bool = false) throws -> HostFacts {
    let mounts = parseMountTable(try readFile("/proc/self/mountinfo"))
    var files: [FilePath: FileKind] = [:]
    for path in paths {
      if let kind = fileKind(path) { files[FilePath(path)] = kind }
    }
    var facts = HostFacts(
      uid: geteuid(), mounts: mounts, cgroups: readCgroups(mounts, asRoot: asRoot), files: files,
      lastCapability: Linux.lastCapability(),
      capabilities: try asRoot ? CapabilitySet(through: Linux.lastCapability()) : capget().permitted)
    if facts.uid != 0 {
      facts.gid = getegid()
      facts.kernel = uname().kernelVersion ?? facts.kernel
      facts.user = UserFacts.read(uid: facts.uid)
    }
    return facts
  }
}

private func readCgroups(_ mounts: [MountEntry], asRoot: Bool) -> [CgroupHierarchy] {
  mounts.filter(isVisible).compactMap { mount in
    let isWritable =
      !mount.isReadOnly && (asRoot || (try? access(mount.mountPoint, [.write, .execute])) != nil)
    switch mount.type {
    case "cgroup":
      let controllers = mount.superOptions.filter { knownControllers.contains($0) }
      return CgroupHierarchy(
        .v1, mount.mountPoint, controllers: controllers, isWritable: isWritable,
        hasSwapLimit: controllers.contains("memory")
          && fileKind("\(mount.mountPoint)/memory.memsw.limit_in_bytes") != nil,
        cpuset: controllers.contains("cpuset") ? readCpuset(mount.mountPoint) : nil)
    case "cgroup2":
      return CgroupHierarchy(
        .v2, mount.mountPoint, controllers: words(in: "\(mount.mountPoint)/cgroup.controllers"),
        enabled: words(in: "\(mount.mountPoint)/cgroup.subtree_control"), isWritable: isWritable,
        hasSwapLimit: fileKind("/proc/swaps") != nil)
    default: return nil
    }
  }
}

/// Whether this is a mount of cgroups that its path leads to. Others are hidden by a later mount over them, as in a
/// container that mounts /sys/fs/cgroup anew.
private func isVisible(_ mount: MountEntry) -> Bool {
  guard mount.type == "cgroup" || mount.type == "cgroup2" else { return false }
  return (try? statx(mount.mountPoint, [], .mountID))?.reusedMountID == mount.id
}

private let knownControllers: Set<String> = [
  "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "hugetlb", "net_cls",
  "net_prio",
  "perf_event", "rdma", "misc",
]

private func readCpuset(_ path: String) -> CgroupHierarchy.Cpuset {
  CgroupHierarchy.Cpuset(
    cpus: words(in: "\(path)/cpuset.cpus").first ?? "", mems: words(in: "\(path)/cpuset.mems").first ?? "")
}

private func words(in path: String) -> [String] {
  guard let text = try? readFile(path) else { return [] }
  return text.split(whereSeparator: \.isWhitespace).map(String.init)
}

private func fileKind(_ path: String) -> FileKind? {
  guard let stat = try? Stat(FilePath(path)) else { return nil }
  return stat.type == .directory ? .directory : .other
}
