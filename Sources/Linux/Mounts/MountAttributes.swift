import CLinux

/// The attributes of one mount, for fsmount(2) and mount_setattr(2). What belongs to the filesystem is set by fsconfig.
///
/// When files' access times are written is one setting of three values, not two flags: none of them is
/// MOUNT_ATTR_RELATIME, the kernel's default, and to change it ``accessTime`` must be cleared.
public struct MountAttributes: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let readOnly = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_RDONLY))
  /// Set-user-ID bits and file capabilities have no effect.
  public static let noSuid = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NOSUID))
  /// Device files can't be opened.
  public static let noDev = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NODEV))
  public static let noExec = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NOEXEC))
  /// Every bit of the setting of access times: to be cleared, not set.
  public static let accessTime = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR__ATIME))
  /// Access times are not written.
  public static let noATime = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NOATIME))
  /// Access times are written at each access.
  public static let strictATime = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_STRICTATIME))
  /// Access times of directories are not written.
  public static let noDirATime = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NODIRATIME))
  /// Owners are shown through the id map of a user namespace. Linux 5.12.
  public static let idMap = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_IDMAP))
  /// Symbolic links on this mount are not followed. Linux 5.14.
  public static let noSymFollow = MountAttributes(rawValue: UInt64(LINUX_MOUNT_ATTR_NOSYMFOLLOW))

  public static var names: [(flag: MountAttributes, name: String)] {
    [
      (.readOnly, "MOUNT_ATTR_RDONLY"),
      (.noSuid, "MOUNT_ATTR_NOSUID"),
      (.noDev, "MOUNT_ATTR_NODEV"),
      (.noExec, "MOUNT_ATTR_NOEXEC"),
      (.accessTime, "MOUNT_ATTR__ATIME"),
      (.noATime, "MOUNT_ATTR_NOATIME"),
      (.strictATime, "MOUNT_ATTR_STRICTATIME"),
      (.noDirATime, "MOUNT_ATTR_NODIRATIME"),
      (.idMap, "MOUNT_ATTR_IDMAP"),
      (.noSymFollow, "MOUNT_ATTR_NOSYMFOLLOW"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MountAttributes {
  @available(*, unavailable, renamed: "readOnly")
  public static var MOUNT_ATTR_RDONLY: MountAttributes { .readOnly }
  @available(*, unavailable, renamed: "noSuid")
  public static var MOUNT_ATTR_NOSUID: MountAttributes { .noSuid }
  @available(*, unavailable, renamed: "noDev")
  public static var MOUNT_ATTR_NODEV: MountAttributes { .noDev }
  @available(*, unavailable, renamed: "noExec")
  public static var MOUNT_ATTR_NOEXEC: MountAttributes { .noExec }
  @available(*, unavailable, renamed: "accessTime")
  public static var MOUNT_ATTR__ATIME: MountAttributes { .accessTime }
  @available(*, unavailable, renamed: "noATime")
  public static var MOUNT_ATTR_NOATIME: MountAttributes { .noATime }
  @available(*, unavailable, renamed: "strictATime")
  public static var MOUNT_ATTR_STRICTATIME: MountAttributes { .strictATime }
  @available(*, unavailable, renamed: "noDirATime")
  public static var MOUNT_ATTR_NODIRATIME: MountAttributes { .noDirATime }
  @available(*, unavailable, renamed: "idMap")
  public static var MOUNT_ATTR_IDMAP: MountAttributes { .idMap }
  @available(*, unavailable, renamed: "noSymFollow")
  public static var MOUNT_ATTR_NOSYMFOLLOW: MountAttributes { .noSymFollow }
}

/// What mount_setattr(2) takes as `flags`.
public struct MountSetAttrFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Don't follow `pathname` if it is a symbolic link.
  public static let symlinkNoFollow = MountSetAttrFlags(rawValue: UInt32(LINUX_AT_SYMLINK_NOFOLLOW))
  /// Don't mount what an automount point stands for.
  public static let noAutomount = MountSetAttrFlags(rawValue: UInt32(LINUX_AT_NO_AUTOMOUNT))
  /// With an empty path: the descriptor itself.
  public static let emptyPath = MountSetAttrFlags(rawValue: UInt32(LINUX_AT_EMPTY_PATH))
  /// The whole subtree of mounts.
  public static let recursive = MountSetAttrFlags(rawValue: UInt32(LINUX_AT_RECURSIVE))

  public static var names: [(flag: MountSetAttrFlags, name: String)] {
    [
      (.symlinkNoFollow, "AT_SYMLINK_NOFOLLOW"),
      (.noAutomount, "AT_NO_AUTOMOUNT"),
      (.emptyPath, "AT_EMPTY_PATH"),
      (.recursive, "AT_RECURSIVE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MountSetAttrFlags {
  @available(*, unavailable, renamed: "symlinkNoFollow")
  public static var AT_SYMLINK_NOFOLLOW: MountSetAttrFlags { .symlinkNoFollow }
  @available(*, unavailable, renamed: "noAutomount")
  public static var AT_NO_AUTOMOUNT: MountSetAttrFlags { .noAutomount }
  @available(*, unavailable, renamed: "emptyPath")
  public static var AT_EMPTY_PATH: MountSetAttrFlags { .emptyPath }
  @available(*, unavailable, renamed: "recursive")
  public static var AT_RECURSIVE: MountSetAttrFlags { .recursive }
}
