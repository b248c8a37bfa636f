import CLinux

/// What fspick(2) takes. The descriptor is close-on-exec in any case.
public struct FSPickFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Don't follow `pathname` if it is a symbolic link.
  public static let symlinkNoFollow = FSPickFlags(rawValue: UInt32(LINUX_FSPICK_SYMLINK_NOFOLLOW))
  /// Don't mount what an automount point stands for.
  public static let noAutomount = FSPickFlags(rawValue: UInt32(LINUX_FSPICK_NO_AUTOMOUNT))
  /// With an empty path: the descriptor itself.
  public static let emptyPath = FSPickFlags(rawValue: UInt32(LINUX_FSPICK_EMPTY_PATH))

  public static var names: [(flag: FSPickFlags, name: String)] {
    [
      (.symlinkNoFollow, "FSPICK_SYMLINK_NOFOLLOW"),
      (.noAutomount, "FSPICK_NO_AUTOMOUNT"),
      (.emptyPath, "FSPICK_EMPTY_PATH"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension FSPickFlags {
  @available(*, unavailable, renamed: "symlinkNoFollow")
  public static var FSPICK_SYMLINK_NOFOLLOW: FSPickFlags { .symlinkNoFollow }
  @available(*, unavailable, renamed: "noAutomount")
  public static var FSPICK_NO_AUTOMOUNT: FSPickFlags { .noAutomount }
  @available(*, unavailable, renamed: "emptyPath")
  public static var FSPICK_EMPTY_PATH: FSPickFlags { .emptyPath }
}
