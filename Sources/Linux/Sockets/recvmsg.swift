import CLinux
import SystemPackage

/// A message of a socket, with what came beside its bytes.
public struct ReceivedMessage: ~Copyable, Sendable {
  /// None at the end of a stream, and when the other end of `sequencedPacket` is gone.
  public let bytes: [UInt8]
  /// The descriptors that came, close-on-exec. What isn't taken is closed.
  public var descriptors: ReceivedDescriptors
  /// Who sent it: with SO_PASSCRED.
  public let credentials: SocketCredentials?
  /// The process that sent it: with SO_PASSPIDFD. nil also where the sender has ended, and where more descriptors
  /// came than there was room for. `pidfd.take()` takes it.
  public var pidfd: PIDFD?
  /// Whether something was cut.
  public let flags: ReceivedFlags
}

/// Descriptors that came with a message: each is closed unless it is taken.
public struct ReceivedDescriptors: ~Copyable, Sendable {
  private var numbers: [CInt]

  fileprivate init(_ numbers: [CInt]) { self.numbers = numbers }

  /// None.
  public init() { numbers = [] }

  deinit { for number in numbers { _ = systemCall(__NR_close, Int(number)) } }

  public var count: Int { numbers.count }

  /// Their numbers, which are theirs as long as this lives.
  public var rawValues: [CInt] { numbers }

  /// All that are left.
  public mutating func takeAll() -> ReceivedDescriptors {
    defer { numbers = [] }
    return ReceivedDescriptors(numbers)
  }

  /// The first that is left; nil when none is.
  public mutating func takeFirst() -> Descriptor? {
    numbers.isEmpty ? nil : Descriptor(owning: numbers.removeFirst())
  }
}

/// recvmsg(sockfd, &message, flags | MSG_CMSG_CLOEXEC), with SCM_RIGHTS, SCM_CREDENTIALS and SCM_PIDFD
///
/// Waits for a message, and receives its bytes and what comes beside them. Continues after EINTR.
///
///     let pair = try socketpair()
///     try sendmsg(pair.first, "f".utf8, descriptor: try open("/etc/hostname"))
///     var message = try recvmsg(pair.second, upTo: 100, descriptors: 1)
///     if let file = message.descriptors.takeFirst() {
///       print(try file.read(upTo: 100))
///     }
///
/// - Parameters:
///   - count: room for the bytes; what is left of a message is lost, and `trunc` is set.
///   - descriptors: room for descriptors; those above it are closed, and `ctrunc` is set.
/// - Throws: EAGAIN with `dontWait` or `nonBlock`; ECONNRESET; ENOTCONN, EBADF, ENOTSOCK.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
public func recvmsg(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, upTo count: Int, descriptors: Int = 0,
  _ flags: ReceiveFlags = []
) throws(SystemCallError) -> ReceivedMessage {
  let socket = sockfd.number
  let bits = Int(flags.rawValue) | Int(LINUX_MSG_CMSG_CLOEXEC)
  // Room for all that may come: what a missing one leaves, the kernel fills with more descriptors.
  let room =
    (descriptors > 0 ? ControlMessages.space(4 * descriptors) : 0)
    + ControlMessages.space(MemoryLayout<clinux_ucred>.size) + ControlMessages.space(4)
  var control = [UInt8](repeating: 0, count: room)
  var outcome = (result: 0, controlLength: 0, flags: Int32(0))
  let bytes = [UInt8](unsafeUninitializedCapacity: count) { data, filled in
    outcome = control.withUnsafeMutableBytes { control in
      withMessageHeader(
        UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(data)[..<count]), control
      ) { systemCall(__NR_recvmsg, socket, $0, bits) }
    }
    // With MSG_TRUNC the result is the message's length and not what is here.
    filled = min(max(outcome.result, 0), count)
  }
  try check(outcome.result, "recvmsg", ["sockfd": socket, "count": count, "flags": flags])

  var found = Found()
  control.withUnsafeBytes { control in
    ControlMessages.forEach(in: UnsafeRawBufferPointer(rebasing: control[..<outcome.controlLength])) {
      found.add($0, $1)
    }
  }
  var received = ReceivedFlags(rawValue: outcome.flags & ~Int32(LINUX_MSG_CMSG_CLOEXEC))
  while found.descriptors.count > descriptors {
    _ = systemCall(__NR_close, Int(found.descriptors.removeLast()))
    received.insert(.ctrunc)
  }
  return ReceivedMessage(
    bytes: bytes, descriptors: ReceivedDescriptors(found.descriptors), credentials: found.credentials,
    pidfd: found.pidfd.map { PIDFD(Descriptor(owning: $0)) }, flags: received)
}

private struct Found {
  var descriptors: [CInt] = []
  var credentials: SocketCredentials?
  var pidfd: CInt?

  mutating func add(_ type: Int32, _ data: UnsafeRawBufferPointer) {
    switch Int(type) {
    case Int(LINUX_SCM_RIGHTS):
      for offset in stride(from: 0, through: data.count - 4, by: 4) {
        descriptors.append(data.loadUnaligned(fromByteOffset: offset, as: CInt.self))
      }
    case Int(LINUX_SCM_CREDENTIALS) where data.count >= MemoryLayout<clinux_ucred>.size:
      let record = data.loadUnaligned(as: clinux_ucred.self)
      credentials = SocketCredentials(pid: record.pid, uid: record.uid, gid: record.gid)
    case Int(LINUX_SCM_PIDFD) where data.count >= 4:
      // A negative one: the sender was reaped.
      let number = data.loadUnaligned(as: CInt.self)
      pidfd = number < 0 ? nil : number
    default: break
    }
  }
}
