import Facts
import Linux

/// OCI bundles of the small image, which scenarios run.
enum Bundles {
  static let place = "/bundles"
  static let user = "\(place)/user"
  static let kernel = "\(place)/kernel"
  static let unknown = "\(place)/unknown"
  /// With a limit that only root may set, and working directories that only some may enter.
  static let raised = "\(place)/raised"
  static let own = "\(place)/own"
  static let closed = "\(place)/closed"

  /// Of the program that is started, and what `raised` asks for: open files at most.
  static let (files, moreFiles) = (4096, 8192)

  static let variables = ["PATH=/bin", "GREETING=hello from config.json"]
  static let arguments = ["one", "two words"]
  static let hostname = "cask-16"

  static func make(below root: String) throws {
    let user: JSON = ["uid": 1000, "gid": 1001, "additionalGids": [27]]
    let masks: [String: JSON] = [
      "maskedPaths": ["/proc/keys", "/proc/irq"], "readonlyPaths": ["/proc/sys"],
      "sysctl": ["net.ipv4.ip_unprivileged_port_start": "0"],
    ]
    try write(root + Self.user, process: ["user": user])
    try write(root + own, process: ["user": user, "cwd": .string(Images.usersOwn)])
    try write(root + closed, process: ["user": user, "cwd": .string(Images.rootsOwn)])
    let limit: JSON = ["type": "RLIMIT_NOFILE", "soft": 100, "hard": .int(moreFiles)]
    try write(root + raised, process: ["user": user, "rlimits": .array([limit])])
    try write(root + kernel, isReadOnly: true, linux: masks)
    try write(root + unknown, linux: ["intelRdt": ["closID": "cask"]])
  }

  private static func write(
    _ directory: String, isReadOnly: Bool = false, process: [String: JSON] = [:], linux: [String: JSON] = [:]
  ) throws {
    let rights: JSON = ["CAP_SETGID", "CAP_SETUID"]
    let usual: [String: JSON] = [
      "args": .array((["/probe", "bundle"] + arguments).map(JSON.string)),
      "env": .array(variables.map(JSON.string)), "cwd": "/tmp", "noNewPrivileges": true,
      "user": ["uid": 0, "gid": 0],
      "capabilities": ["bounding": rights, "effective": rights, "permitted": rights],
      "rlimits": [["type": "RLIMIT_NOFILE", "soft": 100, "hard": 200]],
    ]
    let namespaces = ["mount", "uts", "ipc", "pid", "network", "cgroup"].map {
      JSON.object(["type": .string($0)])
    }
    let config: JSON = [
      "ociVersion": "1.0.2", "hostname": .string(hostname),
      "root": ["path": "/images/small", "readonly": .bool(isReadOnly)],
      "process": .object(usual.merging(process) { $1 }),
      "mounts": [
        ["destination": "/proc", "type": "proc", "source": "proc"],
        ["destination": "/dev", "type": "tmpfs", "source": "tmpfs"],
        ["destination": "/sys", "type": "sysfs", "source": "sysfs"],
      ],
      "linux": .object(linux.merging(["namespaces": .array(namespaces)]) { $1 }),
    ]
    try mkdir(directory)
    try writeFile("\(directory)/config.json", "\(config)\n")
  }
}
