import CLinux
import SystemPackage

/// How mounts and unmounts at one place reach the other places that show it.
public enum MountPropagation: Sendable, Hashable, CaseIterable {
  case shared, slave, `private`, unbindable

  /// MS_SHARED and so on, as mount(2) takes them and statmount(2) tells them.
  public var flags: MountFlags {
    switch self {
    case .shared: .shared
    case .slave: .slave
    case .private: .private
    case .unbindable: .unbindable
    }
  }
}

/// What mount_setattr(2) changes of a mount, struct mount_attr.
///
/// A setting of access times (`noATime`, `strictATime`, or neither) is changed by clearing `accessTime` too:
///
///     MountAttributeChange(set: [.readOnly, .noATime], clear: .accessTime)
public struct MountAttributeChange: Hashable, Sendable {
  public var set: MountAttributes
  public var clear: MountAttributes
  /// Nil leaves it as it is.
  public var propagation: MountPropagation?
  /// The user namespace whose id map the mount shows owners through; sets `idMap`. Linux 5.12.
  public var userNamespace: FileDescriptor?

  public init(
    set: MountAttributes = [], clear: MountAttributes = [], propagation: MountPropagation? = nil,
    userNamespace: FileDescriptor? = nil
  ) {
    self.set = set
    self.clear = clear
    self.propagation = propagation
    self.userNamespace = userNamespace
  }

  private var allSet: MountAttributes { userNamespace == nil ? set : set.union(.idMap) }

  func withAddress(_ body: (_ address: Int, _ size: Int) -> Int) -> Int {
    var attributes = clinux_mount_attr()
    attributes.attr_set = allSet.rawValue
    attributes.attr_clr = clear.rawValue
    attributes.propagation = UInt64(propagation?.flags.rawValue ?? 0)
    attributes.userns_fd = UInt64(bitPattern: Int64(userNamespace?.rawValue ?? 0))
    return withUnsafeMutablePointer(to: &attributes) {
      body(address($0), MemoryLayout<clinux_mount_attr>.size)
    }
  }
}

extension MountAttributeChange: CustomStringConvertible {
  /// "{attr_set: MOUNT_ATTR_RDONLY, propagation: MS_PRIVATE}"
  public var description: String {
    var parts: [String] = []
    if !allSet.isEmpty { parts.append("attr_set: \(allSet)") }
    if !clear.isEmpty { parts.append("attr_clr: \(clear)") }
    if let propagation { parts.append("propagation: \(propagation.flags)") }
    if let userNamespace { parts.append("userns_fd: \(userNamespace.rawValue)") }
    return "{\(parts.joined(separator: ", "))}"
  }
}

/// mount_setattr(AT_FDCWD, pathname, flags, &attr, sizeof attr)
///
/// Changes attributes of the mount at `pathname`, with `recursive` of all below it: on all of them or, when it
/// fails, on none.
///
///     try mount_setattr("/", .recursive, MountAttributeChange(propagation: .private))
///
/// - Throws: EINVAL where `pathname` is no mount point, where an access time is set and not cleared, and where the
///   filesystem takes no id map; EPERM without CAP_SYS_ADMIN, for an attribute that is locked, and for an id map on
///   a mount that has one or is not detached; EBADF for a descriptor that is no user namespace.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/mount_setattr.2.html>
public func mount_setattr(
  _ pathname: some PathLike, _ flags: MountSetAttrFlags, _ attr: MountAttributeChange
) throws(SystemCallError) {
  try mount_setattr(at: .currentDirectory, pathname, flags, attr)
}

/// mount_setattr(AT_FDCWD, pathname, 0, &attr, sizeof attr)
public func mount_setattr(
  _ pathname: some PathLike, _ attr: MountAttributeChange
) throws(SystemCallError) {
  try mount_setattr(at: .currentDirectory, pathname, [], attr)
}

/// mount_setattr(mount, "", AT_EMPTY_PATH, &attr, sizeof attr)
public func mount_setattr(
  _ mount: borrowing MountDescriptor, _ attr: MountAttributeChange, recursive: Bool = false
) throws(SystemCallError) {
  try mount_setattr(at: mount, "", recursive ? [.emptyPath, .recursive] : .emptyPath, attr)
}

/// mount_setattr(dirfd, pathname, flags, &attr, sizeof attr)
public func mount_setattr(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike,
  _ flags: MountSetAttrFlags, _ attr: MountAttributeChange
) throws(SystemCallError) {
  let directory = dirfd.number
  let result = pathname._withAddress { pathname in
    attr.withAddress { systemCall(__NR_mount_setattr, directory, pathname, Int(flags.rawValue), $0, $1) }
  }
  try check(
    result, "mount_setattr",
    ["dirfd": described(directory), "pathname": pathname, "flags": flags, "attr": attr],
    needs: KernelVersion(5, 12))
}
