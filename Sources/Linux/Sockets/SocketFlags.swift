import CLinux

/// What socket(2) and socketpair(2) take beside the type. The descriptors are close-on-exec in any case.
public struct SocketFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Nothing waits: EAGAIN.
  public static let nonBlock = SocketFlags(rawValue: Int32(LINUX_SOCK_NONBLOCK))

  public static var names: [(flag: SocketFlags, name: String)] {
    [
      (.nonBlock, "SOCK_NONBLOCK")
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SocketFlags {
  @available(*, unavailable, renamed: "nonBlock")
  public static var SOCK_NONBLOCK: SocketFlags { .nonBlock }
}
