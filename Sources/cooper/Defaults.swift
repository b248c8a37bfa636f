import OCISpec

/// What a container gets that isn't asked for.
enum Defaults {
  /// podman's eleven.
  static let capabilities = [
    "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL", "CAP_NET_BIND_SERVICE",
    "CAP_SETFCAP", "CAP_SETGID", "CAP_SETPCAP", "CAP_SETUID", "CAP_SYS_CHROOT",
  ]

  static let namespaces = [
    Namespace(.pid), Namespace(.network), Namespace(.mount), Namespace(.ipc), Namespace(.uts),
    Namespace(.cgroup),
  ]

  static let mounts = [
    Mount("/proc", type: "proc", source: "proc", options: ["nosuid", "nodev", "noexec"]),
    Mount("/sys", type: "sysfs", source: "sysfs", options: ["nosuid", "nodev", "noexec", "ro"]),
    Mount("/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "noexec", "mode=755", "size=65536k"]),
    Mount(
      "/dev/pts", type: "devpts", source: "devpts",
      options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
    Mount(
      "/dev/shm", type: "tmpfs", source: "shm",
      options: ["nosuid", "nodev", "noexec", "mode=1777", "size=65536k"]),
    Mount("/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "nodev", "noexec"]),
    Mount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "nodev", "noexec", "ro"]),
  ]

  static let devices = [
    Device("/dev/null", 1, 3), Device("/dev/zero", 1, 5), Device("/dev/full", 1, 7),
    Device("/dev/random", 1, 8), Device("/dev/urandom", 1, 9), Device("/dev/tty", 5, 0),
  ]

  /// The devices above, the console, and terminals; making nodes of others is allowed, opening them is not.
  static let deviceRules = [
    DeviceRule(allow: false), DeviceRule(allow: true, "c", nil, nil, "m"),
    DeviceRule(allow: true, "b", nil, nil, "m"),
    DeviceRule(allow: true, "c", 1, 3), DeviceRule(allow: true, "c", 1, 5),
    DeviceRule(allow: true, "c", 1, 7),
    DeviceRule(allow: true, "c", 1, 8), DeviceRule(allow: true, "c", 1, 9),
    DeviceRule(allow: true, "c", 5, 0),
    DeviceRule(allow: true, "c", 5, 1), DeviceRule(allow: true, "c", 5, 2), DeviceRule(allow: true, "c", 136),
  ]

  static let maskedPaths = [
    "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/sched_debug",
    "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap", "/sys/firmware",
  ]

  static let readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
}
