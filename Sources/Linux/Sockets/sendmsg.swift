import CLinux
import SystemPackage

/// Who a process is, as a socket tells it: struct ucred. The kernel checks it.
public struct SocketCredentials: Hashable, Sendable {
  /// In the receiver's pid namespace; 0 for a process that it doesn't see.
  public var pid: ProcessID
  /// In the receiver's user namespace; the overflow id, 65534, for one that isn't mapped.
  public var uid: UserID
  public var gid: GroupID

  public init(pid: ProcessID, uid: UserID, gid: GroupID) {
    self.pid = pid
    self.uid = uid
    self.gid = gid
  }
}

/// sendmsg(sockfd, &message, flags), with SCM_RIGHTS and SCM_CREDENTIALS
///
/// Sends bytes, and copies of descriptors with them: the receiver gets descriptors of its own for the same open
/// files.
///
///     let file = try open("/etc/hostname")
///     let pair = try socketpair()
///     try sendmsg(pair.first, "f".utf8, descriptors: [file.fileDescriptor])
///
/// - Parameters:
///   - bytes: at least one where something else is to be sent by a stream.
///   - descriptors: at most 253.
///   - credentials: another process's or another user's need CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID. Without any the
///     kernel sends the sender's own to a receiver that has set SO_PASSCRED.
///   - flags: by default a socket that nobody reads gives EPIPE and no SIGPIPE.
/// - Returns: how many bytes were sent: all but with `dontWait` into a stream.
/// - Throws: EPIPE, ECONNREFUSED, ENOTCONN when nobody receives; EMSGSIZE for a message that is too long; EPERM for
///   foreign credentials; EINVAL for more descriptors than 253; ETOOMANYREFS for too many on their way; EBADF;
///   EAGAIN, ENOBUFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/unix.7.html>
@discardableResult
public func sendmsg(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ bytes: some Sequence<UInt8>,
  descriptors: [FileDescriptor] = [], credentials: SocketCredentials? = nil, _ flags: SendFlags = .noSignal
) throws(SystemCallError) -> Int {
  let socket = sockfd.number
  var control = ControlMessages()
  if !descriptors.isEmpty {
    descriptors.map(\.rawValue).withUnsafeBytes { control.append(LINUX_SCM_RIGHTS, $0) }
  }
  if let credentials {
    let record = clinux_ucred(pid: credentials.pid, uid: credentials.uid, gid: credentials.gid)
    withUnsafeBytes(of: record) { control.append(LINUX_SCM_CREDENTIALS, $0) }
  }
  var data = Array(bytes)
  var controlBytes = control.bytes
  let result = data.withUnsafeMutableBytes { data in
    controlBytes.withUnsafeMutableBytes { control in
      withMessageHeader(data, control) { systemCall(__NR_sendmsg, socket, $0, Int(flags.rawValue)) }.result
    }
  }
  return try check(
    result, "sendmsg",
    [
      "sockfd": socket, "count": data.count, "SCM_RIGHTS": Bare("\(descriptors.map(\.rawValue))"),
      "flags": flags,
    ])
}

/// sendmsg(sockfd, &message, MSG_NOSIGNAL), with SCM_RIGHTS for one descriptor
///
///     try sendmsg(try socketpair().first, "f".utf8, descriptor: try open("/etc/hostname"))
public func sendmsg(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ bytes: some Sequence<UInt8>,
  descriptor: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) {
  try sendmsg(sockfd, bytes, descriptors: [descriptor.fileDescriptor])
}
