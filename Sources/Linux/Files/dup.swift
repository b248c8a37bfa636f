import CLinux
import SystemPackage

/// fcntl(fd, F_DUPFD_CLOEXEC, 0)
///
/// A second descriptor for the same open file: they share its position. Close-on-exec.
///
/// - Throws: EBADF, EMFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/dup.2.html>
public func dup(_ oldfd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> Descriptor {
  let number = oldfd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_DUPFD_CLOEXEC), 0)
  try check(result, "fcntl", ["fd": number, "cmd": Bare("F_DUPFD_CLOEXEC")])
  return Descriptor(owning: CInt(result))
}

/// dup2(oldfd, newfd)
///
/// Gives an open file a chosen number, which a program that is executed next finds: 0, 1 and 2 are what it reads,
/// prints and complains on. What had the number is closed, behind its owner's back if it has one. The new one isn't
/// close-on-exec; where both numbers are the same, that is all that is changed.
///
///     let log = try open("/var/log/cask", [.writeOnly, .create, .append])
///     try dup2(log, 1)
///
/// - Throws: EBADF for an `oldfd` that isn't open, and for a number above the limit; EBUSY while another thread opens
///   a file.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/dup.2.html>
public func dup2(
  _ oldfd: borrowing some DescriptorLike & ~Copyable, _ newfd: CInt
) throws(SystemCallError) {
  let number = oldfd.number
  if number == Int(newfd) { return try setCloseOnExec(oldfd, false) }
  let result = untilUninterrupted { systemCall(__NR_dup3, number, Int(newfd), 0) }
  try check(result, "dup2", ["oldfd": number, "newfd": newfd])
}

/// dup3(oldfd, newfd, O_CLOEXEC)
///
/// As `dup2`, and the new one is close-on-exec, unless that is turned off.
///
/// - Throws: as `dup2`; EINVAL where both numbers are the same.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/dup.2.html>
public func dup3(
  _ oldfd: borrowing some DescriptorLike & ~Copyable, _ newfd: CInt, closeOnExec: Bool = true
) throws(SystemCallError) {
  let number = oldfd.number
  let flags = closeOnExec ? LINUX_O_CLOEXEC : 0
  let result = untilUninterrupted { systemCall(__NR_dup3, number, Int(newfd), flags) }
  try check(
    result, "dup3", ["oldfd": number, "newfd": newfd, "flags": Bare(closeOnExec ? "O_CLOEXEC" : "0")])
}

/// fcntl(fd, F_SETFD, FD_CLOEXEC)
///
/// Whether exec closes the descriptor: off, the program that is executed has it, under the same number.
///
/// - Throws: EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/F_GETFD.2const.html>
public func setCloseOnExec(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ on: Bool
) throws(SystemCallError) {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_SETFD), on ? Int(LINUX_FD_CLOEXEC) : 0)
  try check(result, "fcntl", ["fd": number, "cmd": Bare("F_SETFD"), "arg": Bare(on ? "FD_CLOEXEC" : "0")])
}

/// fcntl(fd, F_GETFD)
///
/// - Returns: whether exec closes the descriptor.
public func isCloseOnExec(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> Bool {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_GETFD))
  return try check(result, "fcntl", ["fd": number, "cmd": Bare("F_GETFD")]) & Int(LINUX_FD_CLOEXEC) != 0
}

/// fcntl(fd, F_GETFL)
///
/// - Returns: how the file was opened and what was changed since: of ``OpenFlags`` the way of access, `append`,
///   `nonBlock`, `direct` and some others. Shared by all descriptors of the same open file.
/// - Throws: EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/F_GETFL.2const.html>
public func getStatusFlags(
  _ fd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) -> OpenFlags {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_GETFL))
  return OpenFlags(rawValue: UInt64(try check(result, "fcntl", ["fd": number, "cmd": Bare("F_GETFL")])))
}

/// fcntl(fd, F_SETFL, flags)
///
/// - Parameter flags: `append`, `nonBlock`, `direct`, `noATime`; others have no effect.
/// - Throws: EPERM for `append` of a file that is append-only, turned off, and for another's file with `noATime`;
///   EINVAL for `direct` where the filesystem can't; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/F_GETFL.2const.html>
public func setStatusFlags(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ flags: OpenFlags
) throws(SystemCallError) {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_SETFL), Int(flags.rawValue))
  try check(result, "fcntl", ["fd": number, "cmd": Bare("F_SETFL"), "arg": flags])
}

/// fcntl(fd, F_SETFL, flags | O_NONBLOCK)
///
/// Whether reads and writes give EAGAIN instead of waiting. Shared by all descriptors of the same open file, in other
/// processes too: for a standard descriptor, `MSG_DONTWAIT` or ``poll(_:timeout:)`` are kinder.
public func setNonBlocking(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ on: Bool
) throws(SystemCallError) {
  let flags = try getStatusFlags(fd)
  try setStatusFlags(fd, on ? flags.union(.nonBlock) : flags.subtracting(.nonBlock))
}
