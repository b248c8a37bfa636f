import CLinux
import SystemPackage

/// fsopen(fsname, FSOPEN_CLOEXEC)
///
/// A context in which a filesystem of this type is configured, one parameter at a time, made, and mounted:
///
///     let context = try fsopen("tmpfs")
///     try fsconfig(context, .string("size", "64m"))
///     try fsconfig(context, .create)
///     try move_mount(try fsmount(context, [.noSuid, .noDev]), "/mnt")
///
/// What fails tells why: the filesystem's own words are the error's hint.
///
/// - Throws: ENODEV for an unknown filesystem; EPERM without CAP_SYS_ADMIN.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fsopen.2.html>
public func fsopen(_ fsname: String) throws(SystemCallError) -> FilesystemContext {
  let result = withCStrings(fsname) { systemCall(__NR_fsopen, $0, Int(LINUX_FSOPEN_CLOEXEC)) }
  try check(result, "fsopen", ["fsname": fsname], needs: KernelVersion(5, 2))
  return FilesystemContext(Descriptor(owning: CInt(result)))
}

/// fspick(AT_FDCWD, pathname, flags | FSPICK_CLOEXEC)
///
/// A context in which the filesystem that is mounted at `pathname` is configured anew.
///
///     let context = try fspick("/mnt")
///     try fsconfig(context, .flag("ro"))
///     try fsconfig(context, .reconfigure)
///
/// - Throws: EINVAL where `pathname` is no mount point; EPERM without CAP_SYS_ADMIN in the filesystem's user
///   namespace; ENOENT, ENOTDIR, EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fspick.2.html>
public func fspick(
  _ pathname: some PathLike, _ flags: FSPickFlags = []
) throws(SystemCallError) -> FilesystemContext {
  try fspick(at: .currentDirectory, pathname, flags)
}

/// fspick(dirfd, pathname, flags | FSPICK_CLOEXEC)
public func fspick(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: FSPickFlags = []
) throws(SystemCallError) -> FilesystemContext {
  let directory = dirfd.number
  let bits = Int(flags.rawValue) | Int(LINUX_FSPICK_CLOEXEC)
  let result = pathname._withAddress { systemCall(__NR_fspick, directory, $0, bits) }
  try check(
    result, "fspick", ["dirfd": described(directory), "pathname": pathname, "flags": flags],
    needs: KernelVersion(5, 2))
  return FilesystemContext(Descriptor(owning: CInt(result)))
}

/// fsmount(fs_fd, FSMOUNT_CLOEXEC, attr_flags)
///
/// A detached mount of the filesystem that the context has made.
///
/// - Throws: EINVAL before `create`; EBUSY after the context's filesystem was mounted; EPERM without
///   CAP_SYS_ADMIN, and for a proc or sysfs that would show more than a visible one does.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fsmount.2.html>
public func fsmount(
  _ context: borrowing FilesystemContext, _ attributes: MountAttributes = []
) throws(SystemCallError) -> MountDescriptor {
  let number = context.number
  let result = systemCall(
    __NR_fsmount, number, Int(LINUX_FSMOUNT_CLOEXEC), Int(attributes.rawValue))
  try context.check(result, "fsmount", ["fs_fd": number, "attr_flags": attributes])
  return MountDescriptor(Descriptor(owning: CInt(result)))
}
