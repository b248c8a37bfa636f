import CLinux

/// What move_mount(2) takes.
public struct MoveMountFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Follow the source if it is a symbolic link.
  public static let fromSymlinks = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_F_SYMLINKS))
  /// Mount what an automount point at the source stands for.
  public static let fromAutomounts = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_F_AUTOMOUNTS))
  /// With an empty path: the source is the descriptor itself.
  public static let fromEmptyPath = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_F_EMPTY_PATH))
  /// Follow the target if it is a symbolic link.
  public static let toSymlinks = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_T_SYMLINKS))
  /// Mount what an automount point at the target stands for.
  public static let toAutomounts = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_T_AUTOMOUNTS))
  /// With an empty path: the target is the descriptor itself.
  public static let toEmptyPath = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_T_EMPTY_PATH))
  /// Don't move: put the target into the source's peer group. Linux 5.15.
  public static let setGroup = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_SET_GROUP))
  /// Below the topmost mount at the target, so that it shows when that goes. Linux 6.5.
  public static let beneath = MoveMountFlags(rawValue: UInt32(LINUX_MOVE_MOUNT_BENEATH))

  public static var names: [(flag: MoveMountFlags, name: String)] {
    [
      (.fromSymlinks, "MOVE_MOUNT_F_SYMLINKS"),
      (.fromAutomounts, "MOVE_MOUNT_F_AUTOMOUNTS"),
      (.fromEmptyPath, "MOVE_MOUNT_F_EMPTY_PATH"),
      (.toSymlinks, "MOVE_MOUNT_T_SYMLINKS"),
      (.toAutomounts, "MOVE_MOUNT_T_AUTOMOUNTS"),
      (.toEmptyPath, "MOVE_MOUNT_T_EMPTY_PATH"),
      (.setGroup, "MOVE_MOUNT_SET_GROUP"),
      (.beneath, "MOVE_MOUNT_BENEATH"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MoveMountFlags {
  @available(*, unavailable, renamed: "fromSymlinks")
  public static var MOVE_MOUNT_F_SYMLINKS: MoveMountFlags { .fromSymlinks }
  @available(*, unavailable, renamed: "fromAutomounts")
  public static var MOVE_MOUNT_F_AUTOMOUNTS: MoveMountFlags { .fromAutomounts }
  @available(*, unavailable, renamed: "fromEmptyPath")
  public static var MOVE_MOUNT_F_EMPTY_PATH: MoveMountFlags { .fromEmptyPath }
  @available(*, unavailable, renamed: "toSymlinks")
  public static var MOVE_MOUNT_T_SYMLINKS: MoveMountFlags { .toSymlinks }
  @available(*, unavailable, renamed: "toAutomounts")
  public static var MOVE_MOUNT_T_AUTOMOUNTS: MoveMountFlags { .toAutomounts }
  @available(*, unavailable, renamed: "toEmptyPath")
  public static var MOVE_MOUNT_T_EMPTY_PATH: MoveMountFlags { .toEmptyPath }
  @available(*, unavailable, renamed: "setGroup")
  public static var MOVE_MOUNT_SET_GROUP: MoveMountFlags { .setGroup }
  @available(*, unavailable, renamed: "beneath")
  public static var MOVE_MOUNT_BENEATH: MoveMountFlags { .beneath }
}
