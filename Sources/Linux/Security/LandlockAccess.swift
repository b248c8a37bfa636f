import CLinux

/// What a ruleset can forbid on files: ABI 1, Linux 5.13, where nothing else is said.
public struct LandlockFSAccess: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let execute = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_EXECUTE))
  /// Open a file for writing.
  public static let writeFile = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_WRITE_FILE))
  /// Open a file for reading.
  public static let readFile = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_READ_FILE))
  /// Open a directory, or list it.
  public static let readDir = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_READ_DIR))
  /// Remove or rename an empty directory.
  public static let removeDir = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_REMOVE_DIR))
  /// Unlink or rename a file.
  public static let removeFile = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_REMOVE_FILE))
  public static let makeChar = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_CHAR))
  public static let makeDir = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_DIR))
  public static let makeReg = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_REG))
  public static let makeSock = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_SOCK))
  public static let makeFifo = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_FIFO))
  public static let makeBlock = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_BLOCK))
  public static let makeSym = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_MAKE_SYM))
  /// Link or rename a file into another directory. ABI 2, Linux 5.19; refused always where it isn't allowed.
  public static let refer = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_REFER))
  /// ABI 3, Linux 6.2.
  public static let truncate = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_TRUNCATE))
  /// ioctl on a device file. ABI 5, Linux 6.10.
  public static let ioctlDev = LandlockFSAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_FS_IOCTL_DEV))

  public static var names: [(flag: LandlockFSAccess, name: String)] {
    [
      (.execute, "LANDLOCK_ACCESS_FS_EXECUTE"),
      (.writeFile, "LANDLOCK_ACCESS_FS_WRITE_FILE"),
      (.readFile, "LANDLOCK_ACCESS_FS_READ_FILE"),
      (.readDir, "LANDLOCK_ACCESS_FS_READ_DIR"),
      (.removeDir, "LANDLOCK_ACCESS_FS_REMOVE_DIR"),
      (.removeFile, "LANDLOCK_ACCESS_FS_REMOVE_FILE"),
      (.makeChar, "LANDLOCK_ACCESS_FS_MAKE_CHAR"),
      (.makeDir, "LANDLOCK_ACCESS_FS_MAKE_DIR"),
      (.makeReg, "LANDLOCK_ACCESS_FS_MAKE_REG"),
      (.makeSock, "LANDLOCK_ACCESS_FS_MAKE_SOCK"),
      (.makeFifo, "LANDLOCK_ACCESS_FS_MAKE_FIFO"),
      (.makeBlock, "LANDLOCK_ACCESS_FS_MAKE_BLOCK"),
      (.makeSym, "LANDLOCK_ACCESS_FS_MAKE_SYM"),
      (.refer, "LANDLOCK_ACCESS_FS_REFER"),
      (.truncate, "LANDLOCK_ACCESS_FS_TRUNCATE"),
      (.ioctlDev, "LANDLOCK_ACCESS_FS_IOCTL_DEV"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension LandlockFSAccess {
  @available(*, unavailable, renamed: "execute")
  public static var LANDLOCK_ACCESS_FS_EXECUTE: LandlockFSAccess { .execute }
  @available(*, unavailable, renamed: "writeFile")
  public static var LANDLOCK_ACCESS_FS_WRITE_FILE: LandlockFSAccess { .writeFile }
  @available(*, unavailable, renamed: "readFile")
  public static var LANDLOCK_ACCESS_FS_READ_FILE: LandlockFSAccess { .readFile }
  @available(*, unavailable, renamed: "readDir")
  public static var LANDLOCK_ACCESS_FS_READ_DIR: LandlockFSAccess { .readDir }
  @available(*, unavailable, renamed: "removeDir")
  public static var LANDLOCK_ACCESS_FS_REMOVE_DIR: LandlockFSAccess { .removeDir }
  @available(*, unavailable, renamed: "removeFile")
  public static var LANDLOCK_ACCESS_FS_REMOVE_FILE: LandlockFSAccess { .removeFile }
  @available(*, unavailable, renamed: "makeChar")
  public static var LANDLOCK_ACCESS_FS_MAKE_CHAR: LandlockFSAccess { .makeChar }
  @available(*, unavailable, renamed: "makeDir")
  public static var LANDLOCK_ACCESS_FS_MAKE_DIR: LandlockFSAccess { .makeDir }
  @available(*, unavailable, renamed: "makeReg")
  public static var LANDLOCK_ACCESS_FS_MAKE_REG: LandlockFSAccess { .makeReg }
  @available(*, unavailable, renamed: "makeSock")
  public static var LANDLOCK_ACCESS_FS_MAKE_SOCK: LandlockFSAccess { .makeSock }
  @available(*, unavailable, renamed: "makeFifo")
  public static var LANDLOCK_ACCESS_FS_MAKE_FIFO: LandlockFSAccess { .makeFifo }
  @available(*, unavailable, renamed: "makeBlock")
  public static var LANDLOCK_ACCESS_FS_MAKE_BLOCK: LandlockFSAccess { .makeBlock }
  @available(*, unavailable, renamed: "makeSym")
  public static var LANDLOCK_ACCESS_FS_MAKE_SYM: LandlockFSAccess { .makeSym }
  @available(*, unavailable, renamed: "refer")
  public static var LANDLOCK_ACCESS_FS_REFER: LandlockFSAccess { .refer }
  @available(*, unavailable, renamed: "truncate")
  public static var LANDLOCK_ACCESS_FS_TRUNCATE: LandlockFSAccess { .truncate }
  @available(*, unavailable, renamed: "ioctlDev")
  public static var LANDLOCK_ACCESS_FS_IOCTL_DEV: LandlockFSAccess { .ioctlDev }
}

extension LandlockFSAccess {
  /// What the kernel with this ABI knows: for the greatest protection that it can give.
  public static func known(toABI version: Int) -> LandlockFSAccess {
    var rights = LandlockFSAccess(rawValue: (1 << 13) - 1)
    if version >= 2 { rights.insert(.refer) }
    if version >= 3 { rights.insert(.truncate) }
    if version >= 5 { rights.insert(.ioctlDev) }
    return version >= 1 ? rights : []
  }
}
