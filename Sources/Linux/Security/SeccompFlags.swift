import CLinux

/// What SECCOMP_SET_MODE_FILTER takes.
public struct SeccompFilterFlags: NamedFlags {
  public let rawValue: UInt
  public init(rawValue: UInt) { self.rawValue = rawValue }

  /// For every thread of the process.
  public static let tsync = SeccompFilterFlags(rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_TSYNC))
  /// Write every answer but `allow` to the kernel's log. Linux 4.14.
  public static let log = SeccompFilterFlags(rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_LOG))
  /// Don't switch the speculative store bypass off. Linux 4.17.
  public static let specAllow = SeccompFilterFlags(rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_SPEC_ALLOW))
  /// Set by `setModeFilterWithListener`. Linux 5.0.
  public static let newListener = SeccompFilterFlags(rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_NEW_LISTENER))
  /// With `tsync`: ESRCH, and no thread's number, where one can't follow. Linux 5.7.
  public static let tsyncESRCH = SeccompFilterFlags(rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_TSYNC_ESRCH))
  /// With a listener: once it has taken a call, only a fatal signal interrupts that. Linux 5.19.
  public static let waitKillableRecv = SeccompFilterFlags(
    rawValue: UInt(LINUX_SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))

  public static var names: [(flag: SeccompFilterFlags, name: String)] {
    [
      (.tsync, "SECCOMP_FILTER_FLAG_TSYNC"),
      (.log, "SECCOMP_FILTER_FLAG_LOG"),
      (.specAllow, "SECCOMP_FILTER_FLAG_SPEC_ALLOW"),
      (.newListener, "SECCOMP_FILTER_FLAG_NEW_LISTENER"),
      (.tsyncESRCH, "SECCOMP_FILTER_FLAG_TSYNC_ESRCH"),
      (.waitKillableRecv, "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SeccompFilterFlags {
  @available(*, unavailable, renamed: "tsync")
  public static var SECCOMP_FILTER_FLAG_TSYNC: SeccompFilterFlags { .tsync }
  @available(*, unavailable, renamed: "log")
  public static var SECCOMP_FILTER_FLAG_LOG: SeccompFilterFlags { .log }
  @available(*, unavailable, renamed: "specAllow")
  public static var SECCOMP_FILTER_FLAG_SPEC_ALLOW: SeccompFilterFlags { .specAllow }
  @available(*, unavailable, renamed: "newListener")
  public static var SECCOMP_FILTER_FLAG_NEW_LISTENER: SeccompFilterFlags { .newListener }
  @available(*, unavailable, renamed: "tsyncESRCH")
  public static var SECCOMP_FILTER_FLAG_TSYNC_ESRCH: SeccompFilterFlags { .tsyncESRCH }
  @available(*, unavailable, renamed: "waitKillableRecv")
  public static var SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: SeccompFilterFlags { .waitKillableRecv }
}

/// What SECCOMP_IOCTL_NOTIF_ADDFD takes.
public struct SeccompAddFDFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Take the number `newFD`.
  public static let setFD = SeccompAddFDFlags(rawValue: UInt32(LINUX_SECCOMP_ADDFD_FLAG_SETFD))
  /// Answer the call with the new number, in the same step. Linux 5.14.
  public static let send = SeccompAddFDFlags(rawValue: UInt32(LINUX_SECCOMP_ADDFD_FLAG_SEND))

  public static var names: [(flag: SeccompAddFDFlags, name: String)] {
    [
      (.setFD, "SECCOMP_ADDFD_FLAG_SETFD"),
      (.send, "SECCOMP_ADDFD_FLAG_SEND"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SeccompAddFDFlags {
  @available(*, unavailable, renamed: "setFD")
  public static var SECCOMP_ADDFD_FLAG_SETFD: SeccompAddFDFlags { .setFD }
  @available(*, unavailable, renamed: "send")
  public static var SECCOMP_ADDFD_FLAG_SEND: SeccompAddFDFlags { .send }
}
