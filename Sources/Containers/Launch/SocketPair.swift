import CLinux
import Linux

/// socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sv): one message stays one message, and when every
/// descriptor of one end is closed the other reads an end.
struct SocketPair: ~Copyable {
  private let ours: Descriptor
  let theirs: Descriptor

  init() throws(SystemCallError) {
    var ends: (CInt, CInt) = (-1, -1)
    let (unix, sequencedPackets) = (1, 5)
    let result = withUnsafeMutableBytes(of: &ends) { ends in
      systemCall(__NR_socketpair, unix, sequencedPackets | Int(LINUX_O_CLOEXEC), 0, address(ends.baseAddress))
    }
    try check(result, "socketpair")
    ours = Descriptor(owning: ends.0)
    theirs = Descriptor(owning: ends.1)
  }

  /// Keeps our end, and closes theirs, which the child has a copy of.
  consuming func takeOurs() -> Descriptor { ours }
}

/// struct msghdr for one buffer, and room for one descriptor beside it.
private func withMessage(
  _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: inout CInt, controlLength: Int, _ body: (Int) -> Int
) -> Int {
  var vector = (address(buffer.baseAddress), buffer.count)
  // struct cmsghdr: length, SOL_SOCKET, SCM_RIGHTS; then the descriptor
  var control = (20, CInt(1), CInt(1), descriptor, CInt(0))
  return withUnsafeMutableBytes(of: &vector) { vector in
    withUnsafeMutableBytes(of: &control) { control in
      var message = (0, 0, address(vector.baseAddress), 1, address(control.baseAddress), controlLength, 0)
      return withUnsafeMutableBytes(of: &message) { message in
        let result = untilUninterrupted { body(address(message.baseAddress)) }
        let received = message.load(fromByteOffset: 40, as: Int.self)
        descriptor = received >= 20 ? control.load(fromByteOffset: 16, as: CInt.self) : -1
        return result
      }
    }
  }
}

/// recvmsg with room for one descriptor, which is close-on-exec; -1 without one. The length, or a negative errno.
func receiveMessage(_ socket: CInt, _ buffer: UnsafeMutableRawBufferPointer, _ descriptor: inout CInt) -> Int
{
  let closeOnExec = 0x4000_0000
  descriptor = -1
  return withMessage(buffer, &descriptor, controlLength: 24) {
    systemCall(__NR_recvmsg, Int(socket), $0, closeOnExec)
  }
}

/// sendmsg of one byte and one descriptor.
func sendDescriptor(_ socket: CInt, _ descriptor: CInt) throws(SystemCallError) {
  var byte: UInt8 = 0
  var descriptor = descriptor
  let result = withUnsafeMutableBytes(of: &byte) { byte in
    withMessage(byte, &descriptor, controlLength: 24) { systemCall(__NR_sendmsg, Int(socket), $0) }
  }
  try check(result, "sendmsg")
}
