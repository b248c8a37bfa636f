import CLinux

/// What a process is limited in: `Resource(name: "RLIMIT_NOFILE") == .nofile`.
public struct Resource: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Seconds of processor time.
  public static let cpu = Resource(rawValue: Int32(LINUX_RLIMIT_CPU))
  /// Bytes of a file.
  public static let fsize = Resource(rawValue: Int32(LINUX_RLIMIT_FSIZE))
  /// Bytes of data, heap and private mappings.
  public static let data = Resource(rawValue: Int32(LINUX_RLIMIT_DATA))
  /// Bytes of the main thread's stack, and with it of argv and envp.
  public static let stack = Resource(rawValue: Int32(LINUX_RLIMIT_STACK))
  /// Bytes of a core dump.
  public static let core = Resource(rawValue: Int32(LINUX_RLIMIT_CORE))
  /// No effect since Linux 2.4.30.
  public static let rss = Resource(rawValue: Int32(LINUX_RLIMIT_RSS))
  /// Processes of the user.
  public static let nproc = Resource(rawValue: Int32(LINUX_RLIMIT_NPROC))
  /// One more than the highest descriptor's number.
  public static let nofile = Resource(rawValue: Int32(LINUX_RLIMIT_NOFILE))
  /// Bytes of locked memory.
  public static let memlock = Resource(rawValue: Int32(LINUX_RLIMIT_MEMLOCK))
  /// Bytes of address space.
  public static let `as` = Resource(rawValue: Int32(LINUX_RLIMIT_AS))
  /// No effect since Linux 2.4.25.
  public static let locks = Resource(rawValue: Int32(LINUX_RLIMIT_LOCKS))
  /// Queued signals of the user.
  public static let sigpending = Resource(rawValue: Int32(LINUX_RLIMIT_SIGPENDING))
  /// Bytes in POSIX message queues of the user.
  public static let msgqueue = Resource(rawValue: Int32(LINUX_RLIMIT_MSGQUEUE))
  /// 20 less the lowest nice value that may be set.
  public static let nice = Resource(rawValue: Int32(LINUX_RLIMIT_NICE))
  /// The highest real-time priority that may be set.
  public static let rtprio = Resource(rawValue: Int32(LINUX_RLIMIT_RTPRIO))
  /// Microseconds of a real-time thread without a blocking call.
  public static let rttime = Resource(rawValue: Int32(LINUX_RLIMIT_RTTIME))

  public static var names: [(value: Resource, name: String)] {
    [
      (.cpu, "RLIMIT_CPU"),
      (.fsize, "RLIMIT_FSIZE"),
      (.data, "RLIMIT_DATA"),
      (.stack, "RLIMIT_STACK"),
      (.core, "RLIMIT_CORE"),
      (.rss, "RLIMIT_RSS"),
      (.nproc, "RLIMIT_NPROC"),
      (.nofile, "RLIMIT_NOFILE"),
      (.memlock, "RLIMIT_MEMLOCK"),
      (.as, "RLIMIT_AS"),
      (.locks, "RLIMIT_LOCKS"),
      (.sigpending, "RLIMIT_SIGPENDING"),
      (.msgqueue, "RLIMIT_MSGQUEUE"),
      (.nice, "RLIMIT_NICE"),
      (.rtprio, "RLIMIT_RTPRIO"),
      (.rttime, "RLIMIT_RTTIME"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension Resource {
  @available(*, unavailable, renamed: "cpu")
  public static var RLIMIT_CPU: Resource { .cpu }
  @available(*, unavailable, renamed: "fsize")
  public static var RLIMIT_FSIZE: Resource { .fsize }
  @available(*, unavailable, renamed: "data")
  public static var RLIMIT_DATA: Resource { .data }
  @available(*, unavailable, renamed: "stack")
  public static var RLIMIT_STACK: Resource { .stack }
  @available(*, unavailable, renamed: "core")
  public static var RLIMIT_CORE: Resource { .core }
  @available(*, unavailable, renamed: "rss")
  public static var RLIMIT_RSS: Resource { .rss }
  @available(*, unavailable, renamed: "nproc")
  public static var RLIMIT_NPROC: Resource { .nproc }
  @available(*, unavailable, renamed: "nofile")
  public static var RLIMIT_NOFILE: Resource { .nofile }
  @available(*, unavailable, renamed: "memlock")
  public static var RLIMIT_MEMLOCK: Resource { .memlock }
  @available(*, unavailable, renamed: "as")
  public static var RLIMIT_AS: Resource { .as }
  @available(*, unavailable, renamed: "locks")
  public static var RLIMIT_LOCKS: Resource { .locks }
  @available(*, unavailable, renamed: "sigpending")
  public static var RLIMIT_SIGPENDING: Resource { .sigpending }
  @available(*, unavailable, renamed: "msgqueue")
  public static var RLIMIT_MSGQUEUE: Resource { .msgqueue }
  @available(*, unavailable, renamed: "nice")
  public static var RLIMIT_NICE: Resource { .nice }
  @available(*, unavailable, renamed: "rtprio")
  public static var RLIMIT_RTPRIO: Resource { .rtprio }
  @available(*, unavailable, renamed: "rttime")
  public static var RLIMIT_RTTIME: Resource { .rttime }
}
