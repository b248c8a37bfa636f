import CLinux

/// One of the rights that root's are divided into.
///
///     Capability(name: "CAP_NET_ADMIN") == .netAdmin
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/capabilities.7.html>
public struct Capability: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Change the owner of any file.
  public static let chown = Capability(rawValue: Int32(LINUX_CAP_CHOWN))
  /// Read, write and execute files whatever their permissions.
  public static let dacOverride = Capability(rawValue: Int32(LINUX_CAP_DAC_OVERRIDE))
  /// Read files and directories whatever their permissions; open_by_handle_at.
  public static let dacReadSearch = Capability(rawValue: Int32(LINUX_CAP_DAC_READ_SEARCH))
  /// Do what only a file's owner may: chmod, utime, extended attributes.
  public static let fowner = Capability(rawValue: Int32(LINUX_CAP_FOWNER))
  /// Keep set-ID bits when a file changes.
  public static let fsetid = Capability(rawValue: Int32(LINUX_CAP_FSETID))
  /// Send signals to any process.
  public static let kill = Capability(rawValue: Int32(LINUX_CAP_KILL))
  /// Set any group ID, and write gid_map.
  public static let setgid = Capability(rawValue: Int32(LINUX_CAP_SETGID))
  /// Set any user ID, and write uid_map.
  public static let setuid = Capability(rawValue: Int32(LINUX_CAP_SETUID))
  /// Drop from the bounding set, and set the securebits.
  public static let setpcap = Capability(rawValue: Int32(LINUX_CAP_SETPCAP))
  /// Set the immutable and append-only flags of files.
  public static let linuxImmutable = Capability(rawValue: Int32(LINUX_CAP_LINUX_IMMUTABLE))
  /// Bind to ports below 1024.
  public static let netBindService = Capability(rawValue: Int32(LINUX_CAP_NET_BIND_SERVICE))
  /// Unused.
  public static let netBroadcast = Capability(rawValue: Int32(LINUX_CAP_NET_BROADCAST))
  /// Interfaces, routes, firewall.
  public static let netAdmin = Capability(rawValue: Int32(LINUX_CAP_NET_ADMIN))
  /// Raw and packet sockets.
  public static let netRaw = Capability(rawValue: Int32(LINUX_CAP_NET_RAW))
  /// Lock memory.
  public static let ipcLock = Capability(rawValue: Int32(LINUX_CAP_IPC_LOCK))
  /// Use System V IPC objects whatever their permissions.
  public static let ipcOwner = Capability(rawValue: Int32(LINUX_CAP_IPC_OWNER))
  /// Load kernel modules.
  public static let sysModule = Capability(rawValue: Int32(LINUX_CAP_SYS_MODULE))
  /// I/O ports, /dev/mem, raw device commands.
  public static let sysRawIO = Capability(rawValue: Int32(LINUX_CAP_SYS_RAWIO))
  /// chroot; setns into a mount namespace.
  public static let sysChroot = Capability(rawValue: Int32(LINUX_CAP_SYS_CHROOT))
  /// Trace any process, and read its memory.
  public static let sysPtrace = Capability(rawValue: Int32(LINUX_CAP_SYS_PTRACE))
  /// Process accounting.
  public static let sysPacct = Capability(rawValue: Int32(LINUX_CAP_SYS_PACCT))
  /// Mounts, namespaces, and whatever has no capability of its own.
  public static let sysAdmin = Capability(rawValue: Int32(LINUX_CAP_SYS_ADMIN))
  /// reboot, kexec_load.
  public static let sysBoot = Capability(rawValue: Int32(LINUX_CAP_SYS_BOOT))
  /// Real-time policies, lower nice values, others' affinity.
  public static let sysNice = Capability(rawValue: Int32(LINUX_CAP_SYS_NICE))
  /// Exceed resource limits and quotas.
  public static let sysResource = Capability(rawValue: Int32(LINUX_CAP_SYS_RESOURCE))
  /// Set the clock.
  public static let sysTime = Capability(rawValue: Int32(LINUX_CAP_SYS_TIME))
  /// vhangup, and settings of virtual terminals.
  public static let sysTTYConfig = Capability(rawValue: Int32(LINUX_CAP_SYS_TTY_CONFIG))
  /// Make device files.
  public static let mknod = Capability(rawValue: Int32(LINUX_CAP_MKNOD))
  /// Leases on any file.
  public static let lease = Capability(rawValue: Int32(LINUX_CAP_LEASE))
  /// Write to the kernel's audit log.
  public static let auditWrite = Capability(rawValue: Int32(LINUX_CAP_AUDIT_WRITE))
  /// Configure auditing.
  public static let auditControl = Capability(rawValue: Int32(LINUX_CAP_AUDIT_CONTROL))
  /// Give capabilities to files.
  public static let setfcap = Capability(rawValue: Int32(LINUX_CAP_SETFCAP))
  /// Smack: override mandatory access control.
  public static let macOverride = Capability(rawValue: Int32(LINUX_CAP_MAC_OVERRIDE))
  /// Smack: change mandatory access control.
  public static let macAdmin = Capability(rawValue: Int32(LINUX_CAP_MAC_ADMIN))
  /// Privileged syslog calls, and kernel addresses in /proc.
  public static let syslog = Capability(rawValue: Int32(LINUX_CAP_SYSLOG))
  /// Timers that wake the system.
  public static let wakeAlarm = Capability(rawValue: Int32(LINUX_CAP_WAKE_ALARM))
  /// Keep the system from suspending.
  public static let blockSuspend = Capability(rawValue: Int32(LINUX_CAP_BLOCK_SUSPEND))
  /// Read the audit log by netlink. Linux 3.16.
  public static let auditRead = Capability(rawValue: Int32(LINUX_CAP_AUDIT_READ))
  /// Performance monitoring. Linux 5.8.
  public static let perfmon = Capability(rawValue: Int32(LINUX_CAP_PERFMON))
  /// Privileged BPF operations. Linux 5.8.
  public static let bpf = Capability(rawValue: Int32(LINUX_CAP_BPF))
  /// Checkpoint and restore; set_tid of clone3. Linux 5.9.
  public static let checkpointRestore = Capability(rawValue: Int32(LINUX_CAP_CHECKPOINT_RESTORE))

  public static var names: [(value: Capability, name: String)] {
    [
      (.chown, "CAP_CHOWN"),
      (.dacOverride, "CAP_DAC_OVERRIDE"),
      (.dacReadSearch, "CAP_DAC_READ_SEARCH"),
      (.fowner, "CAP_FOWNER"),
      (.fsetid, "CAP_FSETID"),
      (.kill, "CAP_KILL"),
      (.setgid, "CAP_SETGID"),
      (.setuid, "CAP_SETUID"),
      (.setpcap, "CAP_SETPCAP"),
      (.linuxImmutable, "CAP_LINUX_IMMUTABLE"),
      (.netBindService, "CAP_NET_BIND_SERVICE"),
      (.netBroadcast, "CAP_NET_BROADCAST"),
      (.netAdmin, "CAP_NET_ADMIN"),
      (.netRaw, "CAP_NET_RAW"),
      (.ipcLock, "CAP_IPC_LOCK"),
      (.ipcOwner, "CAP_IPC_OWNER"),
      (.sysModule, "CAP_SYS_MODULE"),
      (.sysRawIO, "CAP_SYS_RAWIO"),
      (.sysChroot, "CAP_SYS_CHROOT"),
      (.sysPtrace, "CAP_SYS_PTRACE"),
      (.sysPacct, "CAP_SYS_PACCT"),
      (.sysAdmin, "CAP_SYS_ADMIN"),
      (.sysBoot, "CAP_SYS_BOOT"),
      (.sysNice, "CAP_SYS_NICE"),
      (.sysResource, "CAP_SYS_RESOURCE"),
      (.sysTime, "CAP_SYS_TIME"),
      (.sysTTYConfig, "CAP_SYS_TTY_CONFIG"),
      (.mknod, "CAP_MKNOD"),
      (.lease, "CAP_LEASE"),
      (.auditWrite, "CAP_AUDIT_WRITE"),
      (.auditControl, "CAP_AUDIT_CONTROL"),
      (.setfcap, "CAP_SETFCAP"),
      (.macOverride, "CAP_MAC_OVERRIDE"),
      (.macAdmin, "CAP_MAC_ADMIN"),
      (.syslog, "CAP_SYSLOG"),
      (.wakeAlarm, "CAP_WAKE_ALARM"),
      (.blockSuspend, "CAP_BLOCK_SUSPEND"),
      (.auditRead, "CAP_AUDIT_READ"),
      (.perfmon, "CAP_PERFMON"),
      (.bpf, "CAP_BPF"),
      (.checkpointRestore, "CAP_CHECKPOINT_RESTORE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension Capability {
  @available(*, unavailable, renamed: "chown")
  public static var CAP_CHOWN: Capability { .chown }
  @available(*, unavailable, renamed: "dacOverride")
  public static var CAP_DAC_OVERRIDE: Capability { .dacOverride }
  @available(*, unavailable, renamed: "dacReadSearch")
  public static var CAP_DAC_READ_SEARCH: Capability { .dacReadSearch }
  @available(*, unavailable, renamed: "fowner")
  public static var CAP_FOWNER: Capability { .fowner }
  @available(*, unavailable, renamed: "fsetid")
  public static var CAP_FSETID: Capability { .fsetid }
  @available(*, unavailable, renamed: "kill")
  public static var CAP_KILL: Capability { .kill }
  @available(*, unavailable, renamed: "setgid")
  public static var CAP_SETGID: Capability { .setgid }
  @available(*, unavailable, renamed: "setuid")
  public static var CAP_SETUID: Capability { .setuid }
  @available(*, unavailable, renamed: "setpcap")
  public static var CAP_SETPCAP: Capability { .setpcap }
  @available(*, unavailable, renamed: "linuxImmutable")
  public static var CAP_LINUX_IMMUTABLE: Capability { .linuxImmutable }
  @available(*, unavailable, renamed: "netBindService")
  public static var CAP_NET_BIND_SERVICE: Capability { .netBindService }
  @available(*, unavailable, renamed: "netBroadcast")
  public static var CAP_NET_BROADCAST: Capability { .netBroadcast }
  @available(*, unavailable, renamed: "netAdmin")
  public static var CAP_NET_ADMIN: Capability { .netAdmin }
  @available(*, unavailable, renamed: "netRaw")
  public static var CAP_NET_RAW: Capability { .netRaw }
  @available(*, unavailable, renamed: "ipcLock")
  public static var CAP_IPC_LOCK: Capability { .ipcLock }
  @available(*, unavailable, renamed: "ipcOwner")
  public static var CAP_IPC_OWNER: Capability { .ipcOwner }
  @available(*, unavailable, renamed: "sysModule")
  public static var CAP_SYS_MODULE: Capability { .sysModule }
  @available(*, unavailable, renamed: "sysRawIO")
  public static var CAP_SYS_RAWIO: Capability { .sysRawIO }
  @available(*, unavailable, renamed: "sysChroot")
  public static var CAP_SYS_CHROOT: Capability { .sysChroot }
  @available(*, unavailable, renamed: "sysPtrace")
  public static var CAP_SYS_PTRACE: Capability { .sysPtrace }
  @available(*, unavailable, renamed: "sysPacct")
  public static var CAP_SYS_PACCT: Capability { .sysPacct }
  @available(*, unavailable, renamed: "sysAdmin")
  public static var CAP_SYS_ADMIN: Capability { .sysAdmin }
  @available(*, unavailable, renamed: "sysBoot")
  public static var CAP_SYS_BOOT: Capability { .sysBoot }
  @available(*, unavailable, renamed: "sysNice")
  public static var CAP_SYS_NICE: Capability { .sysNice }
  @available(*, unavailable, renamed: "sysResource")
  public static var CAP_SYS_RESOURCE: Capability { .sysResource }
  @available(*, unavailable, renamed: "sysTime")
  public static var CAP_SYS_TIME: Capability { .sysTime }
  @available(*, unavailable, renamed: "sysTTYConfig")
  public static var CAP_SYS_TTY_CONFIG: Capability { .sysTTYConfig }
  @available(*, unavailable, renamed: "mknod")
  public static var CAP_MKNOD: Capability { .mknod }
  @available(*, unavailable, renamed: "lease")
  public static var CAP_LEASE: Capability { .lease }
  @available(*, unavailable, renamed: "auditWrite")
  public static var CAP_AUDIT_WRITE: Capability { .auditWrite }
  @available(*, unavailable, renamed: "auditControl")
  public static var CAP_AUDIT_CONTROL: Capability { .auditControl }
  @available(*, unavailable, renamed: "setfcap")
  public static var CAP_SETFCAP: Capability { .setfcap }
  @available(*, unavailable, renamed: "macOverride")
  public static var CAP_MAC_OVERRIDE: Capability { .macOverride }
  @available(*, unavailable, renamed: "macAdmin")
  public static var CAP_MAC_ADMIN: Capability { .macAdmin }
  @available(*, unavailable, renamed: "syslog")
  public static var CAP_SYSLOG: Capability { .syslog }
  @available(*, unavailable, renamed: "wakeAlarm")
  public static var CAP_WAKE_ALARM: Capability { .wakeAlarm }
  @available(*, unavailable, renamed: "blockSuspend")
  public static var CAP_BLOCK_SUSPEND: Capability { .blockSuspend }
  @available(*, unavailable, renamed: "auditRead")
  public static var CAP_AUDIT_READ: Capability { .auditRead }
  @available(*, unavailable, renamed: "perfmon")
  public static var CAP_PERFMON: Capability { .perfmon }
  @available(*, unavailable, renamed: "bpf")
  public static var CAP_BPF: Capability { .bpf }
  @available(*, unavailable, renamed: "checkpointRestore")
  public static var CAP_CHECKPOINT_RESTORE: Capability { .checkpointRestore }
}
