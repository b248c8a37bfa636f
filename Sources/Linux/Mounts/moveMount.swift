import CLinux
import SystemPackage

/// move_mount(mount, "", AT_FDCWD, to_pathname, flags | MOVE_MOUNT_F_EMPTY_PATH)
///
/// Attaches a detached mount at `target`, or moves an attached one there.
///
///     let copy = try open_tree("/srv/data", .clone)
///     try move_mount(copy, "/mnt")
///
/// - Throws: EINVAL where the mount is of another namespace, where its parent is shared, and with `beneath` where
///   nothing is mounted at the target; ELOOP for a target inside the mount; EPERM without CAP_SYS_ADMIN; ENOENT,
///   ENOTDIR.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/move_mount.2.html>
public func move_mount(
  _ mount: borrowing MountDescriptor, _ target: some PathLike, _ flags: MoveMountFlags = []
) throws(SystemCallError) {
  try move_mount(from: mount, "", to: .currentDirectory, target, flags.union(.fromEmptyPath))
}

/// move_mount(AT_FDCWD, from_pathname, AT_FDCWD, to_pathname, flags)
///
/// - Throws: as with a descriptor; EINVAL where `source` is no mount point.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/move_mount.2.html>
public func move_mount(
  _ source: some PathLike, _ target: some PathLike, _ flags: MoveMountFlags = []
) throws(SystemCallError) {
  try move_mount(from: .currentDirectory, source, to: .currentDirectory, target, flags)
}

/// move_mount(from_dirfd, from_pathname, to_dirfd, to_pathname, flags)
public func move_mount(
  from fromDirectory: borrowing some DescriptorLike & ~Copyable, _ source: some PathLike,
  to toDirectory: borrowing some DescriptorLike & ~Copyable, _ target: some PathLike,
  _ flags: MoveMountFlags = []
) throws(SystemCallError) {
  let from = fromDirectory.number
  let to = toDirectory.number
  let result = source._withAddress { source in
    target._withAddress { target in
      systemCall(__NR_move_mount, from, source, to, target, Int(flags.rawValue))
    }
  }
  try check(
    result, "move_mount",
    [
      "from_dirfd": described(from), "from_pathname": source, "to_dirfd": described(to),
      "to_pathname": target, "flags": flags,
    ], needs: KernelVersion(5, 2))
}
