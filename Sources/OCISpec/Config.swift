/// config.json of the OCI runtime specification 1.3, as far as `compile` translates it.
///
/// Properties have the specification's names. What is not here can't be asked for.
public struct Config: Hashable, Sendable, Codable {
  public var ociVersion = "1.3.0"
  public var root: Root?
  public var mounts: [Mount] = []
  public var process: Process?
  public var hostname: String?
  public var linux = LinuxConfig()

  public init() {}
}

public struct Root: Hashable, Sendable, Codable {
  public var path: String
  public var readonly: Bool

  public init(path: String, readonly: Bool = false) {
    self.path = path
    self.readonly = readonly
  }
}

public struct Mount: Hashable, Sendable, Codable {
  public var destination: String
  public var source: String?
  public var type: String?
  public var options: [String]

  public init(_ destination: String, type: String? = nil, source: String? = nil, options: [String] = []) {
    self.destination = destination
    self.source = source
    self.type = type
    self.options = options
  }
}

public struct Process: Hashable, Sendable, Codable {
  public var terminal = false
  public var consoleSize: ConsoleSize?
  public var user = User()
  public var args: [String] = []
  public var env: [String] = []
  public var cwd = "/"
  /// The bounding, permitted and effective sets, by their C names; the inheritable and ambient sets are empty.
  public var capabilities: [String] = []
  public var noNewPrivileges = true

  public init() {}
}

public struct ConsoleSize: Hashable, Sendable, Codable {
  public var height: UInt16
  public var width: UInt16

  public init(height: UInt16, width: UInt16) {
    self.height = height
    self.width = width
  }
}

public struct User: Hashable, Sendable, Codable {
  public var uid: UInt32
  public var gid: UInt32
  public var additionalGids: [UInt32]

  public init(uid: UInt32 = 0, gid: UInt32 = 0, additionalGids: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.additionalGids = additionalGids
  }
}

public struct LinuxConfig: Hashable, Sendable, Codable {
  public var namespaces: [Namespace] = []
  public var devices: [Device] = []
  public var resources = Resources()
  public var maskedPaths: [String] = []
  public var readonlyPaths: [String] = []

  public init() {}
}

/// A namespace of the container's own, by the specification's name of its type.
public enum Namespace: String, Hashable, Sendable, Codable, CaseIterable {
  case pid, network, mount, ipc, uts, cgroup
}

public struct Device: Hashable, Sendable, Codable {
  public var path: String
  public var major: UInt32
  public var minor: UInt32
  public var fileMode: UInt32

  /// A character device.
  public init(_ path: String, _ major: UInt32, _ minor: UInt32, fileMode: UInt32 = 0o666) {
    self.path = path
    self.major = major
    self.minor = minor
    self.fileMode = fileMode
  }
}

public struct Resources: Hashable, Sendable, Codable {
  /// Everything is denied first; then these are allowed. nil leaves devices alone.
  public var devices: [AllowedDevice]?
  public var memory = Memory()
  public var cpu = CPU()
  public var pids = Pids()

  public init() {}

  public struct Memory: Hashable, Sendable, Codable {
    /// Bytes.
    public var limit: Int64?
    /// Bytes of memory and swap together; -1 for no limit.
    public var swap: Int64?
  }

  public struct CPU: Hashable, Sendable, Codable {
    /// A relative weight, 2 to 262144.
    public var shares: UInt64?
    /// Microseconds in each period.
    public var quota: Int64?
    /// Microseconds.
    public var period: UInt64?
  }

  public struct Pids: Hashable, Sendable, Codable {
    /// Processes and threads; -1 for no limit.
    public var limit: Int64?
  }
}

/// One line of the device rules: character or block devices of a number, nil for any.
public struct AllowedDevice: Hashable, Sendable, Codable {
  public enum Kind: String, Hashable, Sendable, Codable {
    case character = "c"
    case block = "b"
  }
  public var type: Kind
  public var major: UInt32?
  public var minor: UInt32?
  /// Letters of "rwm": read, write, mknod.
  public var access: String

  public init(_ type: Kind, _ major: UInt32?, _ minor: UInt32?, _ access: String = "rwm") {
    self.type = type
    self.major = major
    self.minor = minor
    self.access = access
  }
}
