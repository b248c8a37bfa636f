import CLinux
import SystemPackage

/// symlink(target, linkpath)
///
/// Makes the symbolic link `linkpath`, which holds the text `target`.
///
/// - Throws: EEXIST, ENOENT, EACCES, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/symlink.2.html>
public func symlink(_ target: some PathLike, _ linkpath: some PathLike) throws(SystemCallError) {
  let result = target._withAddress { target in
    linkpath._withAddress { linkpath in
      systemCall(__NR_symlinkat, target, LINUX_AT_FDCWD, linkpath)
    }
  }
  try check(result, "symlink", ["target": target, "linkpath": linkpath])
}

/// readlink(pathname, buf, bufsiz)
///
/// - Returns: the text that the symbolic link holds, whole.
/// - Throws: EINVAL where it is no symbolic link; ENOENT, ENOTDIR, EACCES.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/readlink.2.html>
public func readlink(_ pathname: some PathLike) throws(SystemCallError) -> FilePath {
  var result = 0
  // PATH_MAX, the kernel's own limit: the text always fits, with room for its end.
  let text = [CInterop.PlatformChar](unsafeUninitializedCapacity: 4097) { buffer, filled in
    result = pathname._withAddress {
      systemCall(__NR_readlinkat, LINUX_AT_FDCWD, $0, address(buffer.baseAddress), 4096)
    }
    filled = max(result, 0) + 1
    buffer[filled - 1] = 0
  }
  try check(result, "readlink", ["pathname": pathname])
  return FilePath(platformString: text)
}

/// unlink(pathname)
///
/// - Throws: ENOENT; EISDIR for a directory; EBUSY, EACCES, EPERM, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/unlink.2.html>
public func unlink(_ pathname: some PathLike) throws(SystemCallError) {
  let result = pathname._withAddress { systemCall(__NR_unlinkat, LINUX_AT_FDCWD, $0, 0) }
  try check(result, "unlink", ["pathname": pathname])
}

/// What mknod(2) can make.
public enum NodeType: UInt32, Sendable, Hashable {
  case fifo = 0o010000
  case characterDevice = 0o020000
  case blockDevice = 0o060000
  case regular = 0o100000
  case socket = 0o140000
}

/// A device's number, as ``makedev(_:_:)`` puts it together: 1 and 3 is /dev/null's.
public struct DeviceNumber: Hashable, Sendable, CustomStringConvertible {
  public let major: UInt32
  public let minor: UInt32

  public init(_ major: UInt32, _ minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// What the system call takes: 12 bits of the major and 20 of the minor number.
  public var rawValue: UInt32 { (minor & 0xff) | (major & 0xfff) << 8 | (minor & 0xfff00) << 12 }

  public var description: String { "\(major):\(minor)" }
}

/// makedev(major, minor)
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/makedev.3.html>
public func makedev(_ major: UInt32, _ minor: UInt32) -> DeviceNumber { DeviceNumber(major, minor) }

/// mknod(pathname, type | mode, makedev(major, minor))
///
///     try mknod("/dev/null", .characterDevice, makedev(1, 3), [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
///
/// - Parameter mode: less the bits of the umask.
/// - Throws: EPERM for a device without CAP_MKNOD in the first user namespace; EEXIST, ENOENT, EACCES, EROFS.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mknod.2.html>
public func mknod(
  _ pathname: some PathLike, _ type: NodeType, _ device: DeviceNumber = DeviceNumber(0, 0),
  _ mode: FilePermissions = .ownerReadWrite
) throws(SystemCallError) {
  let bits = Int(type.rawValue) | Int(mode.rawValue)
  let result = pathname._withAddress {
    systemCall(__NR_mknodat, LINUX_AT_FDCWD, $0, bits, Int(device.rawValue))
  }
  try check(result, "mknod", ["pathname": pathname, "type": type, "device": device, "mode": mode])
}
