import CLinux

/// What poll(2) waits for, and finds.
public struct PollEvents: NamedFlags {
  public let rawValue: Int16
  public init(rawValue: Int16) { self.rawValue = rawValue }

  /// It can be read.
  public static let `in` = PollEvents(rawValue: Int16(LINUX_POLLIN))
  /// Something exceptional: on a cgroup's file, its contents changed.
  public static let pri = PollEvents(rawValue: Int16(LINUX_POLLPRI))
  /// It can be written.
  public static let out = PollEvents(rawValue: Int16(LINUX_POLLOUT))
  /// An error, or a pipe that nobody reads. Found, not asked for.
  public static let err = PollEvents(rawValue: Int16(LINUX_POLLERR))
  /// The other end is gone. Found, not asked for.
  public static let hup = PollEvents(rawValue: Int16(LINUX_POLLHUP))
  /// The descriptor isn't open. Found, not asked for.
  public static let nVal = PollEvents(rawValue: Int16(LINUX_POLLNVAL))
  /// The other end of a stream writes no more.
  public static let rdHup = PollEvents(rawValue: Int16(LINUX_POLLRDHUP))

  public static var names: [(flag: PollEvents, name: String)] {
    [
      (.in, "POLLIN"),
      (.pri, "POLLPRI"),
      (.out, "POLLOUT"),
      (.err, "POLLERR"),
      (.hup, "POLLHUP"),
      (.nVal, "POLLNVAL"),
      (.rdHup, "POLLRDHUP"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension PollEvents {
  @available(*, unavailable, renamed: "in")
  public static var POLLIN: PollEvents { .in }
  @available(*, unavailable, renamed: "pri")
  public static var POLLPRI: PollEvents { .pri }
  @available(*, unavailable, renamed: "out")
  public static var POLLOUT: PollEvents { .out }
  @available(*, unavailable, renamed: "err")
  public static var POLLERR: PollEvents { .err }
  @available(*, unavailable, renamed: "hup")
  public static var POLLHUP: PollEvents { .hup }
  @available(*, unavailable, renamed: "nVal")
  public static var POLLNVAL: PollEvents { .nVal }
  @available(*, unavailable, renamed: "rdHup")
  public static var POLLRDHUP: PollEvents { .rdHup }
}
