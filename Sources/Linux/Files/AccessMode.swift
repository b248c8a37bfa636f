import CLinux

/// What access(2) asks whether the caller may do with a file; nothing of it asks whether the file is there.
public struct AccessMode: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let read = AccessMode(rawValue: Int32(LINUX_R_OK))
  public static let write = AccessMode(rawValue: Int32(LINUX_W_OK))
  /// Execute it; of a directory, go through it.
  public static let execute = AccessMode(rawValue: Int32(LINUX_X_OK))

  public static var names: [(flag: AccessMode, name: String)] {
    [
      (.read, "R_OK"),
      (.write, "W_OK"),
      (.execute, "X_OK"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension AccessMode {
  @available(*, unavailable, renamed: "read")
  public static var R_OK: AccessMode { .read }
  @available(*, unavailable, renamed: "write")
  public static var W_OK: AccessMode { .write }
  @available(*, unavailable, renamed: "execute")
  public static var X_OK: AccessMode { .execute }
}

/// What faccessat2(2) takes.
public struct AccessFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// By the effective ids and capabilities, which open(2) goes by, and not by the real ones.
  public static let effectiveIDs = AccessFlags(rawValue: Int32(LINUX_AT_EACCESS))
  /// Of a symbolic link itself.
  public static let symlinkNoFollow = AccessFlags(rawValue: Int32(LINUX_AT_SYMLINK_NOFOLLOW))
  /// With an empty path: the descriptor itself.
  public static let emptyPath = AccessFlags(rawValue: Int32(LINUX_AT_EMPTY_PATH))

  public static var names: [(flag: AccessFlags, name: String)] {
    [
      (.effectiveIDs, "AT_EACCESS"),
      (.symlinkNoFollow, "AT_SYMLINK_NOFOLLOW"),
      (.emptyPath, "AT_EMPTY_PATH"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension AccessFlags {
  @available(*, unavailable, renamed: "effectiveIDs")
  public static var AT_EACCESS: AccessFlags { .effectiveIDs }
  @available(*, unavailable, renamed: "symlinkNoFollow")
  public static var AT_SYMLINK_NOFOLLOW: AccessFlags { .symlinkNoFollow }
  @available(*, unavailable, renamed: "emptyPath")
  public static var AT_EMPTY_PATH: AccessFlags { .emptyPath }
}
