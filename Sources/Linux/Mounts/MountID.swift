import CLinux
import SystemPackage

/// The number of a mount that is never used again while the system runs: for ``statmount(_:_:in:)`` and
/// ``listmount(_:in:reverse:)``. Not the number in /proc/self/mountinfo. Linux 6.8.
public struct MountID: RawRepresentable, Hashable, Comparable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// LSMT_ROOT: for `listmount`, the root of the mount namespace.
  public static let root = MountID(rawValue: LINUX_LSMT_ROOT)

  public var description: String { self == .root ? "LSMT_ROOT" : "\(rawValue)" }

  public static func < (left: MountID, right: MountID) -> Bool { left.rawValue < right.rawValue }
}

/// The number of a mount namespace, as ``statmount(_:_:in:)`` tells it. Linux 6.11.
public struct MountNamespaceID: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public var description: String { "\(rawValue)" }
}

/// statx(AT_FDCWD, pathname, 0, STATX_MNT_ID_UNIQUE, &statxbuf)
///
/// The mount that the file is on: for a mount point, the mount on top of it.
///
/// - Throws: ENOENT, ENOTDIR, EACCES; ENOSYS before Linux 6.8.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/statx.2.html>
public func mountID(of pathname: some PathLike) throws(SystemCallError) -> MountID {
  try uniqueID(try statx(pathname, [], .uniqueMountID))
}

/// statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID_UNIQUE, &statxbuf)
///
/// The mount that an open file is on, or that a descriptor of a mount refers to.
public func mountID(of file: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> MountID {
  try uniqueID(try statx(at: file, "", .emptyPath, .uniqueMountID))
}

private func uniqueID(_ status: FileStatus) throws(SystemCallError) -> MountID {
  guard let id = status.mountID else {
    throw SystemCallError(
      call: "statx", errno: .noFunction, arguments: [.init(name: "mask", value: "STATX_MNT_ID_UNIQUE")],
      needs: KernelVersion(6, 8))
  }
  return id
}
