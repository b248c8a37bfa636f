import CLinux
import SystemPackage

/// mkdir(pathname, mode)
///
/// - Parameter mode: less the bits of the umask.
/// - Throws: EEXIST, ENOENT, ENOTDIR, EACCES, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mkdir.2.html>
public func mkdir(
  _ pathname: some PathLike,
  _ mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
)
  throws(SystemCallError)
{
  let result = pathname._withAddress {
    systemCall(__NR_mkdirat, LINUX_AT_FDCWD, $0, Int(mode.rawValue))
  }
  try check(result, "mkdir", ["pathname": pathname, "mode": mode])
}

/// rmdir(pathname)
///
/// - Throws: ENOTEMPTY; EBUSY for a mount point; ENOENT, ENOTDIR, EACCES, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/rmdir.2.html>
public func rmdir(_ pathname: some PathLike) throws(SystemCallError) {
  let result = pathname._withAddress {
    systemCall(__NR_unlinkat, LINUX_AT_FDCWD, $0, LINUX_AT_REMOVEDIR)
  }
  try check(result, "rmdir", ["pathname": pathname])
}

/// chdir(path)
///
/// - Throws: ENOENT, ENOTDIR, EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chdir.2.html>
public func chdir(_ path: some PathLike) throws(SystemCallError) {
  try check(path._withAddress { systemCall(__NR_chdir, $0) }, "chdir", ["path": path])
}

/// getcwd(buf, size)
///
/// - Throws: ENOENT for a directory that was removed, and for one that the root directory doesn't lead to;
///   ENAMETOOLONG for a path longer than 4095 bytes; EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getcwd.2.html>
public func getcwd() throws(SystemCallError) -> FilePath {
  var result = 0
  // PATH_MAX, the kernel's own limit, the zero included.
  let text = [CInterop.PlatformChar](unsafeUninitializedCapacity: 4096) { buffer, filled in
    result = systemCall(__NR_getcwd, address(buffer.baseAddress), 4096)
    filled = max(result, 0)
  }
  // The kernel calls what lies outside "(unreachable)/…", which would be a path relative to itself.
  let isOutside = result > 0 && text[0] != CInterop.PlatformChar(UInt8(ascii: "/"))
  try check(isOutside ? -Int(Errno.noSuchFileOrDirectory.rawValue) : result, "getcwd")
  return FilePath(platformString: text)
}

/// chroot(path)
///
/// Makes `path` the directory that "/" means to the calling process. The current directory stays where it is, and
/// a process with CAP_SYS_CHROOT gets out again: see ``pivot_root(_:_:)`` for a root that holds.
///
/// - Throws: EPERM without CAP_SYS_CHROOT; ENOENT, ENOTDIR, EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chroot.2.html>
@available(*, noasync, message: "acts on the calling thread only, where it has unshared CLONE_FS")
public func chroot(_ path: some PathLike) throws(SystemCallError) {
  try check(path._withAddress { systemCall(__NR_chroot, $0) }, "chroot", ["path": path])
}
