import CLinux
import SystemPackage

/// What fsetxattr(2) takes.
public struct ExtendedAttributeFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// EEXIST where the file has the attribute.
  public static let create = ExtendedAttributeFlags(rawValue: Int32(LINUX_XATTR_CREATE))
  /// ENODATA where the file hasn't the attribute.
  public static let replace = ExtendedAttributeFlags(rawValue: Int32(LINUX_XATTR_REPLACE))

  public static var names: [(flag: ExtendedAttributeFlags, name: String)] {
    [
      (.create, "XATTR_CREATE"),
      (.replace, "XATTR_REPLACE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension ExtendedAttributeFlags {
  @available(*, unavailable, renamed: "create")
  public static var XATTR_CREATE: ExtendedAttributeFlags { .create }
  @available(*, unavailable, renamed: "replace")
  public static var XATTR_REPLACE: ExtendedAttributeFlags { .replace }
}

/// fsetxattr(fd, name, value, size, flags)
///
/// - Parameters:
///   - name: with its namespace: "user.mime_type".
///   - value: at most 65,536 bytes.
/// - Throws: EOPNOTSUPP where the filesystem or the kernel has no such namespace; EPERM for "security." and
///   "trusted." without the capability, and for "user." of what is neither file nor directory; EEXIST and ENODATA by
///   `flags`; ERANGE for a name longer than 255 bytes, E2BIG for a longer value; ENOSPC, EDQUOT, EROFS; EBADF for an
///   O_PATH descriptor too.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setxattr.2.html>
public func fsetxattr(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ name: String, _ value: some Sequence<UInt8>,
  _ flags: ExtendedAttributeFlags = []
) throws(SystemCallError) {
  let number = fd.number
  let bytes = Array(value)
  let result = withCStrings(name) { name in
    bytes.withUnsafeBytes {
      systemCall(__NR_fsetxattr, number, name, address($0.baseAddress), $0.count, Int(flags.rawValue))
    }
  }
  try check(result, "fsetxattr", ["fd": number, "name": name, "size": bytes.count, "flags": flags])
}

/// fgetxattr(fd, name, value, size)
///
/// - Returns: the value, whole.
/// - Throws: ENODATA where the file hasn't the attribute; EOPNOTSUPP, EPERM as `fsetxattr`; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getxattr.2.html>
public func fgetxattr(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ name: String
) throws(SystemCallError) -> [UInt8] {
  let number = fd.number
  var result = 0
  // XATTR_SIZE_MAX, the kernel's own limit.
  let value = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
    result = withCStrings(name) { systemCall(__NR_fgetxattr, number, $0, address(buffer.baseAddress), 65536) }
    filled = max(result, 0)
  }
  try check(result, "fgetxattr", ["fd": number, "name": name])
  return value
}
