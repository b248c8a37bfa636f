import CLinux

/// What open_tree(2) and open_tree_attr(2) take. The descriptor is close-on-exec in any case.
public struct OpenTreeFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A copy of the mount, which is attached nowhere and goes with the descriptor.
  public static let clone = OpenTreeFlags(rawValue: UInt32(LINUX_OPEN_TREE_CLONE))
  /// A mount namespace that holds a copy of the mount. Linux 7.0.
  public static let namespace = OpenTreeFlags(rawValue: UInt32(LINUX_OPEN_TREE_NAMESPACE))
  /// Don't follow `pathname` if it is a symbolic link.
  public static let symlinkNoFollow = OpenTreeFlags(rawValue: UInt32(LINUX_AT_SYMLINK_NOFOLLOW))
  /// Don't mount what an automount point stands for.
  public static let noAutomount = OpenTreeFlags(rawValue: UInt32(LINUX_AT_NO_AUTOMOUNT))
  /// With an empty path: the descriptor itself.
  public static let emptyPath = OpenTreeFlags(rawValue: UInt32(LINUX_AT_EMPTY_PATH))
  /// The whole subtree of mounts.
  public static let recursive = OpenTreeFlags(rawValue: UInt32(LINUX_AT_RECURSIVE))

  public static var names: [(flag: OpenTreeFlags, name: String)] {
    [
      (.clone, "OPEN_TREE_CLONE"),
      (.namespace, "OPEN_TREE_NAMESPACE"),
      (.symlinkNoFollow, "AT_SYMLINK_NOFOLLOW"),
      (.noAutomount, "AT_NO_AUTOMOUNT"),
      (.emptyPath, "AT_EMPTY_PATH"),
      (.recursive, "AT_RECURSIVE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension OpenTreeFlags {
  @available(*, unavailable, renamed: "clone")
  public static var OPEN_TREE_CLONE: OpenTreeFlags { .clone }
  @available(*, unavailable, renamed: "namespace")
  public static var OPEN_TREE_NAMESPACE: OpenTreeFlags { .namespace }
  @available(*, unavailable, renamed: "symlinkNoFollow")
  public static var AT_SYMLINK_NOFOLLOW: OpenTreeFlags { .symlinkNoFollow }
  @available(*, unavailable, renamed: "noAutomount")
  public static var AT_NO_AUTOMOUNT: OpenTreeFlags { .noAutomount }
  @available(*, unavailable, renamed: "emptyPath")
  public static var AT_EMPTY_PATH: OpenTreeFlags { .emptyPath }
  @available(*, unavailable, renamed: "recursive")
  public static var AT_RECURSIVE: OpenTreeFlags { .recursive }
}
