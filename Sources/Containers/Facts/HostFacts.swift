import Linux
import OCISpec
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
  /// systemd's instance that would make a scope for us; nil where systemd doesn't run.
  public var systemd: SystemdInstance?
  /// Of each path that the request names outside the container: what is there.
  public var files: [FilePath: FileKind]
  /// The paths of the request's namespaces that lead to the caller's own.
  public var ownNamespaces: Set<FilePath> = []
  /// Whether these security modules are at work.
  public var hasAppArmor = false
  public var hasSELinux = false
  /// The sizes of huge pages as cgroups call them; nil where nobody has asked for them, or there are none.
  public var pageSizes: [String]?
  /// Whether the caller can make devices for a container in a user namespace.
  public var makesNodes = false
  /// The highest capability that the kernel knows.
  public var lastCapability: Capability
  /// The capabilities that can be given to a container.
  public var capabilities: CapabilitySet

  public init(
    uid: UInt32 = 0, mounts: [MountEntry] = [], cgroups: [CgroupHierarchy] = [],
    systemd: SystemdInstance? = nil, files: [FilePath: FileKind] = [:],
    lastCapability: Capability = .checkpointRestore,
    capabilities: CapabilitySet = CapabilitySet(through: .checkpointRestore)
  ) {
    self.uid = uid
    self.mounts = mounts
    self.cgroups = cgroups
    self.systemd = systemd
    self.files = files
    self.lastCapability = lastCapability
    self.capabilities = capabilities
  }
}

public enum FileKind: Hashable, Sendable {
  case directory, other
}

extension HostFacts {
  /// Reads them from /proc and /sys/fs/cgroup.
  ///
  /// - Parameters:
  ///   - paths: the paths outside the container that the request names.
  ///   - namespaces: those that it names.
  ///   - asRoot: tell what root could write, whoever asks.
  public static func read(
    paths: [String], namespaces: [OCISpec.Namespace] = [], asRoot: Bool = false
  ) throws -> HostFacts {
    let mounts = parseMountTable(try readFile("/proc/self/mountinfo"))
    var files: [FilePath: FileKind] = [:]
    for path in paths {
      if let kind = try knownFileKind(path) { files[FilePath(path)] = kind }
    }
    let uid = asRoot ? 0 : geteuid()
    let cgroups = readCgroups(mounts, uid: uid)
    let permitted = try asRoot ? CapabilitySet(through: Linux.lastCapability()) : capget().permitted
    var facts = HostFacts(
      uid: uid, mounts: mounts, cgroups: cgroups, systemd: readSystemd(cgroups, uid: uid), files: files,
      lastCapability: lastNamedCapability(permitted), capabilities: permitted)
    facts.ownNamespaces = Set(
      namespaces.compactMap { namespace in
        namespace.path.flatMap { isOwn(namespace.type, $0) ? FilePath($0) : nil }
      })
    if facts.uid != 0 {
      facts.gid = getegid()
      facts.kernel = uname().kernelVersion ?? facts.kernel
      facts.user = UserFacts.read(uid: facts.uid)
    }
    return facts
  }
}

extension HostFacts {
  /// Looks for the security modules whose labels a process or its mounts are to have.
  mutating func readSecurityModules(_ process: Process?, mountLabel: String? = nil) {
    if process?.apparmorProfile != nil {
      let parameter = try? readFile("/sys/module/apparmor/parameters/enabled")
      hasAppArmor = parameter?.begins(with: "Y") == true
    }
    if process?.selinuxLabel != nil || mountLabel != nil {
      hasSELinux = fileKind("/sys/fs/selinux/enforce") != nil
    }
  }

  /// Looks for the sizes of huge pages, where some are to be limited.
  mutating func readPageSizes(_ resources: Resources) {
    guard !resources.hugepageLimits.isEmpty,
      let entries = try? getdents64(open("/sys/kernel/mm/hugepages", .directory))
    else { return }
    // As hugepages-2048kB.
    let sizes = entries.compactMap { entry in
      entry.name.string.cut(at: "-").flatMap { UInt64($0.1.dropLast("kB".utf8.count)) }
    }
    pageSizes = sizes.sorted().map { size in
      size >= 1 << 20 ? "\(size >> 20)GB" : size >= 1 << 10 ? "\(size >> 10)MB" : "\(size)KB"
    }
  }

  /// What is asked of the machine for one more process in a container.
  static func readForExec() throws -> HostFacts {
    let permitted = try capget().permitted
    return HostFacts(
      uid: geteuid(), lastCapability: lastNamedCapability(permitted), capabilities: permitted)
  }
}

/// Whether it is the same as this process's. A new process is in the one that is for children, where there is one.
private func isOwn(_ kind: OCISpec.Namespace.Kind, _ path: String) -> Bool {
  let isForChildren = kind == .pid || kind == .time
  let own = "/proc/self/ns/\(kind.file)\(isForChildren ? "_for_children" : "")"
  guard let named = try? Stat(FilePath(path)), let stat = try? Stat(FilePath(own)) else { return false }
  return named.inode == stat.inode && named.deviceID == stat.deviceID
}

extension OCISpec.Namespace.Kind {
  /// Its name in /proc/PID/ns.
  fileprivate var file: String {
    switch self {
    case .network: "net"
    case .mount: "mnt"
    default: rawValue
    }
  }
}

/// Only in the machine's own user namespace, which maps every id.
func canMakeDevices(_ host: HostFacts) throws -> Bool {
  guard host.uid == 0, host.capabilities.contains(.mknod) else { return false }
  let words = try readFile("/proc/self/uid_map").split(whereSeparator: \.isWhitespace)
  return words == ["0", "0", "4294967295"]
}

/// The highest that both the kernel and a configuration can name. Whoever has that one needn't ask the kernel.
private func lastNamedCapability(_ permitted: CapabilitySet) -> Capability {
  permitted.contains(.checkpointRestore) ? .checkpointRestore : Linux.lastCapability()
}

/// The same of what a plan depends on: what can't be looked at may be there.
private func knownFileKind(_ path: String) throws -> FileKind? {
  do { return try Stat(FilePath(path)).type == .directory ? .directory : .other } catch {
    let isMissing: [Errno] = [
      .noSuchFileOrDirectory, .notDirectory, .permissionDenied, .tooManySymbolicLinkLevels, .fileNameTooLong,
    ]
    if isMissing.contains(error) { return nil }
    throw ContainerError("look for \(path): \(error.sentence)")
  }
}

/// nil where there is nothing.
func fileKind(_ path: String) -> FileKind? {
  (try? knownFileKind(path)) ?? nil
}
