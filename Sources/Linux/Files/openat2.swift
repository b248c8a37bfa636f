import CLinux
import SystemPackage

/// open(pathname, flags | O_CLOEXEC, mode)
///
///     let directory = try open("/srv", [.directory, .path])
///
/// - Parameter mode: of a file that is made, less the bits of the umask.
/// - Throws: ENOENT, EACCES, EEXIST, EISDIR, ENOTDIR, ELOOP, EROFS, ETXTBSY, ENXIO.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/open.2.html>
public func open(
  _ pathname: some PathLike, _ flags: OpenFlags = [], _ mode: FilePermissions = .ownerReadWrite
) throws(SystemCallError) -> Descriptor {
  let result = openat(LINUX_AT_FDCWD, pathname, flags, mode)
  try check(result, "open", ["pathname": pathname, "flags": flags])
  return Descriptor(owning: CInt(result))
}

/// openat(dirfd, pathname, flags | O_CLOEXEC, mode)
public func open(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: OpenFlags = [],
  _ mode: FilePermissions = .ownerReadWrite
) throws(SystemCallError) -> Descriptor {
  let directory = dirfd.number
  let result = openat(directory, pathname, flags, mode)
  try check(result, "openat", ["dirfd": described(directory), "pathname": pathname, "flags": flags])
  return Descriptor(owning: CInt(result))
}

private func openat(
  _ directory: Int, _ pathname: some PathLike, _ flags: OpenFlags, _ mode: FilePermissions
) -> Int {
  let bits = Int(flags.rawValue) | LINUX_O_CLOEXEC
  return pathname._withAddress { pathname in
    untilUninterrupted { systemCall(__NR_openat, directory, pathname, bits, Int(mode.rawValue)) }
  }
}

/// openat2(dirfd, pathname, &how, sizeof how)
///
/// Opens a file by a path that somebody else wrote, without leaving the directory: "..", symbolic links and
/// absolute paths can't lead out. Where the kernel couldn't check a ".." since something was renamed or mounted
/// meanwhile, anywhere on the machine, it is asked again.
///
///     let root = try open("/var/lib/image", [.directory, .path])
///     let passwd = try openat2(at: root, "etc/passwd", [], resolve: .inRoot)
///
/// - Parameters:
///   - mode: of a file that is made, less the bits of the umask; not used otherwise.
///   - resolve: how the path may be walked.
/// - Throws: as `open`; EXDEV and ELOOP for a path that `resolve` forbids; EAGAIN where ".." couldn't be checked
///   100,000 times, and with `cached`; EINVAL for flags that don't go together, which `open` lets pass; ENOSYS
///   before Linux 5.6.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/openat2.2.html>
public func openat2(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: OpenFlags = [],
  _ mode: FilePermissions = .ownerReadWrite, resolve: ResolveFlags
) throws(SystemCallError) -> Descriptor {
  let directory = dirfd.number
  var how = clinux_open_how()
  how.flags = flags.rawValue | UInt64(LINUX_O_CLOEXEC)
  // The kernel refuses a mode where no file is made.
  let makes = flags.contains(.create) || flags.contains(.tmpFile)
  how.mode = makes ? UInt64(mode.rawValue) : 0
  how.resolve = resolve.rawValue
  let result = withUnsafeMutablePointer(to: &how) { how in
    pathname._withAddress { pathname in
      untilChecked(resolve, flags) {
        untilUninterrupted {
          systemCall(__NR_openat2, directory, pathname, address(how), MemoryLayout<clinux_open_how>.size)
        }
      }
    }
  }
  try check(
    result, "openat2",
    ["dirfd": described(directory), "pathname": pathname, "flags": flags, "resolve": resolve],
    needs: KernelVersion(5, 6))
  return Descriptor(owning: CInt(result))
}

/// EAGAIN has other causes with `cached`, and for a file that somebody has a lease on.
private func untilChecked(_ resolve: ResolveFlags, _ flags: OpenFlags, _ call: () -> Int) -> Int {
  let isAskedAgain = !resolve.contains(.cached) && !flags.contains(.nonBlock)
  var (result, left) = (call(), isAskedAgain ? 100_000 : 0)
  while result == -Int(Errno.resourceTemporarilyUnavailable.rawValue) && left > 0 {
    (result, left) = (call(), left - 1)
  }
  return result
}
