import CLinux
import SystemPackage

/// An option of a socket that is on or off.
public struct SocketOption: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Messages come with who sent them: ``ReceivedMessage/credentials``.
  public static let passCred = SocketOption(rawValue: Int32(LINUX_SO_PASSCRED))
  /// Messages come with a pidfd of who sent them: ``ReceivedMessage/pidfd``. Linux 6.5.
  public static let passPIDFD = SocketOption(rawValue: Int32(LINUX_SO_PASSPIDFD))
  /// Descriptors may be sent to this socket: on from the start. Off, a sender gets EPERM. Linux 6.16.
  public static let passRights = SocketOption(rawValue: Int32(LINUX_SO_PASSRIGHTS))

  public static var names: [(value: SocketOption, name: String)] {
    [
      (.passCred, "SO_PASSCRED"),
      (.passPIDFD, "SO_PASSPIDFD"),
      (.passRights, "SO_PASSRIGHTS"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SocketOption {
  @available(*, unavailable, renamed: "passCred")
  public static var SO_PASSCRED: SocketOption { .passCred }
  @available(*, unavailable, renamed: "passPIDFD")
  public static var SO_PASSPIDFD: SocketOption { .passPIDFD }
  @available(*, unavailable, renamed: "passRights")
  public static var SO_PASSRIGHTS: SocketOption { .passRights }
}

/// setsockopt(sockfd, SOL_SOCKET, optname, &value, sizeof value)
///
/// - Throws: ENOPROTOOPT for an option that the kernel doesn't know (`passPIDFD` before Linux 6.5); EOPNOTSUPP for
///   `passRights` of another socket than a local one; EBADF, ENOTSOCK.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
public func setsockopt(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ option: SocketOption, _ value: Bool
) throws(SystemCallError) {
  let socket = sockfd.number
  var number: CInt = value ? 1 : 0
  let result = withUnsafeMutablePointer(to: &number) {
    systemCall(
      __NR_setsockopt, socket, Int(LINUX_SOL_SOCKET), Int(option.rawValue), address($0),
      MemoryLayout<CInt>.size)
  }
  try check(result, "setsockopt", ["sockfd": socket, "optname": option, "optval": value])
}

/// getsockopt(sockfd, SOL_SOCKET, optname, &value, &length)
///
/// - Throws: as `setsockopt`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
public func getsockopt(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ option: SocketOption
) throws(SystemCallError) -> Bool {
  let socket = sockfd.number
  var value: CInt = 0
  try check(
    getOption(socket, option.rawValue, &value), "getsockopt", ["sockfd": socket, "optname": option])
  return value != 0
}

/// getsockopt(sockfd, SOL_SOCKET, SO_PEERCRED, &credentials, &length)
///
/// - Returns: who connected the other end, or made the pair; all -1 and pid 0 where it isn't connected.
/// - Throws: EBADF, ENOTSOCK.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
public func getPeerCredentials(
  _ sockfd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) -> SocketCredentials {
  let socket = sockfd.number
  var record = clinux_ucred()
  let result = getOption(socket, Int32(LINUX_SO_PEERCRED), &record)
  try check(result, "getsockopt", ["sockfd": socket, "optname": Bare("SO_PEERCRED")])
  return SocketCredentials(pid: record.pid, uid: record.uid, gid: record.gid)
}

/// getsockopt(sockfd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length)
///
/// - Returns: the process that connected the other end, or made the pair.
/// - Throws: ENODATA where it isn't connected; ESRCH where the process was reaped; ENOPROTOOPT before Linux 6.5;
///   EMFILE, EBADF, ENOTSOCK.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
public func getPeerPIDFD(
  _ sockfd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) -> PIDFD {
  let socket = sockfd.number
  var number: CInt = -1
  let result = getOption(socket, Int32(LINUX_SO_PEERPIDFD), &number)
  try check(result, "getsockopt", ["sockfd": socket, "optname": Bare("SO_PEERPIDFD")])
  return PIDFD(Descriptor(owning: number))
}

private func getOption<Value>(_ socket: Int, _ option: Int32, _ value: inout Value) -> Int {
  var length = UInt32(MemoryLayout<Value>.size)
  return withUnsafeMutablePointer(to: &value) { value in
    withUnsafeMutablePointer(to: &length) { length in
      systemCall(
        __NR_getsockopt, socket, Int(LINUX_SOL_SOCKET), Int(option), address(value), address(length))
    }
  }
}
