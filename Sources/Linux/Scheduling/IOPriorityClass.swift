import CLinux

/// When a request to a disk is served, by I/O schedulers that look at it (BFQ, mq-deadline).
public struct IOPriorityClass: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// By the nice value.
  public static let none = IOPriorityClass(rawValue: Int32(LINUX_IOPRIO_CLASS_NONE))
  /// First; needs CAP_SYS_ADMIN or CAP_SYS_NICE.
  public static let realTime = IOPriorityClass(rawValue: Int32(LINUX_IOPRIO_CLASS_RT))
  public static let bestEffort = IOPriorityClass(rawValue: Int32(LINUX_IOPRIO_CLASS_BE))
  /// When nobody else uses the disk.
  public static let idle = IOPriorityClass(rawValue: Int32(LINUX_IOPRIO_CLASS_IDLE))

  public static var names: [(value: IOPriorityClass, name: String)] {
    [
      (.none, "IOPRIO_CLASS_NONE"),
      (.realTime, "IOPRIO_CLASS_RT"),
      (.bestEffort, "IOPRIO_CLASS_BE"),
      (.idle, "IOPRIO_CLASS_IDLE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension IOPriorityClass {
  @available(*, unavailable, renamed: "none")
  public static var IOPRIO_CLASS_NONE: IOPriorityClass { .none }
  @available(*, unavailable, renamed: "realTime")
  public static var IOPRIO_CLASS_RT: IOPriorityClass { .realTime }
  @available(*, unavailable, renamed: "bestEffort")
  public static var IOPRIO_CLASS_BE: IOPriorityClass { .bestEffort }
  @available(*, unavailable, renamed: "idle")
  public static var IOPRIO_CLASS_IDLE: IOPriorityClass { .idle }
}
