import CLinux
import SystemPackage

/// mount(source, target, filesystemtype, mountflags, data)
///
/// Attaches a filesystem to `target`, or changes what is mounted there: with `bind` the directory `source`
/// appears at `target` too, with `move` a mount moves, with `remount` its flags change, with a propagation type
/// (`private`, `slave`, `shared`, `unbindable`) its propagation.
///
///     try mount("proc", "/proc", "proc", [.noSuid, .noDev, .noExec])
///     try mount(nil, "/", nil, [.recursive, .private])
///
/// - Parameters:
///   - source: a device, a directory, or any word for a filesystem that needs none.
///   - data: the filesystem's own options, separated by commas: "size=64m,mode=755".
/// - Throws: EPERM without CAP_SYS_ADMIN in the user namespace that owns the mount namespace; ENOENT for a
///   missing path; ENODEV for an unknown filesystem; EBUSY, EINVAL, ENOTBLK, ENOTDIR as in the man page.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mount.2.html>
public func mount(
  _ source: String?, _ target: some PathLike, _ filesystemtype: String?, _ mountflags: MountFlags = [],
  _ data: String? = nil
) throws(SystemCallError) {
  let result = withCStrings(source, filesystemtype, data) { source, filesystemtype, data in
    target._withAddress { target in mountByAddresses(source, target, filesystemtype, mountflags, data) }
  }
  try checkMount(result, source, target, filesystemtype, mountflags, data)
}

/// The same with texts that need not be UTF-8, for `LinuxPython`: each may be one whose address is NULL.
package func mount(
  anyBytes source: some PathLike, _ target: some PathLike, _ filesystemtype: some PathLike,
  _ mountflags: MountFlags, _ data: some PathLike
) throws(SystemCallError) {
  let result = source._withAddress { source in
    target._withAddress { target in
      filesystemtype._withAddress { filesystemtype in
        data._withAddress { mountByAddresses(source, target, filesystemtype, mountflags, $0) }
      }
    }
  }
  try checkMount(result, source, target, filesystemtype, mountflags, data)
}

private func mountByAddresses(
  _ source: Int, _ target: Int, _ filesystemtype: Int, _ flags: MountFlags, _ data: Int
) -> Int {
  systemCall(__NR_mount, source, target, filesystemtype, Int(bitPattern: flags.rawValue), data)
}

private func checkMount(
  _ result: Int, _ source: (any PathLike)?, _ target: any PathLike, _ filesystemtype: (any PathLike)?,
  _ mountflags: MountFlags, _ data: (any PathLike)?
) throws(SystemCallError) {
  try check(
    result, "mount",
    [
      "source": source, "target": target, "filesystemtype": filesystemtype, "mountflags": mountflags,
      "data": data,
    ])
}

/// umount2(target, 0)
///
/// Takes away the filesystem that is mounted topmost on `target`.
///
/// - Throws: EBUSY while something uses it; EINVAL where nothing is mounted, or where the mount came locked from
///   another mount namespace; EPERM without CAP_SYS_ADMIN.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/umount.2.html>
public func umount(_ target: some PathLike) throws(SystemCallError) {
  try unmount(target, [], as: "umount")
}

/// umount2(target, flags)
///
///     try umount2("/old-root", .detach)
///
/// - Throws: as `umount`; EAGAIN at the first call with `expire`; EINVAL with `noFollow` on a symbolic link.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/umount.2.html>
public func umount2(_ target: some PathLike, _ flags: UnmountFlags) throws(SystemCallError) {
  try unmount(target, flags, as: "umount2")
}

private func unmount(_ target: some PathLike, _ flags: UnmountFlags, as call: String) throws(SystemCallError)
{
  let result = target._withAddress { systemCall(__NR_umount2, $0, Int(flags.rawValue)) }
  try check(result, call, flags.isEmpty ? ["target": target] : ["target": target, "flags": flags])
}

/// pivot_root(new_root, put_old)
///
/// Makes `newRoot` the root of the caller's mount namespace, and moves the old root to `putOld`.
/// With both "." the old root ends on top of the new one, where `umount2(".", .detach)` takes it away:
///
///     try chdir("/the/new/root")
///     try pivot_root(".", ".")
///     try umount2(".", .detach)
///     try chdir("/")
///
/// - Throws: EINVAL where `newRoot` is no mount point, where `putOld` is not at or below it, or where the
///   propagation of the new root, its parent, or the current root's parent is shared; EBUSY where `newRoot` is
///   the current root's mount; ENOTDIR; EPERM without CAP_SYS_ADMIN.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pivot_root.2.html>
public func pivot_root(_ newRoot: some PathLike, _ putOld: some PathLike) throws(SystemCallError) {
  let result = newRoot._withAddress { newRoot in
    putOld._withAddress { putOld in systemCall(__NR_pivot_root, newRoot, putOld) }
  }
  try check(result, "pivot_root", ["new_root": newRoot, "put_old": putOld])
}
