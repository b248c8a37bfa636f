import CLinux
import SystemPackage

/// access(pathname, mode)
///
/// Whether the caller's real user may do something with a file. The answer is for a message or a plan: by the time
/// that the file is opened it may be another one.
///
///     try access("/sys/fs/cgroup", [.write, .execute])
///
/// - Throws: EACCES where it may not; EROFS for `write` on a filesystem that is read-only; ENOENT, ENOTDIR, ELOOP.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/access.2.html>
public func access(_ pathname: some PathLike, _ mode: AccessMode) throws(SystemCallError) {
  let result = pathname._withAddress {
    systemCall(__NR_faccessat, LINUX_AT_FDCWD, $0, Int(mode.rawValue))
  }
  try check(result, "access", ["pathname": pathname, "mode": mode])
}

/// faccessat2(dirfd, pathname, mode, flags)
///
/// - Throws: as `access`; EBADF; EINVAL for flags that the kernel doesn't know; ENOSYS before Linux 5.8.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/access.2.html>
public func access(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ mode: AccessMode,
  _ flags: AccessFlags = []
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = pathname._withAddress {
    systemCall(__NR_faccessat2, directory, $0, Int(mode.rawValue), Int(flags.rawValue))
  }
  try check(
    result, "faccessat2",
    ["dirfd": described(directory), "pathname": pathname, "mode": mode, "flags": flags],
    needs: KernelVersion(5, 8))
}
