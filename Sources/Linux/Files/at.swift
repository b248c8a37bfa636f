import CLinux
import SystemPackage

// The functions of directories.swift and nodes.swift, with paths that begin at an open directory: who holds it can't
// be led astray by a path above it that somebody changes.

/// mkdirat(dirfd, pathname, mode)
///
/// - Throws: as `mkdir`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mkdir.2.html>
public func mkdir(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike,
  _ mode: FilePermissions = [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = pathname._withAddress { systemCall(__NR_mkdirat, directory, $0, Int(mode.rawValue)) }
  try check(result, "mkdirat", ["dirfd": described(directory), "pathname": pathname, "mode": mode])
}

/// unlinkat(dirfd, pathname, AT_REMOVEDIR)
///
/// - Throws: as `rmdir`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/unlink.2.html>
public func rmdir(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = pathname._withAddress { systemCall(__NR_unlinkat, directory, $0, LINUX_AT_REMOVEDIR) }
  try check(
    result, "unlinkat",
    ["dirfd": described(directory), "pathname": pathname, "flags": Bare("AT_REMOVEDIR")])
}

/// unlinkat(dirfd, pathname, 0)
///
/// - Throws: as `unlink`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/unlink.2.html>
public func unlink(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = pathname._withAddress { systemCall(__NR_unlinkat, directory, $0, 0) }
  try check(result, "unlinkat", ["dirfd": described(directory), "pathname": pathname])
}

/// symlinkat(target, newdirfd, linkpath)
///
/// - Throws: as `symlink`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/symlink.2.html>
public func symlink(
  _ target: some PathLike, at dirfd: borrowing some DescriptorLike & ~Copyable, _ linkpath: some PathLike
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = target._withAddress { target in
    linkpath._withAddress { systemCall(__NR_symlinkat, target, directory, $0) }
  }
  try check(
    result, "symlinkat", ["target": target, "newdirfd": described(directory), "linkpath": linkpath])
}

/// readlinkat(dirfd, pathname, buf, bufsiz)
///
/// - Parameter pathname: empty for a link that `dirfd` itself is, opened with `path` and `noFollow`.
/// - Throws: as `readlink`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/readlink.2.html>
public func readlink(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike
) throws(SystemCallError) -> FilePath {
  let directory = dirfd.number
  var result = 0
  // PATH_MAX, the kernel's own limit: the text always fits, with room for its end.
  let text = [CInterop.PlatformChar](unsafeUninitializedCapacity: 4097) { buffer, filled in
    result = pathname._withAddress {
      systemCall(__NR_readlinkat, directory, $0, address(buffer.baseAddress), 4096)
    }
    filled = max(result, 0) + 1
    buffer[filled - 1] = 0
  }
  try check(result, "readlinkat", ["dirfd": described(directory), "pathname": pathname])
  return FilePath(platformString: text)
}

/// mknodat(dirfd, pathname, type | mode, makedev(major, minor))
///
/// - Throws: as `mknod`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mknod.2.html>
public func mknod(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ type: NodeType,
  _ device: DeviceNumber = DeviceNumber(0, 0), _ mode: FilePermissions = .ownerReadWrite
) throws(SystemCallError) {
  let directory = dirfd.number
  let bits = Int(type.rawValue) | Int(mode.rawValue)
  let result = pathname._withAddress { systemCall(__NR_mknodat, directory, $0, bits, Int(device.rawValue)) }
  try check(
    result, "mknodat",
    [
      "dirfd": described(directory), "pathname": pathname, "type": type, "device": device, "mode": mode,
    ])
}
