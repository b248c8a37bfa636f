import CLinux

/// What epoll_ctl(2) waits for, and epoll_wait(2) finds; and how.
public struct EpollEvents: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// It can be read.
  public static let `in` = EpollEvents(rawValue: UInt32(LINUX_EPOLLIN))
  /// Something exceptional: on a cgroup's file, its contents changed.
  public static let pri = EpollEvents(rawValue: UInt32(LINUX_EPOLLPRI))
  /// It can be written.
  public static let out = EpollEvents(rawValue: UInt32(LINUX_EPOLLOUT))
  /// An error, or a pipe that nobody reads. Always waited for.
  public static let err = EpollEvents(rawValue: UInt32(LINUX_EPOLLERR))
  /// The other end is gone. Always waited for.
  public static let hup = EpollEvents(rawValue: UInt32(LINUX_EPOLLHUP))
  /// The other end of a stream writes no more.
  public static let rdHup = EpollEvents(rawValue: UInt32(LINUX_EPOLLRDHUP))
  /// Of several that wait, not all are woken. For `add` only. Linux 4.5.
  public static let exclusive = EpollEvents(rawValue: UInt32(LINUX_EPOLLEXCLUSIVE))
  /// The system doesn't sleep while the event is handled; needs CAP_BLOCK_SUSPEND.
  public static let wakeUp = EpollEvents(rawValue: UInt32(LINUX_EPOLLWAKEUP))
  /// After one event nothing more, until `modify`.
  public static let oneShot = EpollEvents(rawValue: UInt32(LINUX_EPOLLONESHOT))
  /// Edge-triggered: tell only what is new.
  public static let et = EpollEvents(rawValue: UInt32(LINUX_EPOLLET))

  public static var names: [(flag: EpollEvents, name: String)] {
    [
      (.in, "EPOLLIN"),
      (.pri, "EPOLLPRI"),
      (.out, "EPOLLOUT"),
      (.err, "EPOLLERR"),
      (.hup, "EPOLLHUP"),
      (.rdHup, "EPOLLRDHUP"),
      (.exclusive, "EPOLLEXCLUSIVE"),
      (.wakeUp, "EPOLLWAKEUP"),
      (.oneShot, "EPOLLONESHOT"),
      (.et, "EPOLLET"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension EpollEvents {
  @available(*, unavailable, renamed: "in")
  public static var EPOLLIN: EpollEvents { .in }
  @available(*, unavailable, renamed: "pri")
  public static var EPOLLPRI: EpollEvents { .pri }
  @available(*, unavailable, renamed: "out")
  public static var EPOLLOUT: EpollEvents { .out }
  @available(*, unavailable, renamed: "err")
  public static var EPOLLERR: EpollEvents { .err }
  @available(*, unavailable, renamed: "hup")
  public static var EPOLLHUP: EpollEvents { .hup }
  @available(*, unavailable, renamed: "rdHup")
  public static var EPOLLRDHUP: EpollEvents { .rdHup }
  @available(*, unavailable, renamed: "exclusive")
  public static var EPOLLEXCLUSIVE: EpollEvents { .exclusive }
  @available(*, unavailable, renamed: "wakeUp")
  public static var EPOLLWAKEUP: EpollEvents { .wakeUp }
  @available(*, unavailable, renamed: "oneShot")
  public static var EPOLLONESHOT: EpollEvents { .oneShot }
  @available(*, unavailable, renamed: "et")
  public static var EPOLLET: EpollEvents { .et }
}
