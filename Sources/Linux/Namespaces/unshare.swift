import CLinux
import SystemPackage

/// unshare(flags)
///
/// Gives the calling thread its own copy of what it shared: above all new namespaces.
/// For `newPID` and `newTime` it is the children, made afterwards, that live in the new namespace.
///
///     try unshare([.newNS, .newUTS])
///
/// - Throws: EPERM without CAP_SYS_ADMIN (a new user namespace needs none); EINVAL for an unknown flag, and for
///   `newUser` in a process with several threads; ENOSPC at a limit in /proc/sys/user.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/unshare.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func unshare(_ flags: UnshareFlags) throws(SystemCallError) {
  try check(systemCall(__NR_unshare, Int(flags.rawValue)), "unshare", ["flags": flags])
}

/// setns(fd, nstype)
///
/// Moves the calling thread into the namespace that `fd` refers to; with a pidfd, into that process's namespaces
/// of all types in `nstype` at once.
///
/// - Parameter nstype: the type that `fd` must be of; empty takes any (not for a pidfd).
/// - Throws: EBADF; EINVAL when the type differs, for `user` in a process with several threads, and for `mount`
///   while the thread shares its root directory with another; EPERM.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setns.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func setns(_ fd: FileDescriptor, _ nstype: NamespaceTypes = []) throws(SystemCallError) {
  let result = systemCall(__NR_setns, Int(fd.rawValue), Int(nstype.rawValue))
  try check(result, "setns", ["fd": fd.rawValue, "nstype": nstype])
}

/// setns(fd, nstype) with the descriptor of a namespace.
@available(*, noasync, message: "acts on the calling thread only")
public func setns(_ namespace: borrowing NamespaceDescriptor, _ nstype: NamespaceTypes = [])
  throws(SystemCallError)
{
  try setns(namespace.descriptor.fileDescriptor, nstype)
}

/// setns(pidfd, nstype): into several namespaces of a process in one call. Linux 5.8.
@available(*, noasync, message: "acts on the calling thread only")
public func setns(_ process: borrowing PIDFD, _ nstype: NamespaceTypes) throws(SystemCallError) {
  try setns(process.descriptor.fileDescriptor, nstype)
}
