import OCISpec

/// What `compile` turns into a plan: a configuration, and what it can't say.
public struct ContainerRequest: Hashable, Sendable {
  public var id: String
  public var config: Config
  /// The root filesystem's directories, topmost first: nothing writes to them. Without any the root is empty.
  public var lower: [String]
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

  /// What the caller has to say beside the plan: printed with its remarks.
  public var remarks: [String] = []

  public init(id: String, config: Config, lower: [String]) {
    self.id = id
    self.config = config
    self.lower = lower
  }

  public var directory: String { "\(stateDirectory)/\(id)" }

  /// The paths outside the container that `HostFacts` must know.
  public var hostPaths: [String] { lower + config.mounts.compactMap { $0.isBind ? $0.source : nil } }
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
}

extension Mount {
  var isBind: Bool { options.contains("bind") || options.contains("rbind") }
}

/// Why a configuration can't become a plan: the property, and the cause.
public struct CompileError: Error, Hashable, CustomStringConvertible {
  public let property: String
  public let cause: String

  public init(_ property: String, _ cause: String) {
    self.property = property
    self.cause = cause
  }

  public var description: String { "\(property): \(cause)" }
}
