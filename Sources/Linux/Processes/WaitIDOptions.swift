import CLinux

/// What waitid(2) takes as `options`: at least one of `exited`, `stopped` and `continued`.
public struct WaitIDOptions: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Return at once when no child has changed.
  public static let noHang = WaitIDOptions(rawValue: Int32(LINUX_WNOHANG))
  /// Children that a signal has stopped.
  public static let stopped = WaitIDOptions(rawValue: Int32(LINUX_WSTOPPED))
  /// Children that have ended.
  public static let exited = WaitIDOptions(rawValue: Int32(LINUX_WEXITED))
  /// Children that SIGCONT has continued.
  public static let continued = WaitIDOptions(rawValue: Int32(LINUX_WCONTINUED))
  /// Leave the child waitable: a later call gives it again.
  public static let noWait = WaitIDOptions(rawValue: Int32(LINUX_WNOWAIT))
  /// Only children of the calling thread.
  public static let noThread = WaitIDOptions(rawValue: Int32(LINUX_WNOTHREAD))
  /// Children with any exit signal. Linux 4.7.
  public static let all = WaitIDOptions(rawValue: Int32(LINUX_WALL))
  /// Only children with another exit signal than SIGCHLD. Linux 4.7.
  public static let clone = WaitIDOptions(rawValue: Int32(bitPattern: UInt32(LINUX_WCLONE)))

  public static var names: [(flag: WaitIDOptions, name: String)] {
    [
      (.noHang, "WNOHANG"),
      (.stopped, "WSTOPPED"),
      (.exited, "WEXITED"),
      (.continued, "WCONTINUED"),
      (.noWait, "WNOWAIT"),
      (.noThread, "__WNOTHREAD"),
      (.all, "__WALL"),
      (.clone, "__WCLONE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension WaitIDOptions {
  @available(*, unavailable, renamed: "noHang")
  public static var WNOHANG: WaitIDOptions { .noHang }
  @available(*, unavailable, renamed: "stopped")
  public static var WSTOPPED: WaitIDOptions { .stopped }
  @available(*, unavailable, renamed: "exited")
  public static var WEXITED: WaitIDOptions { .exited }
  @available(*, unavailable, renamed: "continued")
  public static var WCONTINUED: WaitIDOptions { .continued }
  @available(*, unavailable, renamed: "noWait")
  public static var WNOWAIT: WaitIDOptions { .noWait }
  @available(*, unavailable, renamed: "noThread")
  public static var __WNOTHREAD: WaitIDOptions { .noThread }
  @available(*, unavailable, renamed: "all")
  public static var __WALL: WaitIDOptions { .all }
  @available(*, unavailable, renamed: "clone")
  public static var __WCLONE: WaitIDOptions { .clone }
}
