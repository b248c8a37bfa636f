import Containers
import Linux
import OCISpec

extension Verb {
  static let spec = Verb(
    name: "spec", words: "", summary: "Write a config.json to begin with.",
    options: [
      Option("bundle", "b", value: "DIR", help: "where to; the working directory by default"),
      Option("rootless", help: "for a caller who is not root"),
    ], usesState: false
  ) { _, arguments in
    _ = try arguments.words(0...0, "")
    let file = "\(arguments["bundle"] ?? ".")/config.json"
    let text = JSONWriter.text(exampleConfig(isRootless: arguments.has("rootless")), isIndented: true)
    do {
      let descriptor = try open(
        file, [.writeOnly, .create, .exclusive], [.ownerReadWrite, .groupRead, .otherRead])
      try descriptor.write(text + "\n")
    } catch let error as SystemCallError where error.errno == .fileExists {
      throw UsageError("\(file) is there already; remove it first")
    }
    return 0
  }
}

/// A shell with next to no privileges, on a root filesystem that it can't change.
private func exampleConfig(isRootless: Bool) -> Config {
  var config = Config()
  config.ociVersion = supportedVersion
  config.root = Root(path: "rootfs", readonly: true)
  config.hostname = "cooper"
  var process = Process()
  process.terminal = true
  process.args = ["sh"]
  process.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM=xterm"]
  let capabilities = ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE"]
  process.capabilities.bounding = capabilities
  process.capabilities.effective = capabilities
  process.capabilities.permitted = capabilities
  process.noNewPrivileges = true
  var files = RLimit()
  (files.type, files.soft, files.hard) = ("RLIMIT_NOFILE", 1024, 1024)
  process.rlimits = [files]
  config.process = process
  config.mounts = exampleMounts(isRootless: isRootless)
  var kinds: [Namespace.Kind] = [.pid, .network, .ipc, .uts, .mount]
  // Of version 1 each hierarchy is mounted for itself: a namespace would hide from the container where it is.
  if hasOnlyCgroup2() { kinds.append(.cgroup) }
  if isRootless {
    kinds.removeAll { $0 == .network }
    kinds.append(.user)
    config.linux.uidMappings = [OCISpec.IDMapping(0, geteuid())]
    config.linux.gidMappings = [OCISpec.IDMapping(0, getegid())]
  } else {
    config.linux.resources.devices = [DeviceRule(allow: false)]
  }
  config.linux.namespaces = kinds.map { Namespace($0) }
  config.linux.maskedPaths = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
    "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
  ]
  config.linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
  return config
}

private func exampleMounts(isRootless: Bool) -> [Mount] {
  let sealed = ["nosuid", "noexec", "nodev"]
  let terminals = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620"]
  return [
    Mount("/proc", type: "proc", source: "proc"),
    Mount(
      "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    Mount(
      "/dev/pts", type: "devpts", source: "devpts", options: terminals + (isRootless ? [] : ["gid=5"])),
    Mount("/dev/shm", type: "tmpfs", source: "shm", options: sealed + ["mode=1777", "size=65536k"]),
    Mount("/dev/mqueue", type: "mqueue", source: "mqueue", options: sealed),
    isRootless
      ? Mount("/sys", type: "none", source: "/sys", options: ["rbind", "rslave"] + sealed + ["ro"])
      : Mount("/sys", type: "sysfs", source: "sysfs", options: sealed + ["ro"]),
    Mount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: sealed + ["relatime", "ro"]),
  ]
}

private func hasOnlyCgroup2() -> Bool { (try? access("/sys/fs/cgroup/cgroup.procs", [])) != nil }

extension OCISpec.IDMapping {
  fileprivate init(_ inside: UInt32, _ outside: UInt32) {
    self.init()
    (containerID, hostID, size) = (inside, outside, 1)
  }
}
