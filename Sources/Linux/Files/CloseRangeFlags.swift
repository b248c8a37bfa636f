import CLinux

/// What close_range(2) takes.
public struct CloseRangeFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Give the thread its own copy of the table first.
  public static let unshare = CloseRangeFlags(rawValue: UInt32(LINUX_CLOSE_RANGE_UNSHARE))
  /// Don't close now: mark as close-on-exec. Linux 5.11.
  public static let cloExec = CloseRangeFlags(rawValue: UInt32(LINUX_CLOSE_RANGE_CLOEXEC))

  public static var names: [(flag: CloseRangeFlags, name: String)] {
    [
      (.unshare, "CLOSE_RANGE_UNSHARE"),
      (.cloExec, "CLOSE_RANGE_CLOEXEC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension CloseRangeFlags {
  @available(*, unavailable, renamed: "unshare")
  public static var CLOSE_RANGE_UNSHARE: CloseRangeFlags { .unshare }
  @available(*, unavailable, renamed: "cloExec")
  public static var CLOSE_RANGE_CLOEXEC: CloseRangeFlags { .cloExec }
}
