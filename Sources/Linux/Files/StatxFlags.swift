import CLinux

/// What statx(2) takes as `flags`.
public struct StatxFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Of a symbolic link, not of what it leads to.
  public static let symlinkNoFollow = StatxFlags(rawValue: UInt32(LINUX_AT_SYMLINK_NOFOLLOW))
  /// Don't mount what an automount point stands for.
  public static let noAutomount = StatxFlags(rawValue: UInt32(LINUX_AT_NO_AUTOMOUNT))
  /// With an empty path: the descriptor itself.
  public static let emptyPath = StatxFlags(rawValue: UInt32(LINUX_AT_EMPTY_PATH))
  /// Ask a remote filesystem's server.
  public static let forceSync = StatxFlags(rawValue: UInt32(LINUX_AT_STATX_FORCE_SYNC))
  /// Take what is known here.
  public static let dontSync = StatxFlags(rawValue: UInt32(LINUX_AT_STATX_DONT_SYNC))

  public static var names: [(flag: StatxFlags, name: String)] {
    [
      (.symlinkNoFollow, "AT_SYMLINK_NOFOLLOW"),
      (.noAutomount, "AT_NO_AUTOMOUNT"),
      (.emptyPath, "AT_EMPTY_PATH"),
      (.forceSync, "AT_STATX_FORCE_SYNC"),
      (.dontSync, "AT_STATX_DONT_SYNC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension StatxFlags {
  @available(*, unavailable, renamed: "symlinkNoFollow")
  public static var AT_SYMLINK_NOFOLLOW: StatxFlags { .symlinkNoFollow }
  @available(*, unavailable, renamed: "noAutomount")
  public static var AT_NO_AUTOMOUNT: StatxFlags { .noAutomount }
  @available(*, unavailable, renamed: "emptyPath")
  public static var AT_EMPTY_PATH: StatxFlags { .emptyPath }
  @available(*, unavailable, renamed: "forceSync")
  public static var AT_STATX_FORCE_SYNC: StatxFlags { .forceSync }
  @available(*, unavailable, renamed: "dontSync")
  public static var AT_STATX_DONT_SYNC: StatxFlags { .dontSync }
}

/// What statx(2) is asked for, and what it has given.
public struct StatxMask: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Everything that stat gives: the eleven below.
  public static let basicStats = StatxMask(rawValue: UInt32(LINUX_STATX_BASIC_STATS))
  public static let type = StatxMask(rawValue: UInt32(LINUX_STATX_TYPE))
  public static let mode = StatxMask(rawValue: UInt32(LINUX_STATX_MODE))
  public static let linkCount = StatxMask(rawValue: UInt32(LINUX_STATX_NLINK))
  public static let uid = StatxMask(rawValue: UInt32(LINUX_STATX_UID))
  public static let gid = StatxMask(rawValue: UInt32(LINUX_STATX_GID))
  public static let accessTime = StatxMask(rawValue: UInt32(LINUX_STATX_ATIME))
  public static let modificationTime = StatxMask(rawValue: UInt32(LINUX_STATX_MTIME))
  public static let changeTime = StatxMask(rawValue: UInt32(LINUX_STATX_CTIME))
  public static let inode = StatxMask(rawValue: UInt32(LINUX_STATX_INO))
  public static let size = StatxMask(rawValue: UInt32(LINUX_STATX_SIZE))
  public static let blocks = StatxMask(rawValue: UInt32(LINUX_STATX_BLOCKS))
  public static let birthTime = StatxMask(rawValue: UInt32(LINUX_STATX_BTIME))
  /// The id that /proc/self/mountinfo shows. Linux 5.8.
  public static let mountID = StatxMask(rawValue: UInt32(LINUX_STATX_MNT_ID))
  /// Linux 6.1.
  public static let dioAlignment = StatxMask(rawValue: UInt32(LINUX_STATX_DIOALIGN))
  /// The id that is never used again. Linux 6.8.
  public static let uniqueMountID = StatxMask(rawValue: UInt32(LINUX_STATX_MNT_ID_UNIQUE))

  public static var names: [(flag: StatxMask, name: String)] {
    [
      (.basicStats, "STATX_BASIC_STATS"),
      (.type, "STATX_TYPE"),
      (.mode, "STATX_MODE"),
      (.linkCount, "STATX_NLINK"),
      (.uid, "STATX_UID"),
      (.gid, "STATX_GID"),
      (.accessTime, "STATX_ATIME"),
      (.modificationTime, "STATX_MTIME"),
      (.changeTime, "STATX_CTIME"),
      (.inode, "STATX_INO"),
      (.size, "STATX_SIZE"),
      (.blocks, "STATX_BLOCKS"),
      (.birthTime, "STATX_BTIME"),
      (.mountID, "STATX_MNT_ID"),
      (.dioAlignment, "STATX_DIOALIGN"),
      (.uniqueMountID, "STATX_MNT_ID_UNIQUE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension StatxMask {
  @available(*, unavailable, renamed: "basicStats")
  public static var STATX_BASIC_STATS: StatxMask { .basicStats }
  @available(*, unavailable, renamed: "type")
  public static var STATX_TYPE: StatxMask { .type }
  @available(*, unavailable, renamed: "mode")
  public static var STATX_MODE: StatxMask { .mode }
  @available(*, unavailable, renamed: "linkCount")
  public static var STATX_NLINK: StatxMask { .linkCount }
  @available(*, unavailable, renamed: "uid")
  public static var STATX_UID: StatxMask { .uid }
  @available(*, unavailable, renamed: "gid")
  public static var STATX_GID: StatxMask { .gid }
  @available(*, unavailable, renamed: "accessTime")
  public static var STATX_ATIME: StatxMask { .accessTime }
  @available(*, unavailable, renamed: "modificationTime")
  public static var STATX_MTIME: StatxMask { .modificationTime }
  @available(*, unavailable, renamed: "changeTime")
  public static var STATX_CTIME: StatxMask { .changeTime }
  @available(*, unavailable, renamed: "inode")
  public static var STATX_INO: StatxMask { .inode }
  @available(*, unavailable, renamed: "size")
  public static var STATX_SIZE: StatxMask { .size }
  @available(*, unavailable, renamed: "blocks")
  public static var STATX_BLOCKS: StatxMask { .blocks }
  @available(*, unavailable, renamed: "birthTime")
  public static var STATX_BTIME: StatxMask { .birthTime }
  @available(*, unavailable, renamed: "mountID")
  public static var STATX_MNT_ID: StatxMask { .mountID }
  @available(*, unavailable, renamed: "dioAlignment")
  public static var STATX_DIOALIGN: StatxMask { .dioAlignment }
  @available(*, unavailable, renamed: "uniqueMountID")
  public static var STATX_MNT_ID_UNIQUE: StatxMask { .uniqueMountID }
}

/// What statx(2) tells of a file beside its mode.
public struct FileAttributes: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let compressed = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_COMPRESSED))
  public static let immutable = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_IMMUTABLE))
  public static let appendOnly = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_APPEND))
  public static let noDump = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_NODUMP))
  public static let encrypted = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_ENCRYPTED))
  /// An automount point.
  public static let automount = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_AUTOMOUNT))
  /// The root of a mount. Linux 5.8.
  public static let mountRoot = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_MOUNT_ROOT))
  public static let verity = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_VERITY))
  public static let dax = FileAttributes(rawValue: UInt64(LINUX_STATX_ATTR_DAX))

  public static var names: [(flag: FileAttributes, name: String)] {
    [
      (.compressed, "STATX_ATTR_COMPRESSED"),
      (.immutable, "STATX_ATTR_IMMUTABLE"),
      (.appendOnly, "STATX_ATTR_APPEND"),
      (.noDump, "STATX_ATTR_NODUMP"),
      (.encrypted, "STATX_ATTR_ENCRYPTED"),
      (.automount, "STATX_ATTR_AUTOMOUNT"),
      (.mountRoot, "STATX_ATTR_MOUNT_ROOT"),
      (.verity, "STATX_ATTR_VERITY"),
      (.dax, "STATX_ATTR_DAX"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension FileAttributes {
  @available(*, unavailable, renamed: "compressed")
  public static var STATX_ATTR_COMPRESSED: FileAttributes { .compressed }
  @available(*, unavailable, renamed: "immutable")
  public static var STATX_ATTR_IMMUTABLE: FileAttributes { .immutable }
  @available(*, unavailable, renamed: "appendOnly")
  public static var STATX_ATTR_APPEND: FileAttributes { .appendOnly }
  @available(*, unavailable, renamed: "noDump")
  public static var STATX_ATTR_NODUMP: FileAttributes { .noDump }
  @available(*, unavailable, renamed: "encrypted")
  public static var STATX_ATTR_ENCRYPTED: FileAttributes { .encrypted }
  @available(*, unavailable, renamed: "automount")
  public static var STATX_ATTR_AUTOMOUNT: FileAttributes { .automount }
  @available(*, unavailable, renamed: "mountRoot")
  public static var STATX_ATTR_MOUNT_ROOT: FileAttributes { .mountRoot }
  @available(*, unavailable, renamed: "verity")
  public static var STATX_ATTR_VERITY: FileAttributes { .verity }
  @available(*, unavailable, renamed: "dax")
  public static var STATX_ATTR_DAX: FileAttributes { .dax }
}
