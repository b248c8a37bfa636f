import CLinux

/// What openat2(2) takes as `resolve`: how a path may be walked.
public struct ResolveFlags: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// EXDEV where the path leaves the mount, by a bind mount too.
  public static let noXDev = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_NO_XDEV))
  /// ELOOP at links like /proc/self/fd/3.
  public static let noMagicLinks = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_NO_MAGICLINKS))
  /// ELOOP at any symbolic link.
  public static let noSymlinks = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_NO_SYMLINKS))
  /// EXDEV where the path leaves the directory: by "..", by a link, or by beginning with "/".
  public static let beneath = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_BENEATH))
  /// The directory is "/" and nothing above it exists: as chroot, for this one path.
  public static let inRoot = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_IN_ROOT))
  /// EAGAIN where it would take more than the kernel's cache. Linux 5.12.
  public static let cached = ResolveFlags(rawValue: UInt64(LINUX_RESOLVE_CACHED))

  public static var names: [(flag: ResolveFlags, name: String)] {
    [
      (.noXDev, "RESOLVE_NO_XDEV"),
      (.noMagicLinks, "RESOLVE_NO_MAGICLINKS"),
      (.noSymlinks, "RESOLVE_NO_SYMLINKS"),
      (.beneath, "RESOLVE_BENEATH"),
      (.inRoot, "RESOLVE_IN_ROOT"),
      (.cached, "RESOLVE_CACHED"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension ResolveFlags {
  @available(*, unavailable, renamed: "noXDev")
  public static var RESOLVE_NO_XDEV: ResolveFlags { .noXDev }
  @available(*, unavailable, renamed: "noMagicLinks")
  public static var RESOLVE_NO_MAGICLINKS: ResolveFlags { .noMagicLinks }
  @available(*, unavailable, renamed: "noSymlinks")
  public static var RESOLVE_NO_SYMLINKS: ResolveFlags { .noSymlinks }
  @available(*, unavailable, renamed: "beneath")
  public static var RESOLVE_BENEATH: ResolveFlags { .beneath }
  @available(*, unavailable, renamed: "inRoot")
  public static var RESOLVE_IN_ROOT: ResolveFlags { .inRoot }
  @available(*, unavailable, renamed: "cached")
  public static var RESOLVE_CACHED: ResolveFlags { .cached }
}
