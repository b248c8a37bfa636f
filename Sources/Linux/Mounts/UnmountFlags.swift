import CLinux

/// What umount2(2) takes.
public struct UnmountFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Abort pending requests (NFS and the like); may lose data.
  public static let force = UnmountFlags(rawValue: Int32(LINUX_MNT_FORCE))
  /// Take the mount out of the tree now, and end it when nobody uses it any more.
  public static let detach = UnmountFlags(rawValue: Int32(LINUX_MNT_DETACH))
  /// Mark as expired; unmount at the second such call. EAGAIN at the first.
  public static let expire = UnmountFlags(rawValue: Int32(LINUX_MNT_EXPIRE))
  /// Don't follow `target` if it is a symbolic link.
  public static let noFollow = UnmountFlags(rawValue: Int32(LINUX_UMOUNT_NOFOLLOW))

  public static var names: [(flag: UnmountFlags, name: String)] {
    [
      (.force, "MNT_FORCE"),
      (.detach, "MNT_DETACH"),
      (.expire, "MNT_EXPIRE"),
      (.noFollow, "UMOUNT_NOFOLLOW"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension UnmountFlags {
  @available(*, unavailable, renamed: "force")
  public static var MNT_FORCE: UnmountFlags { .force }
  @available(*, unavailable, renamed: "detach")
  public static var MNT_DETACH: UnmountFlags { .detach }
  @available(*, unavailable, renamed: "expire")
  public static var MNT_EXPIRE: UnmountFlags { .expire }
  @available(*, unavailable, renamed: "noFollow")
  public static var UMOUNT_NOFOLLOW: UnmountFlags { .noFollow }
}
