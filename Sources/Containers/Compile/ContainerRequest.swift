import OCISpec
import SystemPackage

/// What `compile` turns into a plan: a configuration, and what it can't say.
public struct ContainerRequest: Hashable, Sendable {
  public var id: String
  public var config: Config
  /// The root filesystem's directories, topmost first: nothing writes to them. Without any the root is empty.
  public var lower: [String]
  /// The bundle that it is of; nil for a container of cooper's own.
  public var bundle: BundleRequest?
  /// Symbolic links to make in the root.
  public var links: [Link] = []
  /// Run an init of ours as pid 1, with the command as its child.
  public var usesInit = false
  /// Pass standard input on; otherwise it is /dev/null.
  public var isInteractive = false
  /// Where containers have their directories.
  public var stateDirectory = "/run/cooper"

  /// Who makes the container's cgroups; nil for the one that fits.
  public var cgroupManager: CgroupManager?

  /// The configuration's seccomp profile, compiled.
  public var filter: SeccompFilter?

  /// What the caller has to say beside the plan: printed with its remarks.
  public var remarks: [String] = []

  public init(id: String, config: Config, lower: [String]) {
    self.id = id
    self.config = config
    self.lower = lower
  }

  public var directory: String { "\(stateDirectory)/\(id)" }

  /// The paths outside the container that `HostFacts` must know.
  public var hostPaths: [String] {
    lower + (rootDirectory.map { [$0] } ?? []) + config.mounts.compactMap { $0.isBind ? $0.source : nil }
  }

  var rootDirectory: String? { bundle?.root }

  /// Whether somebody may enter it before its command runs.
  var isEnteredEarly: Bool {
    bundle?.startSocket != nil || !config.hooks.createContainer.isEmpty
      || !config.hooks.startContainer.isEmpty
  }

  /// An entry that leads to the caller's own namespace is none: what takes a namespace of the container's own would be
  /// done to the caller's.
  func withoutNamespaces(_ paths: Set<FilePath>) -> ContainerRequest {
    var request = self
    request.config.linux.namespaces.removeAll { $0.path.map { paths.contains(FilePath($0)) } ?? false }
    return request
  }
}

/// What a bundle's container has beyond its configuration.
public struct BundleRequest: Hashable, Sendable {
  /// The root filesystem, an absolute path.
  public var root: String
  /// The socket by which it is started later; nil for at once.
  public var startSocket: String?
  /// Use chroot in place of pivot_root, as on a root filesystem in memory.
  public var noPivot = false
  /// Keep the caller's session keyring.
  public var noNewKeyring = false
  /// How many of the caller's descriptors, from 3 on, stay open.
  public var preservedDescriptors = 0
  /// Refuse to do without a cgroup where none can be made.
  public var requiresCgroup = false

  public init(root: String) { self.root = root }
}

/// A symbolic link in a container.
public struct Link: Hashable, Sendable {
  public var path: String
  public var target: String

  public init(_ path: String, target: String) {
    self.path = path
    self.target = target
  }
}

/// The two ways to a cgroup.
public enum CgroupManager: String, Hashable, Sendable, CaseIterable {
  /// Directories and files of the cgroup filesystem.
  case cgroupfs
  /// A scope, made by systemd.
  case systemd
  /// None are made.
  case disabled
}

extension Mount {
  var isBind: Bool { options.contains("bind") || options.contains("rbind") || type == "bind" }
}

/// Why a configuration can't become a plan: the property, and the cause.
public struct CompileError: Error, Hashable, CustomStringConvertible {
  public let property: String
  public let cause: String

  public init(_ property: String, _ cause: String) {
    self.property = property
    self.cause = cause
  }

  /// Of "PROPERTY: CAUSE".
  init(_ text: String) {
    let parts = text.parts(at: ":", maxSplits: 1)
    self.init(parts[0], String((parts.count > 1 ? parts[1] : "").drop { $0 == " " }))
  }

  public var description: String { "\(property): \(cause)" }
}
