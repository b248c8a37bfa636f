import CLinux

/// What renameat2(2) takes.
public struct RenameFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// EEXIST where the new name is taken.
  public static let noReplace = RenameFlags(rawValue: UInt32(LINUX_RENAME_NOREPLACE))
  /// Both must be there, and change places.
  public static let exchange = RenameFlags(rawValue: UInt32(LINUX_RENAME_EXCHANGE))
  /// Leave a whiteout of overlayfs at the old name; needs CAP_MKNOD. Linux 3.18.
  public static let whiteout = RenameFlags(rawValue: UInt32(LINUX_RENAME_WHITEOUT))

  public static var names: [(flag: RenameFlags, name: String)] {
    [
      (.noReplace, "RENAME_NOREPLACE"),
      (.exchange, "RENAME_EXCHANGE"),
      (.whiteout, "RENAME_WHITEOUT"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension RenameFlags {
  @available(*, unavailable, renamed: "noReplace")
  public static var RENAME_NOREPLACE: RenameFlags { .noReplace }
  @available(*, unavailable, renamed: "exchange")
  public static var RENAME_EXCHANGE: RenameFlags { .exchange }
  @available(*, unavailable, renamed: "whiteout")
  public static var RENAME_WHITEOUT: RenameFlags { .whiteout }
}
