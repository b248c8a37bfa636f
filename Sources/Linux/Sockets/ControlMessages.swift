import CLinux

/// What a message carries beside its bytes, as the kernel reads and writes it: headers, each with data, each
/// beginning at a multiple of eight. The CMSG_ macros of C.
struct ControlMessages {
  static let headerSize = MemoryLayout<clinux_cmsghdr>.size

  /// CMSG_SPACE(length)
  static func space(_ length: Int) -> Int { headerSize + (length + 7) & ~7 }

  private(set) var bytes: [UInt8] = []

  mutating func append(_ type: some BinaryInteger, _ data: UnsafeRawBufferPointer) {
    var header = clinux_cmsghdr()
    header.cmsg_len = UInt64(Self.headerSize + data.count)
    header.cmsg_level = Int32(LINUX_SOL_SOCKET)
    header.cmsg_type = Int32(type)
    withUnsafeBytes(of: header) { bytes += $0 }
    bytes += data
    bytes += repeatElement(0, count: Self.space(data.count) - Self.headerSize - data.count)
  }

  /// Calls `body` with type and data of each message of this level.
  static func forEach(in buffer: UnsafeRawBufferPointer, _ body: (Int32, UnsafeRawBufferPointer) -> Void) {
    var rest = buffer[...]
    while rest.count >= headerSize {
      let header = rest.loadUnaligned(as: clinux_cmsghdr.self)
      guard header.cmsg_len >= headerSize, header.cmsg_len <= rest.count else { return }
      let length = Int(header.cmsg_len)
      if header.cmsg_level == Int32(LINUX_SOL_SOCKET) {
        body(header.cmsg_type, UnsafeRawBufferPointer(rebasing: rest.prefix(length).dropFirst(headerSize)))
      }
      rest = rest.dropFirst(space(length - headerSize))
    }
  }
}

/// Calls `body` with the address of a struct msghdr for one buffer, and gives the length of the control data and the
/// flags that the kernel has written there.
func withMessageHeader(
  _ data: UnsafeMutableRawBufferPointer, _ control: UnsafeMutableRawBufferPointer, _ body: (Int) -> Int
) -> (result: Int, controlLength: Int, flags: Int32) {
  var vector = clinux_iovec(
    iov_base: UInt64(address(data.baseAddress)), iov_len: UInt64(data.count))
  return withUnsafeMutablePointer(to: &vector) { vector in
    var header = clinux_msghdr()
    header.msg_iov = UInt64(address(vector))
    header.msg_iovlen = 1
    header.msg_control = control.isEmpty ? 0 : UInt64(address(control.baseAddress))
    header.msg_controllen = UInt64(control.count)
    let result = withUnsafeMutablePointer(to: &header) { header in
      untilUninterrupted { body(address(header)) }
    }
    return (result, Int(header.msg_controllen), header.msg_flags)
  }
}
