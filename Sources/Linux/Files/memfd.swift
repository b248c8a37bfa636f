import CLinux
import SystemPackage

/// memfd_create(name, flags | MFD_CLOEXEC)
///
/// A file in memory, without a path. Written and then sealed, nobody can change it any more.
///
///     let file = try memfd_create("config", .allowSealing)
///     try file.write("{}")
///     try addSeals(file, [.seal, .shrink, .grow, .write])
///
/// - Parameter name: what /proc/self/fd shows after "memfd:"; at most 249 bytes.
/// - Throws: EINVAL for a longer name, and for flags that the kernel doesn't know (`exec` and `noExecSeal` before
///   Linux 6.3); EMFILE, ENFILE, ENOMEM; EACCES for `exec` where vm.memfd_noexec is 2.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/memfd_create.2.html>
public func memfd_create(_ name: String, _ flags: MemfdFlags = []) throws(SystemCallError) -> Descriptor {
  let bits = Int(flags.rawValue) | Int(LINUX_MFD_CLOEXEC)
  let result = withCStrings(name) { systemCall(__NR_memfd_create, $0, bits) }
  try check(result, "memfd_create", ["name": name, "flags": flags], needs: KernelVersion(3, 17))
  return Descriptor(owning: CInt(result))
}

/// fcntl(fd, F_ADD_SEALS, seals)
///
/// - Throws: EPERM where the file is sealed against seals (every file of `memfd_create` without `allowSealing`) or
///   not open for writing; EBUSY for `write` while it is mapped for writing; EINVAL for another kind of file.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html>
public func addSeals(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ seals: Seals
) throws(SystemCallError) {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_ADD_SEALS), Int(seals.rawValue))
  try check(result, "fcntl", ["fd": number, "cmd": Bare("F_ADD_SEALS"), "arg": seals])
}

/// fcntl(fd, F_GET_SEALS)
///
/// - Throws: EINVAL for another kind of file than `memfd_create` makes.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/F_GET_SEALS.2const.html>
public func getSeals(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> Seals {
  let number = fd.number
  let result = systemCall(__NR_fcntl, number, Int(LINUX_F_GET_SEALS))
  return Seals(rawValue: Int32(try check(result, "fcntl", ["fd": number, "cmd": Bare("F_GET_SEALS")])))
}

/// close_range(first, last, flags)
///
/// Closes every descriptor from `first` to `last`, or marks each as close-on-exec: also those that a library left
/// open. Descriptors that this program owns are closed behind their owners' backs; so it suits the time before
/// exec.
///
///     try close_range(3, flags: .cloExec)
///
/// - Parameter last: the last one too; the highest number if it isn't given.
/// - Throws: EINVAL where `first` is above `last`; EMFILE with `unshare`; ENOSYS before Linux 5.9.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/close_range.2.html>
public func close_range(
  _ first: UInt32, _ last: UInt32 = .max, flags: CloseRangeFlags = []
) throws(SystemCallError) {
  let result = systemCall(__NR_close_range, Int(first), Int(last), Int(flags.rawValue))
  try check(
    result, "close_range", ["first": first, "last": last, "flags": flags], needs: KernelVersion(5, 9))
}
