import CLinux

/// What sendmsg(2) takes.
public struct SendFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// EAGAIN where there is no room.
  public static let dontWait = SendFlags(rawValue: Int32(LINUX_MSG_DONTWAIT))
  /// The end of a record.
  public static let eor = SendFlags(rawValue: Int32(LINUX_MSG_EOR))
  /// More is to come.
  public static let more = SendFlags(rawValue: Int32(LINUX_MSG_MORE))
  /// EPIPE without SIGPIPE.
  public static let noSignal = SendFlags(rawValue: Int32(LINUX_MSG_NOSIGNAL))
  /// Out of band.
  public static let oob = SendFlags(rawValue: Int32(LINUX_MSG_OOB))

  public static var names: [(flag: SendFlags, name: String)] {
    [
      (.dontWait, "MSG_DONTWAIT"),
      (.eor, "MSG_EOR"),
      (.more, "MSG_MORE"),
      (.noSignal, "MSG_NOSIGNAL"),
      (.oob, "MSG_OOB"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SendFlags {
  @available(*, unavailable, renamed: "dontWait")
  public static var MSG_DONTWAIT: SendFlags { .dontWait }
  @available(*, unavailable, renamed: "eor")
  public static var MSG_EOR: SendFlags { .eor }
  @available(*, unavailable, renamed: "more")
  public static var MSG_MORE: SendFlags { .more }
  @available(*, unavailable, renamed: "noSignal")
  public static var MSG_NOSIGNAL: SendFlags { .noSignal }
  @available(*, unavailable, renamed: "oob")
  public static var MSG_OOB: SendFlags { .oob }
}

/// What recvmsg(2) takes.
public struct ReceiveFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// EAGAIN where there is nothing.
  public static let dontWait = ReceiveFlags(rawValue: Int32(LINUX_MSG_DONTWAIT))
  /// What was sent out of band.
  public static let oob = ReceiveFlags(rawValue: Int32(LINUX_MSG_OOB))
  /// The message stays there; its descriptors are copied once more.
  public static let peek = ReceiveFlags(rawValue: Int32(LINUX_MSG_PEEK))
  /// The length that the message had, even where it was cut.
  public static let trunc = ReceiveFlags(rawValue: Int32(LINUX_MSG_TRUNC))
  /// Wait until everything asked for is there.
  public static let waitAll = ReceiveFlags(rawValue: Int32(LINUX_MSG_WAITALL))

  public static var names: [(flag: ReceiveFlags, name: String)] {
    [
      (.dontWait, "MSG_DONTWAIT"),
      (.oob, "MSG_OOB"),
      (.peek, "MSG_PEEK"),
      (.trunc, "MSG_TRUNC"),
      (.waitAll, "MSG_WAITALL"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension ReceiveFlags {
  @available(*, unavailable, renamed: "dontWait")
  public static var MSG_DONTWAIT: ReceiveFlags { .dontWait }
  @available(*, unavailable, renamed: "oob")
  public static var MSG_OOB: ReceiveFlags { .oob }
  @available(*, unavailable, renamed: "peek")
  public static var MSG_PEEK: ReceiveFlags { .peek }
  @available(*, unavailable, renamed: "trunc")
  public static var MSG_TRUNC: ReceiveFlags { .trunc }
  @available(*, unavailable, renamed: "waitAll")
  public static var MSG_WAITALL: ReceiveFlags { .waitAll }
}

/// What recvmsg(2) tells of a message.
public struct ReceivedFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// There were more descriptors than there was room for; those are closed.
  public static let ctrunc = ReceivedFlags(rawValue: Int32(LINUX_MSG_CTRUNC))
  /// The end of a record.
  public static let eor = ReceivedFlags(rawValue: Int32(LINUX_MSG_EOR))
  /// It was sent out of band.
  public static let oob = ReceivedFlags(rawValue: Int32(LINUX_MSG_OOB))
  /// The message was longer than the room; the rest is lost.
  public static let trunc = ReceivedFlags(rawValue: Int32(LINUX_MSG_TRUNC))

  public static var names: [(flag: ReceivedFlags, name: String)] {
    [
      (.ctrunc, "MSG_CTRUNC"),
      (.eor, "MSG_EOR"),
      (.oob, "MSG_OOB"),
      (.trunc, "MSG_TRUNC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension ReceivedFlags {
  @available(*, unavailable, renamed: "ctrunc")
  public static var MSG_CTRUNC: ReceivedFlags { .ctrunc }
  @available(*, unavailable, renamed: "eor")
  public static var MSG_EOR: ReceivedFlags { .eor }
  @available(*, unavailable, renamed: "oob")
  public static var MSG_OOB: ReceivedFlags { .oob }
  @available(*, unavailable, renamed: "trunc")
  public static var MSG_TRUNC: ReceivedFlags { .trunc }
}
