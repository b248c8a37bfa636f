import CLinux
import SystemPackage

/// rename(oldpath, newpath)
///
/// Gives a file another name, in the same filesystem. What had the new name is gone in the same moment: nobody finds
/// neither.
///
/// - Throws: EXDEV for another mount; ENOENT, ENOTDIR, EISDIR, EACCES, EROFS; ENOTEMPTY for a directory with
///   something in it at the new name; EINVAL for a directory into itself; EBUSY for a mount point.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/rename.2.html>
public func rename(_ oldpath: some PathLike, _ newpath: some PathLike) throws(SystemCallError) {
  let result = renameat2(LINUX_AT_FDCWD, oldpath, LINUX_AT_FDCWD, newpath, [])
  try check(result, "rename", ["oldpath": oldpath, "newpath": newpath])
}

/// renameat2(AT_FDCWD, oldpath, AT_FDCWD, newpath, flags)
///
/// - Throws: as `rename`; EEXIST with `noReplace`; EINVAL for `exchange` and another flag, and for a filesystem that
///   can't.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/rename.2.html>
public func renameat2(
  _ oldpath: some PathLike, _ newpath: some PathLike, _ flags: RenameFlags
) throws(SystemCallError) {
  try renameat2(from: .currentDirectory, oldpath, to: .currentDirectory, newpath, flags)
}

/// renameat2(olddirfd, oldpath, newdirfd, newpath, flags)
///
/// - Throws: as `rename`; EBADF; EEXIST with `noReplace`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/rename.2.html>
public func renameat2(
  from olddirfd: borrowing some DescriptorLike & ~Copyable, _ oldpath: some PathLike,
  to newdirfd: borrowing some DescriptorLike & ~Copyable, _ newpath: some PathLike, _ flags: RenameFlags = []
) throws(SystemCallError) {
  let (old, new) = (olddirfd.number, newdirfd.number)
  let result = renameat2(old, oldpath, new, newpath, flags)
  try check(
    result, "renameat2",
    [
      "olddirfd": described(old), "oldpath": oldpath, "newdirfd": described(new), "newpath": newpath,
      "flags": flags,
    ])
}

private func renameat2(
  _ old: Int, _ oldpath: some PathLike, _ new: Int, _ newpath: some PathLike, _ flags: RenameFlags
) -> Int {
  oldpath._withAddress { oldpath in
    newpath._withAddress { systemCall(__NR_renameat2, old, oldpath, new, $0, Int(flags.rawValue)) }
  }
}

/// link(oldpath, newpath)
///
/// Gives a file a second name, in the same filesystem. Of a symbolic link, the link itself gets it.
///
/// - Throws: EXDEV for another mount; EEXIST; EPERM for a directory, and for a file that the caller couldn't write
///   (where fs.protected_hardlinks is 1); ENOENT, ENOTDIR, EACCES, EMLINK, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/link.2.html>
public func link(_ oldpath: some PathLike, _ newpath: some PathLike) throws(SystemCallError) {
  let result = oldpath._withAddress { oldpath in
    newpath._withAddress { systemCall(__NR_linkat, LINUX_AT_FDCWD, oldpath, LINUX_AT_FDCWD, $0, 0) }
  }
  try check(result, "link", ["oldpath": oldpath, "newpath": newpath])
}

/// linkat(olddirfd, oldpath, newdirfd, newpath, 0)
///
/// - Throws: as `link`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/link.2.html>
public func link(
  from olddirfd: borrowing some DescriptorLike & ~Copyable, _ oldpath: some PathLike,
  to newdirfd: borrowing some DescriptorLike & ~Copyable, _ newpath: some PathLike
) throws(SystemCallError) {
  let (old, new) = (olddirfd.number, newdirfd.number)
  let result = oldpath._withAddress { oldpath in
    newpath._withAddress { systemCall(__NR_linkat, old, oldpath, new, $0, 0) }
  }
  try check(
    result, "linkat",
    ["olddirfd": described(old), "oldpath": oldpath, "newdirfd": described(new), "newpath": newpath])
}
