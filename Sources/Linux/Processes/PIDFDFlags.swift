import CLinux

/// What pidfd_open(2) takes. The descriptor is close-on-exec in any case.
public struct PIDFDFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// waitid gives EAGAIN instead of waiting. Linux 5.10.
  public static let nonBlock = PIDFDFlags(rawValue: UInt32(LINUX_PIDFD_NONBLOCK))
  /// For a thread, by its tid, not for the process. Linux 6.9.
  public static let thread = PIDFDFlags(rawValue: UInt32(LINUX_PIDFD_THREAD))

  public static var names: [(flag: PIDFDFlags, name: String)] {
    [
      (.nonBlock, "PIDFD_NONBLOCK"),
      (.thread, "PIDFD_THREAD"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension PIDFDFlags {
  @available(*, unavailable, renamed: "nonBlock")
  public static var PIDFD_NONBLOCK: PIDFDFlags { .nonBlock }
  @available(*, unavailable, renamed: "thread")
  public static var PIDFD_THREAD: PIDFDFlags { .thread }
}

/// What pidfd_send_signal(2) takes: to whom it goes, where that isn't what the pidfd was opened for. Linux 6.9.
public struct PIDFDSignalFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let thread = PIDFDSignalFlags(rawValue: UInt32(LINUX_PIDFD_SIGNAL_THREAD))
  /// To the whole process.
  public static let threadGroup = PIDFDSignalFlags(rawValue: UInt32(LINUX_PIDFD_SIGNAL_THREAD_GROUP))
  /// To every process of the group that it leads.
  public static let processGroup = PIDFDSignalFlags(rawValue: UInt32(LINUX_PIDFD_SIGNAL_PROCESS_GROUP))

  public static var names: [(flag: PIDFDSignalFlags, name: String)] {
    [
      (.thread, "PIDFD_SIGNAL_THREAD"),
      (.threadGroup, "PIDFD_SIGNAL_THREAD_GROUP"),
      (.processGroup, "PIDFD_SIGNAL_PROCESS_GROUP"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension PIDFDSignalFlags {
  @available(*, unavailable, renamed: "thread")
  public static var PIDFD_SIGNAL_THREAD: PIDFDSignalFlags { .thread }
  @available(*, unavailable, renamed: "threadGroup")
  public static var PIDFD_SIGNAL_THREAD_GROUP: PIDFDSignalFlags { .threadGroup }
  @available(*, unavailable, renamed: "processGroup")
  public static var PIDFD_SIGNAL_PROCESS_GROUP: PIDFDSignalFlags { .processGroup }
}
