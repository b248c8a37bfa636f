import CLinux
import SystemPackage

/// open_tree(AT_FDCWD, pathname, flags | OPEN_TREE_CLOEXEC)
///
/// The mount at `pathname`, or with `clone` a detached copy of it: a bind mount that is nowhere yet.
///
///     let copy = try open_tree("/srv/data", [.clone, .recursive])
///     try mount_setattr(copy, MountAttributeChange(set: .readOnly), recursive: true)
///     try move_mount(copy, "/mnt")
///
/// - Throws: EPERM for `clone` without CAP_SYS_ADMIN; EINVAL for `recursive` without `clone`, for an unbindable
///   mount, and for one of another namespace; ENOENT, ENOTDIR, EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/open_tree.2.html>
public func open_tree(
  _ pathname: some PathLike, _ flags: OpenTreeFlags = []
) throws(SystemCallError) -> MountDescriptor {
  try open_tree(at: .currentDirectory, pathname, flags)
}

/// open_tree(dirfd, pathname, flags | OPEN_TREE_CLOEXEC)
public func open_tree(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: OpenTreeFlags = []
) throws(SystemCallError) -> MountDescriptor {
  let directory = dirfd.number
  let bits = Int(flags.rawValue) | LINUX_O_CLOEXEC
  let result = pathname._withAddress { systemCall(__NR_open_tree, directory, $0, bits) }
  try check(
    result, "open_tree", ["dirfd": described(directory), "pathname": pathname, "flags": flags],
    needs: KernelVersion(5, 2))
  return MountDescriptor(Descriptor(owning: CInt(result)))
}

/// open_tree_attr(AT_FDCWD, pathname, flags | OPEN_TREE_CLOEXEC, &attr, sizeof attr)
///
/// `open_tree` and `mount_setattr` in one call; with `clone` it can change the id map of a copy of an idmapped
/// mount too, which `mount_setattr` can't. Linux 6.15.
///
/// - Throws: as both; ENOSYS before Linux 6.15.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/open_tree_attr.2.html>
public func open_tree_attr(
  _ pathname: some PathLike, _ flags: OpenTreeFlags, _ attr: MountAttributeChange
) throws(SystemCallError) -> MountDescriptor {
  try open_tree_attr(at: .currentDirectory, pathname, flags, attr)
}

/// open_tree_attr(dirfd, pathname, flags | OPEN_TREE_CLOEXEC, &attr, sizeof attr)
public func open_tree_attr(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: OpenTreeFlags,
  _ attr: MountAttributeChange
) throws(SystemCallError) -> MountDescriptor {
  let directory = dirfd.number
  let bits = Int(flags.rawValue) | LINUX_O_CLOEXEC
  let result = pathname._withAddress { pathname in
    attr.withAddress { systemCall(__NR_open_tree_attr, directory, pathname, bits, $0, $1) }
  }
  try check(
    result, "open_tree_attr",
    ["dirfd": described(directory), "pathname": pathname, "flags": flags, "attr": attr],
    needs: KernelVersion(6, 15))
  return MountDescriptor(Descriptor(owning: CInt(result)))
}
