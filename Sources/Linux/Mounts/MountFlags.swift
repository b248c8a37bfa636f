import CLinux

/// What mount(2) takes as `mountflags`.
public struct MountFlags: NamedFlags {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }

  public static let readOnly = MountFlags(rawValue: UInt(LINUX_MS_RDONLY))
  /// Set-user-ID bits and file capabilities have no effect.
  public static let noSuid = MountFlags(rawValue: UInt(LINUX_MS_NOSUID))
  /// Device files can't be opened.
  public static let noDev = MountFlags(rawValue: UInt(LINUX_MS_NODEV))
  public static let noExec = MountFlags(rawValue: UInt(LINUX_MS_NOEXEC))
  public static let synchronous = MountFlags(rawValue: UInt(LINUX_MS_SYNCHRONOUS))
  /// Change flags and data of an existing mount.
  public static let remount = MountFlags(rawValue: UInt(LINUX_MS_REMOUNT))
  public static let mandatoryLock = MountFlags(rawValue: UInt(LINUX_MS_MANDLOCK))
  public static let dirSync = MountFlags(rawValue: UInt(LINUX_MS_DIRSYNC))
  /// Symbolic links on this mount are not followed. Linux 5.10.
  public static let noSymFollow = MountFlags(rawValue: UInt(LINUX_MS_NOSYMFOLLOW))
  public static let noATime = MountFlags(rawValue: UInt(LINUX_MS_NOATIME))
  public static let noDirATime = MountFlags(rawValue: UInt(LINUX_MS_NODIRATIME))
  public static let bind = MountFlags(rawValue: UInt(LINUX_MS_BIND))
  public static let move = MountFlags(rawValue: UInt(LINUX_MS_MOVE))
  /// With `bind` or a propagation type: for the whole subtree.
  public static let recursive = MountFlags(rawValue: UInt(LINUX_MS_REC))
  public static let silent = MountFlags(rawValue: UInt(LINUX_MS_SILENT))
  public static let posixACL = MountFlags(rawValue: UInt(LINUX_MS_POSIXACL))
  public static let unbindable = MountFlags(rawValue: UInt(LINUX_MS_UNBINDABLE))
  /// Neither sends nor receives mount events.
  public static let `private` = MountFlags(rawValue: UInt(LINUX_MS_PRIVATE))
  /// Receives mount events from its master and sends none.
  public static let slave = MountFlags(rawValue: UInt(LINUX_MS_SLAVE))
  public static let shared = MountFlags(rawValue: UInt(LINUX_MS_SHARED))
  public static let relATime = MountFlags(rawValue: UInt(LINUX_MS_RELATIME))
  public static let kernMount = MountFlags(rawValue: UInt(LINUX_MS_KERNMOUNT))
  public static let iVersion = MountFlags(rawValue: UInt(LINUX_MS_I_VERSION))
  public static let strictATime = MountFlags(rawValue: UInt(LINUX_MS_STRICTATIME))
  public static let lazyTime = MountFlags(rawValue: UInt(LINUX_MS_LAZYTIME))
  public static let active = MountFlags(rawValue: UInt(LINUX_MS_ACTIVE))
  public static let noUser = MountFlags(rawValue: UInt(LINUX_MS_NOUSER))
  /// The number that kernels before 2.4 wanted in the top half; ignored since.
  public static let magic = MountFlags(rawValue: UInt(LINUX_MS_MGC_VAL))

  public static var names: [(flag: MountFlags, name: String)] {
    [
      (.readOnly, "MS_RDONLY"),
      (.noSuid, "MS_NOSUID"),
      (.noDev, "MS_NODEV"),
      (.noExec, "MS_NOEXEC"),
      (.synchronous, "MS_SYNCHRONOUS"),
      (.remount, "MS_REMOUNT"),
      (.mandatoryLock, "MS_MANDLOCK"),
      (.dirSync, "MS_DIRSYNC"),
      (.noSymFollow, "MS_NOSYMFOLLOW"),
      (.noATime, "MS_NOATIME"),
      (.noDirATime, "MS_NODIRATIME"),
      (.bind, "MS_BIND"),
      (.move, "MS_MOVE"),
      (.recursive, "MS_REC"),
      (.silent, "MS_SILENT"),
      (.posixACL, "MS_POSIXACL"),
      (.unbindable, "MS_UNBINDABLE"),
      (.private, "MS_PRIVATE"),
      (.slave, "MS_SLAVE"),
      (.shared, "MS_SHARED"),
      (.relATime, "MS_RELATIME"),
      (.kernMount, "MS_KERNMOUNT"),
      (.iVersion, "MS_I_VERSION"),
      (.strictATime, "MS_STRICTATIME"),
      (.lazyTime, "MS_LAZYTIME"),
      (.active, "MS_ACTIVE"),
      (.noUser, "MS_NOUSER"),
      (.magic, "MS_MGC_VAL"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MountFlags {
  @available(*, unavailable, renamed: "readOnly")
  public static var MS_RDONLY: MountFlags { .readOnly }
  @available(*, unavailable, renamed: "noSuid")
  public static var MS_NOSUID: MountFlags { .noSuid }
  @available(*, unavailable, renamed: "noDev")
  public static var MS_NODEV: MountFlags { .noDev }
  @available(*, unavailable, renamed: "noExec")
  public static var MS_NOEXEC: MountFlags { .noExec }
  @available(*, unavailable, renamed: "synchronous")
  public static var MS_SYNCHRONOUS: MountFlags { .synchronous }
  @available(*, unavailable, renamed: "remount")
  public static var MS_REMOUNT: MountFlags { .remount }
  @available(*, unavailable, renamed: "mandatoryLock")
  public static var MS_MANDLOCK: MountFlags { .mandatoryLock }
  @available(*, unavailable, renamed: "dirSync")
  public static var MS_DIRSYNC: MountFlags { .dirSync }
  @available(*, unavailable, renamed: "noSymFollow")
  public static var MS_NOSYMFOLLOW: MountFlags { .noSymFollow }
  @available(*, unavailable, renamed: "noATime")
  public static var MS_NOATIME: MountFlags { .noATime }
  @available(*, unavailable, renamed: "noDirATime")
  public static var MS_NODIRATIME: MountFlags { .noDirATime }
  @available(*, unavailable, renamed: "bind")
  public static var MS_BIND: MountFlags { .bind }
  @available(*, unavailable, renamed: "move")
  public static var MS_MOVE: MountFlags { .move }
  @available(*, unavailable, renamed: "recursive")
  public static var MS_REC: MountFlags { .recursive }
  @available(*, unavailable, renamed: "silent")
  public static var MS_SILENT: MountFlags { .silent }
  @available(*, unavailable, renamed: "posixACL")
  public static var MS_POSIXACL: MountFlags { .posixACL }
  @available(*, unavailable, renamed: "unbindable")
  public static var MS_UNBINDABLE: MountFlags { .unbindable }
  @available(*, unavailable, renamed: "private")
  public static var MS_PRIVATE: MountFlags { .private }
  @available(*, unavailable, renamed: "slave")
  public static var MS_SLAVE: MountFlags { .slave }
  @available(*, unavailable, renamed: "shared")
  public static var MS_SHARED: MountFlags { .shared }
  @available(*, unavailable, renamed: "relATime")
  public static var MS_RELATIME: MountFlags { .relATime }
  @available(*, unavailable, renamed: "kernMount")
  public static var MS_KERNMOUNT: MountFlags { .kernMount }
  @available(*, unavailable, renamed: "iVersion")
  public static var MS_I_VERSION: MountFlags { .iVersion }
  @available(*, unavailable, renamed: "strictATime")
  public static var MS_STRICTATIME: MountFlags { .strictATime }
  @available(*, unavailable, renamed: "lazyTime")
  public static var MS_LAZYTIME: MountFlags { .lazyTime }
  @available(*, unavailable, renamed: "active")
  public static var MS_ACTIVE: MountFlags { .active }
  @available(*, unavailable, renamed: "noUser")
  public static var MS_NOUSER: MountFlags { .noUser }
  @available(*, unavailable, renamed: "magic")
  public static var MS_MGC_VAL: MountFlags { .magic }
}
