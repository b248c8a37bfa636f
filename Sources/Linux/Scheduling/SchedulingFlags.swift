import CLinux

/// How the kernel shares the processor.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/sched.7.html>
public struct SchedulingPolicy: NamedValue {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The default; SCHED_OTHER of POSIX.
  public static let normal = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_NORMAL))
  /// Real-time: runs until it blocks, or one of higher priority comes.
  public static let fifo = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_FIFO))
  /// Real-time, in turns among those of the same priority.
  public static let rr = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_RR))
  /// As normal, for work without interaction.
  public static let batch = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_BATCH))
  /// When nobody else wants to run.
  public static let idle = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_IDLE))
  /// A share of time before each deadline.
  public static let deadline = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_DEADLINE))
  /// Scheduled by a BPF program. Linux 6.12.
  public static let ext = SchedulingPolicy(rawValue: UInt32(LINUX_SCHED_EXT))

  public static var names: [(value: SchedulingPolicy, name: String)] {
    [
      (.normal, "SCHED_NORMAL"),
      (.fifo, "SCHED_FIFO"),
      (.rr, "SCHED_RR"),
      (.batch, "SCHED_BATCH"),
      (.idle, "SCHED_IDLE"),
      (.deadline, "SCHED_DEADLINE"),
      (.ext, "SCHED_EXT"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SchedulingPolicy {
  @available(*, unavailable, renamed: "normal")
  public static var SCHED_NORMAL: SchedulingPolicy { .normal }
  @available(*, unavailable, renamed: "fifo")
  public static var SCHED_FIFO: SchedulingPolicy { .fifo }
  @available(*, unavailable, renamed: "rr")
  public static var SCHED_RR: SchedulingPolicy { .rr }
  @available(*, unavailable, renamed: "batch")
  public static var SCHED_BATCH: SchedulingPolicy { .batch }
  @available(*, unavailable, renamed: "idle")
  public static var SCHED_IDLE: SchedulingPolicy { .idle }
  @available(*, unavailable, renamed: "deadline")
  public static var SCHED_DEADLINE: SchedulingPolicy { .deadline }
  @available(*, unavailable, renamed: "ext")
  public static var SCHED_EXT: SchedulingPolicy { .ext }
}

/// What sched_setattr(2) takes as `sched_flags`.
public struct SchedulingFlags: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// Children begin with the normal policy.
  public static let resetOnFork = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_RESET_ON_FORK))
  /// Deadline: use what others leave of theirs.
  public static let reclaim = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_RECLAIM))
  /// Deadline: SIGXCPU when its runtime is used up.
  public static let dlOverrun = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_DL_OVERRUN))
  /// Leave the policy as it is. Linux 5.3.
  public static let keepPolicy = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_KEEP_POLICY))
  /// Leave nice value, priority and deadline as they are. Linux 5.3.
  public static let keepParams = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_KEEP_PARAMS))
  /// Set `utilMin`. Linux 5.3.
  public static let utilClampMin = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_UTIL_CLAMP_MIN))
  /// Set `utilMax`. Linux 5.3.
  public static let utilClampMax = SchedulingFlags(rawValue: UInt64(LINUX_SCHED_FLAG_UTIL_CLAMP_MAX))

  public static var names: [(flag: SchedulingFlags, name: String)] {
    [
      (.resetOnFork, "SCHED_FLAG_RESET_ON_FORK"),
      (.reclaim, "SCHED_FLAG_RECLAIM"),
      (.dlOverrun, "SCHED_FLAG_DL_OVERRUN"),
      (.keepPolicy, "SCHED_FLAG_KEEP_POLICY"),
      (.keepParams, "SCHED_FLAG_KEEP_PARAMS"),
      (.utilClampMin, "SCHED_FLAG_UTIL_CLAMP_MIN"),
      (.utilClampMax, "SCHED_FLAG_UTIL_CLAMP_MAX"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SchedulingFlags {
  @available(*, unavailable, renamed: "resetOnFork")
  public static var SCHED_FLAG_RESET_ON_FORK: SchedulingFlags { .resetOnFork }
  @available(*, unavailable, renamed: "reclaim")
  public static var SCHED_FLAG_RECLAIM: SchedulingFlags { .reclaim }
  @available(*, unavailable, renamed: "dlOverrun")
  public static var SCHED_FLAG_DL_OVERRUN: SchedulingFlags { .dlOverrun }
  @available(*, unavailable, renamed: "keepPolicy")
  public static var SCHED_FLAG_KEEP_POLICY: SchedulingFlags { .keepPolicy }
  @available(*, unavailable, renamed: "keepParams")
  public static var SCHED_FLAG_KEEP_PARAMS: SchedulingFlags { .keepParams }
  @available(*, unavailable, renamed: "utilClampMin")
  public static var SCHED_FLAG_UTIL_CLAMP_MIN: SchedulingFlags { .utilClampMin }
  @available(*, unavailable, renamed: "utilClampMax")
  public static var SCHED_FLAG_UTIL_CLAMP_MAX: SchedulingFlags { .utilClampMax }
}
