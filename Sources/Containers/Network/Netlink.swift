import CLinux
import Linux
import SystemPackage

/// rtnetlink(7), as far as network devices are moved: messages of a header, a fixed part and attributes.
struct Netlink: ~Copyable {
  private let socket: Descriptor

  /// Of the calling thread's network namespace.
  init() throws(SystemCallError) {
    let (family, raw, route) = (16, 3, 0)
    let result = systemCall(__NR_socket, family, raw | Int(LINUX_O_CLOEXEC), route)
    socket = Descriptor(owning: CInt(try check(result, "socket", ["domain": "AF_NETLINK"])))
  }

  /// Sends a message, and waits until the kernel has done what it says.
  borrowing func request(_ type: UInt16, _ flags: UInt16, _ payload: [UInt8], _ what: String) throws {
    let acknowledged: UInt16 = 4
    try socket.write(message(type, flags | acknowledged, payload))
    for answer in try receive() where answer.type == Self.error {
      let code = answer.payload.withUnsafeBytes { $0.count < 4 ? 0 : $0.loadUnaligned(as: Int32.self) }
      if code != 0 { throw ContainerError("\(what): \(Errno(rawValue: -code).sentence)") }
      return
    }
    throw ContainerError("\(what): the kernel gave no answer")
  }

  /// Asks for all of a kind.
  borrowing func dump(_ type: UInt16, _ payload: [UInt8]) throws -> [Answer] {
    let dump: UInt16 = 0x300
    try socket.write(message(type, dump, payload))
    var all: [Answer] = []
    while true {
      let answers = try receive()
      all += answers.filter { $0.type != Self.done && $0.type != Self.error }
      if answers.isEmpty || answers.contains(where: { $0.type == Self.done || $0.type == Self.error }) {
        return all
      }
    }
  }

  struct Answer {
    var type: UInt16
    var payload: [UInt8]
  }

  private static let error: UInt16 = 2
  private static let done: UInt16 = 3

  private func message(_ type: UInt16, _ flags: UInt16, _ payload: [UInt8]) -> [UInt8] {
    let request: UInt16 = 1
    return bytes(of: UInt32(16 + payload.count)) + bytes(of: type) + bytes(of: flags | request)
      + bytes(of: UInt32(1)) + bytes(of: UInt32(0)) + payload
  }

  private borrowing func receive() throws(SystemCallError) -> [Answer] {
    var rest = try socket.read(upTo: 65536)[...]
    var answers: [Answer] = []
    while rest.count >= 16 {
      let (length, type) = rest.withUnsafeBytes { bytes in
        (
          Int(bytes.loadUnaligned(as: UInt32.self)),
          bytes.loadUnaligned(fromByteOffset: 4, as: UInt16.self)
        )
      }
      guard length >= 16, length <= rest.count else { break }
      answers.append(Answer(type: type, payload: Array(rest.dropFirst(16).prefix(length - 16))))
      rest = rest.dropFirst((length + 3) & ~3)
    }
    return answers
  }
}

/// A number as it lies in memory.
func bytes<Number: FixedWidthInteger>(of number: Number) -> [UInt8] {
  withUnsafeBytes(of: number) { Array($0) }
}

/// struct rtattr, padded.
func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
  bytes(of: UInt16(4 + value.count)) + bytes(of: type) + value
    + [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
}
