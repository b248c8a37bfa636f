import CLinux

/// How a socket carries bytes.
public enum SocketType: Sendable, Hashable, CustomStringConvertible {
  /// A stream: where one message ends and the next begins isn't kept.
  case stream
  /// Messages, each whole. Nobody tells when the other end is gone.
  case datagram
  /// Messages, each whole, and an end when the other end is gone: what two processes of one program want.
  case sequencedPacket

  public var description: String {
    switch self {
    case .stream: "SOCK_STREAM"
    case .datagram: "SOCK_DGRAM"
    case .sequencedPacket: "SOCK_SEQPACKET"
    }
  }

  var number: Int {
    switch self {
    case .stream: Int(LINUX_SOCK_STREAM)
    case .datagram: Int(LINUX_SOCK_DGRAM)
    case .sequencedPacket: Int(LINUX_SOCK_SEQPACKET)
    }
  }
}

// Whoever types the C name gets a fix-it.
extension SocketType {
  @available(*, unavailable, renamed: "stream")
  public static var SOCK_STREAM: SocketType { .stream }
  @available(*, unavailable, renamed: "datagram")
  public static var SOCK_DGRAM: SocketType { .datagram }
  @available(*, unavailable, renamed: "sequencedPacket")
  public static var SOCK_SEQPACKET: SocketType { .sequencedPacket }
}

/// Two sockets that are connected: what is sent into one is received from the other. Both are close-on-exec.
public struct SocketPair: ~Copyable, Sendable {
  public private(set) var first: Descriptor
  public private(set) var second: Descriptor

  fileprivate init(first: consuming Descriptor, second: consuming Descriptor) {
    self.first = first
    self.second = second
  }

  /// Closes this process's first socket. When every process has, the second receives an end.
  public mutating func closeFirst() { first = Descriptor(owning: -1) }

  /// Closes this process's second socket. When every process has, the first receives an end.
  public mutating func closeSecond() { second = Descriptor(owning: -1) }

  /// Keeps the first socket, and closes this process's second one.
  public consuming func takeFirst() -> Descriptor { first }

  /// Keeps the second socket, and closes this process's first one.
  public consuming func takeSecond() -> Descriptor { second }
}

/// socketpair(AF_UNIX, type | flags | SOCK_CLOEXEC, 0, sv)
///
/// - Throws: EMFILE, ENFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/socketpair.2.html>
public func socketpair(
  _ type: SocketType = .sequencedPacket, _ flags: SocketFlags = []
) throws(SystemCallError) -> SocketPair {
  var ends: (CInt, CInt) = (-1, -1)
  let bits = type.number | Int(flags.rawValue) | Int(LINUX_SOCK_CLOEXEC)
  let result = withUnsafeMutableBytes(of: &ends) {
    systemCall(__NR_socketpair, Int(LINUX_AF_UNIX), bits, 0, address($0.baseAddress))
  }
  try check(result, "socketpair", ["type": type, "flags": flags])
  return SocketPair(first: Descriptor(owning: ends.0), second: Descriptor(owning: ends.1))
}
