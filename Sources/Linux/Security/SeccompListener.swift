import CLinux
import SystemPackage

/// A system call that waits for the listener's answer.
public struct SeccompNotification: Hashable, Sendable {
  /// Names this call; unique for the listener.
  public let id: UInt64
  /// The calling thread, in the listener's pid namespace; 0 where it isn't visible there.
  public let pid: ProcessID
  public let data: SeccompData
}

/// What a listener answers.
public enum SeccompResponse: Hashable, Sendable {
  /// The call succeeds with this result, without having been made.
  case value(Int64)
  /// The call fails.
  case errno(Errno)
  /// The kernel makes the call. Its caller may have changed what its pointers point to meanwhile. Linux 5.5.
  case `continue`
}

/// Where the system calls arrive that a filter answers with `userNotif`. It is readable when one waits.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
public struct SeccompListener: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }

  /// ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &notification)
  ///
  /// Waits for a call. Continues after EINTR.
  ///
  /// - Throws: ENOENT when the caller was killed, or interrupted by a signal, while the kernel made the
  ///   notification, and on newer kernels when no thread has the filter any more.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  public borrowing func receive() throws(SystemCallError) -> SeccompNotification {
    let fd = number
    var notification = clinux_seccomp_notif()
    let result = untilUninterrupted {
      notification = clinux_seccomp_notif()  // The kernel refuses one that isn't zero.
      return withUnsafeMutablePointer(to: &notification) {
        systemCall(__NR_ioctl, fd, Int(LINUX_SECCOMP_IOCTL_NOTIF_RECV), address($0))
      }
    }
    try check(result, "ioctl", ["fd": fd, "op": "SECCOMP_IOCTL_NOTIF_RECV" as StaticString])
    return SeccompNotification(
      id: notification.id, pid: ProcessID(bitPattern: notification.pid), data: SeccompData(notification.data))
  }

  /// ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &response)
  ///
  /// - Throws: ENOENT when the call doesn't wait any more; EINPROGRESS when it was answered.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  public borrowing func send(_ response: SeccompResponse, to id: UInt64) throws(SystemCallError) {
    let fd = number
    var answer = clinux_seccomp_notif_resp(id: id, val: 0, error: 0, flags: 0)
    switch response {
    case .value(let value): answer.val = value
    case .errno(let errno): answer.error = -errno.rawValue
    case .continue: answer.flags = UInt32(LINUX_SECCOMP_USER_NOTIF_FLAG_CONTINUE)
    }
    let result = withUnsafeMutablePointer(to: &answer) {
      systemCall(__NR_ioctl, fd, Int(LINUX_SECCOMP_IOCTL_NOTIF_SEND), address($0))
    }
    let name: StaticString = "SECCOMP_IOCTL_NOTIF_SEND"
    try check(result, "ioctl", ["fd": fd, "op": name, "id": id, "response": response])
  }

  /// ioctl(fd, SECCOMP_IOCTL_NOTIF_ID_VALID, &id)
  ///
  /// Whether the call still waits: to be asked after looking at its process by the pid, which may be another's by
  /// then.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  public borrowing func isValid(_ id: UInt64) throws(SystemCallError) -> Bool {
    let fd = number
    var id = id
    let result = withUnsafeMutablePointer(to: &id) {
      systemCall(__NR_ioctl, fd, Int(LINUX_SECCOMP_IOCTL_NOTIF_ID_VALID), address($0))
    }
    if result == -Int(Errno.noSuchFileOrDirectory.rawValue) { return false }
    let name: StaticString = "SECCOMP_IOCTL_NOTIF_ID_VALID"
    try check(result, "ioctl", ["fd": fd, "op": name, "id": id])
    return true
  }

  /// ioctl(fd, SECCOMP_IOCTL_NOTIF_ADDFD, &addfd)
  ///
  /// Gives the waiting caller a copy of a descriptor of ours. Linux 5.9.
  ///
  /// - Parameters:
  ///   - newFD: its number there, with the flag `setFD`; otherwise the lowest that is free.
  ///   - closeOnExec: of the copy.
  /// - Returns: its number there. With the flag `send` it is the call's result too.
  /// - Throws: ENOENT when the call doesn't wait any more; EINPROGRESS when it was answered; EBADF; EBUSY with `send`
  ///   while another descriptor is on its way; EMFILE at the caller's limit.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  @discardableResult
  public borrowing func addFD(
    _ source: borrowing some DescriptorLike & ~Copyable, to id: UInt64, _ flags: SeccompAddFDFlags = [],
    newFD: CInt = 0, closeOnExec: Bool = true
  ) throws(SystemCallError) -> CInt {
    let fd = number
    let sourceNumber = source.number
    var request = clinux_seccomp_notif_addfd(
      id: id, flags: flags.rawValue, srcfd: UInt32(truncatingIfNeeded: sourceNumber),
      newfd: UInt32(bitPattern: newFD), newfd_flags: closeOnExec ? UInt32(LINUX_O_CLOEXEC) : 0)
    let result = withUnsafeMutablePointer(to: &request) { request in
      untilUninterrupted {
        systemCall(__NR_ioctl, fd, Int(LINUX_SECCOMP_IOCTL_NOTIF_ADDFD), address(request))
      }
    }
    let name: StaticString = "SECCOMP_IOCTL_NOTIF_ADDFD"
    try check(
      result, "ioctl",
      ["fd": fd, "op": name, "id": id, "flags": flags, "srcfd": sourceNumber, "newfd": newFD])
    return CInt(result)
  }

  /// ioctl(fd, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP)
  ///
  /// The kernel wakes caller and listener on one processor: for one that answers at once. Linux 6.6.
  ///
  /// - Throws: EINVAL for unknown flags, and before Linux 6.6.
  public borrowing func setFlags(syncWakeUp: Bool) throws(SystemCallError) {
    let fd = number
    let flags = syncWakeUp ? LINUX_SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP : 0
    let result = systemCall(__NR_ioctl, fd, Int(LINUX_SECCOMP_IOCTL_NOTIF_SET_FLAGS), flags)
    let name: StaticString = "SECCOMP_IOCTL_NOTIF_SET_FLAGS"
    try check(result, "ioctl", ["fd": fd, "op": name, "flags": flags])
  }
}
