import CLinux

/// What open(2) and openat2(2) take as `flags`. None of them opens for reading; the descriptor is close-on-exec in
/// any case.
public struct OpenFlags: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let writeOnly = OpenFlags(rawValue: UInt64(LINUX_O_WRONLY))
  public static let readWrite = OpenFlags(rawValue: UInt64(LINUX_O_RDWR))
  /// Make the file if there is none.
  public static let create = OpenFlags(rawValue: UInt64(LINUX_O_CREAT))
  /// With `create`: EEXIST if there is one.
  public static let exclusive = OpenFlags(rawValue: UInt64(LINUX_O_EXCL))
  /// A terminal doesn't become the process's controlling terminal.
  public static let noCTTY = OpenFlags(rawValue: UInt64(LINUX_O_NOCTTY))
  public static let truncate = OpenFlags(rawValue: UInt64(LINUX_O_TRUNC))
  public static let append = OpenFlags(rawValue: UInt64(LINUX_O_APPEND))
  public static let nonBlock = OpenFlags(rawValue: UInt64(LINUX_O_NONBLOCK))
  /// A write returns when data and metadata are on the disk.
  public static let sync = OpenFlags(rawValue: UInt64(LINUX_O_SYNC))
  /// A write returns when the data is on the disk.
  public static let dataSync = OpenFlags(rawValue: UInt64(LINUX_O_DSYNC))
  /// Past the page cache.
  public static let direct = OpenFlags(rawValue: UInt64(LINUX_O_DIRECT))
  /// A file without a name, in the directory `pathname`.
  public static let tmpFile = OpenFlags(rawValue: UInt64(LINUX_O_TMPFILE))
  /// ENOTDIR where it is none.
  public static let directory = OpenFlags(rawValue: UInt64(LINUX_O_DIRECTORY))
  /// ELOOP for a symbolic link; with `path`, the link itself.
  public static let noFollow = OpenFlags(rawValue: UInt64(LINUX_O_NOFOLLOW))
  public static let noATime = OpenFlags(rawValue: UInt64(LINUX_O_NOATIME))
  /// Only a place in the tree: neither read nor written, but good as `at:`.
  public static let path = OpenFlags(rawValue: UInt64(LINUX_O_PATH))

  public static var names: [(flag: OpenFlags, name: String)] {
    [
      (.writeOnly, "O_WRONLY"),
      (.readWrite, "O_RDWR"),
      (.create, "O_CREAT"),
      (.exclusive, "O_EXCL"),
      (.noCTTY, "O_NOCTTY"),
      (.truncate, "O_TRUNC"),
      (.append, "O_APPEND"),
      (.nonBlock, "O_NONBLOCK"),
      (.sync, "O_SYNC"),
      (.dataSync, "O_DSYNC"),
      (.direct, "O_DIRECT"),
      (.tmpFile, "O_TMPFILE"),
      (.directory, "O_DIRECTORY"),
      (.noFollow, "O_NOFOLLOW"),
      (.noATime, "O_NOATIME"),
      (.path, "O_PATH"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension OpenFlags {
  @available(*, unavailable, renamed: "writeOnly")
  public static var O_WRONLY: OpenFlags { .writeOnly }
  @available(*, unavailable, renamed: "readWrite")
  public static var O_RDWR: OpenFlags { .readWrite }
  @available(*, unavailable, renamed: "create")
  public static var O_CREAT: OpenFlags { .create }
  @available(*, unavailable, renamed: "exclusive")
  public static var O_EXCL: OpenFlags { .exclusive }
  @available(*, unavailable, renamed: "noCTTY")
  public static var O_NOCTTY: OpenFlags { .noCTTY }
  @available(*, unavailable, renamed: "truncate")
  public static var O_TRUNC: OpenFlags { .truncate }
  @available(*, unavailable, renamed: "append")
  public static var O_APPEND: OpenFlags { .append }
  @available(*, unavailable, renamed: "nonBlock")
  public static var O_NONBLOCK: OpenFlags { .nonBlock }
  @available(*, unavailable, renamed: "sync")
  public static var O_SYNC: OpenFlags { .sync }
  @available(*, unavailable, renamed: "dataSync")
  public static var O_DSYNC: OpenFlags { .dataSync }
  @available(*, unavailable, renamed: "direct")
  public static var O_DIRECT: OpenFlags { .direct }
  @available(*, unavailable, renamed: "tmpFile")
  public static var O_TMPFILE: OpenFlags { .tmpFile }
  @available(*, unavailable, renamed: "directory")
  public static var O_DIRECTORY: OpenFlags { .directory }
  @available(*, unavailable, renamed: "noFollow")
  public static var O_NOFOLLOW: OpenFlags { .noFollow }
  @available(*, unavailable, renamed: "noATime")
  public static var O_NOATIME: OpenFlags { .noATime }
  @available(*, unavailable, renamed: "path")
  public static var O_PATH: OpenFlags { .path }
}
