import CLinux
import SystemPackage

/// umask(mask)
///
/// The bits that new files of this process don't get. Of the whole process, all its threads.
///
/// - Returns: the mask until now.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/umask.2.html>
@discardableResult
public func umask(_ mask: FilePermissions) -> FilePermissions {
  FilePermissions(rawValue: CInterop.Mode(systemCall(__NR_umask, Int(mask.rawValue))))
}

/// chmod(pathname, mode)
///
/// - Throws: ENOENT, ENOTDIR, EPERM for another's file, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chmod.2.html>
public func chmod(_ pathname: some PathLike, _ mode: FilePermissions) throws(SystemCallError) {
  try chmod(at: .currentDirectory, pathname, mode)
}

/// fchmodat(dirfd, pathname, mode); fchmodat2(dirfd, pathname, mode, AT_EMPTY_PATH) for an empty path
///
/// - Parameter pathname: empty for the file that `dirfd` is: Linux 6.6.
/// - Throws: as `chmod`; EBADF; ENOSYS for an empty path before Linux 6.6.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chmod.2.html>
public func chmod(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ mode: FilePermissions
) throws(SystemCallError) {
  let directory = dirfd.number
  let empty = pathname.description.isEmpty
  let bits = Int(mode.rawValue)
  let result = pathname._withAddress {
    empty
      ? systemCall(__NR_fchmodat2, directory, $0, bits, LINUX_AT_EMPTY_PATH)
      : systemCall(__NR_fchmodat, directory, $0, bits)
  }
  try check(
    result, empty ? "fchmodat2" : "fchmodat",
    ["dirfd": described(directory), "pathname": pathname, "mode": mode], needs: KernelVersion(6, 6))
}

/// fchmod(fd, mode)
///
/// - Throws: EBADF (an O_PATH descriptor too), EPERM, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chmod.2.html>
public func fchmod(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ mode: FilePermissions
) throws(SystemCallError) {
  let number = fd.number
  try check(systemCall(__NR_fchmod, number, Int(mode.rawValue)), "fchmod", ["fd": number, "mode": mode])
}

/// lchown(pathname, owner, group)
///
/// Of a symbolic link itself, not of what it leads to: the form that can't be led astray.
///
/// - Parameters:
///   - owner: a uid; nil leaves it.
///   - group: a gid; nil leaves it.
/// - Throws: EPERM without CAP_CHOWN; EINVAL for an id that the user namespace doesn't map; ENOENT, ENOTDIR, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chown.2.html>
public func lchown(
  _ pathname: some PathLike, owner: UInt32? = nil, group: UInt32? = nil
) throws(SystemCallError) {
  try chown(at: .currentDirectory, pathname, owner, group, noFollow: true, as: "lchown")
}

/// chown(pathname, owner, group)
///
/// Follows symbolic links.
///
/// - Throws: as `lchown`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chown.2.html>
public func chown(
  _ pathname: some PathLike, owner: UInt32? = nil, group: UInt32? = nil
) throws(SystemCallError) {
  try chown(at: .currentDirectory, pathname, owner, group, noFollow: false, as: "chown")
}

/// fchownat(dirfd, pathname, owner, group, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)
///
/// - Parameters:
///   - pathname: empty for the file that `dirfd` is.
///   - noFollow: of a symbolic link itself.
/// - Throws: as `lchown`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/chown.2.html>
public func fchownat(
  _ dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, owner: UInt32? = nil,
  group: UInt32? = nil, noFollow: Bool = true
) throws(SystemCallError) {
  try chown(at: dirfd, pathname, owner, group, noFollow: noFollow, as: "fchownat")
}

private func chown(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ owner: UInt32?,
  _ group: UInt32?, noFollow: Bool, as call: String
) throws(SystemCallError) {
  let directory = dirfd.number
  // chown and lchown take no empty path.
  let flags =
    (noFollow ? LINUX_AT_SYMLINK_NOFOLLOW : 0) | (call == "fchownat" ? LINUX_AT_EMPTY_PATH : 0)
  // -1 leaves the id.
  let result = pathname._withAddress {
    systemCall(__NR_fchownat, directory, $0, Int(owner ?? .max), Int(group ?? .max), flags)
  }
  try check(
    result, call,
    [
      "dirfd": described(directory), "pathname": pathname, "owner": Bare(owner.map(String.init) ?? "-1"),
      "group": Bare(group.map(String.init) ?? "-1"),
    ])
}
