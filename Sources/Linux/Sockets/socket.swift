import CLinux
import SystemPackage

/// Where a local socket is found: struct sockaddr_un.
public enum UnixAddress: Hashable, Sendable, CustomStringConvertible {
  /// A file, which `bind` makes and nobody removes: at most 107 bytes.
  case path(FilePath)
  /// A name in the network namespace, without a file, of this type of socket: at most 107 bytes. C writes a NUL byte
  /// before it.
  case abstract(String)

  /// A file, by a text.
  public static func path(_ text: String) -> UnixAddress { .path(FilePath(text)) }

  public var description: String {
    switch self {
    case .path(let path): "\"\(path)\""
    case .abstract(let name): "\"@\(name)\""
    }
  }

  /// Calls `body` with address and length; -ENAMETOOLONG for a text that doesn't fit.
  fileprivate func withAddress(_ body: (Int, Int) -> Int) -> Int {
    var record = clinux_sockaddr_un()
    record.sun_family = UInt16(LINUX_AF_UNIX)
    let bytes: [UInt8] =
      switch self {
      case .path(let path):
        path.withPlatformString { Array(UnsafeRawBufferPointer(start: $0, count: path.length + 1)) }
      case .abstract(let name): [0] + Array(name.utf8)
      }
    let room = MemoryLayout.size(ofValue: record.sun_path)
    // An empty path would be a socket without a name.
    if bytes == [0] { return -Int(Errno.noSuchFileOrDirectory.rawValue) }
    if bytes.count > room { return -Int(Errno.fileNameTooLong.rawValue) }
    return withUnsafeMutableBytes(of: &record) { record in
      let offset = record.count - room
      UnsafeMutableRawBufferPointer(rebasing: record[offset...]).copyBytes(from: bytes)
      return body(address(record.baseAddress), offset + bytes.count)
    }
  }
}

/// socket(AF_UNIX, type | flags | SOCK_CLOEXEC, 0)
///
/// A local socket, not connected yet: a runtime's console socket, say.
///
///     let console = try socket(.stream)
///     try connect(console, .path("/run/console.sock"))
///
/// - Throws: EMFILE, ENFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/socket.2.html>
public func socket(_ type: SocketType, _ flags: SocketFlags = []) throws(SystemCallError) -> Descriptor {
  let bits = type.number | Int(flags.rawValue) | Int(LINUX_SOCK_CLOEXEC)
  let result = systemCall(__NR_socket, Int(LINUX_AF_UNIX), bits, 0)
  try check(result, "socket", ["type": type, "flags": flags])
  return Descriptor(owning: CInt(result))
}

/// connect(sockfd, &address, length)
///
/// - Throws: ECONNREFUSED when nobody listens; ENOENT, ENOTDIR, EACCES; EPROTOTYPE for another type of socket;
///   EISCONN, EAGAIN; ENAMETOOLONG for a longer path than 107 bytes.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/connect.2.html>
public func connect(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ address: UnixAddress
) throws(SystemCallError) {
  let socket = sockfd.number
  // After EINTR a local connect can be made again.
  let result = address.withAddress { place, length in
    untilUninterrupted { systemCall(__NR_connect, socket, place, length) }
  }
  try check(result, "connect", ["sockfd": socket, "addr": address])
}

/// bind(sockfd, &address, length)
///
/// - Throws: EADDRINUSE where there is a file already, or the name is taken; ENOENT, ENOTDIR, EACCES, EROFS; EINVAL
///   for a socket that has an address; ENAMETOOLONG for a longer path than 107 bytes.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/bind.2.html>
public func bind(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ address: UnixAddress
) throws(SystemCallError) {
  let socket = sockfd.number
  let result = address.withAddress { systemCall(__NR_bind, socket, $0, $1) }
  try check(result, "bind", ["sockfd": socket, "addr": address])
}

/// listen(sockfd, backlog)
///
/// - Parameter backlog: how many may wait to be accepted.
/// - Throws: EINVAL for a socket without an address; EOPNOTSUPP for `datagram`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/listen.2.html>
public func listen(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, backlog: Int32 = 128
) throws(SystemCallError) {
  let socket = sockfd.number
  try check(
    systemCall(__NR_listen, socket, Int(backlog)), "listen", ["sockfd": socket, "backlog": backlog])
}

/// accept4(sockfd, NULL, NULL, flags | SOCK_CLOEXEC)
///
/// Waits for somebody to connect. Continues after EINTR.
///
/// - Throws: EAGAIN with `nonBlock` of the listening socket; EINVAL where it doesn't listen; EMFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/accept.2.html>
public func accept4(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ flags: SocketFlags = []
) throws(SystemCallError) -> Descriptor {
  let socket = sockfd.number
  let bits = Int(flags.rawValue) | Int(LINUX_SOCK_CLOEXEC)
  let result = untilUninterrupted { systemCall(__NR_accept4, socket, 0, 0, bits) }
  try check(result, "accept4", ["sockfd": socket, "flags": flags])
  return Descriptor(owning: CInt(result))
}
