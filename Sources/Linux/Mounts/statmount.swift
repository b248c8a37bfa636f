import CLinux
import SystemPackage

/// statmount(&req, buf, bufsize, 0)
///
/// Everything about one mount, without reading and parsing /proc/self/mountinfo.
///
///     let status = try statmount(try mountID(of: "/proc"))
///     print(status.filesystemType ?? "", status.mount?.attributes ?? [])
///
/// - Parameters:
///   - mask: what is wanted; the kernel leaves out what it doesn't know.
///   - namespace: another mount namespace than the caller's. Linux 6.11.
/// - Throws: ENOENT where the namespace has no such mount; EPERM for one that the caller's root directory doesn't
///   reach, without CAP_SYS_ADMIN; ENOSYS before Linux 6.8.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/statmount.2.html>
public func statmount(
  _ mount: MountID, _ mask: StatMountFields = .all, in namespace: MountNamespaceID? = nil
) throws(SystemCallError) -> MountStatus {
  var request = Request(mount, param: mask.rawValue, namespace)
  var capacity = 4096
  while true {
    let buffer = UnsafeMutableRawBufferPointer.allocate(
      byteCount: capacity, alignment: MemoryLayout<clinux_statmount>.alignment)
    defer { buffer.deallocate() }
    let result = withUnsafeMutablePointer(to: &request.raw) {
      systemCall(__NR_statmount, address($0), address(buffer.baseAddress), capacity, 0)
    }
    // The texts don't fit. Options may be long; 4 MiB is far beyond what the kernel holds.
    if result == -Int(Errno.overflow.rawValue), capacity < 4 << 20 {
      capacity *= 4
      continue
    }
    try check(
      result, "statmount", ["mnt_id": mount, "param": mask, "mnt_ns_id": request.raw.mnt_ns_id],
      needs: KernelVersion(6, 8))
    let size = max(
      Int(buffer.loadUnaligned(as: clinux_statmount.self).size), MemoryLayout<clinux_statmount>.size)
    return MountStatus(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
  }
}

/// listmount(&req, mnt_ids, nr_mnt_ids, flags), as often as it takes
///
/// The mounts below one, children and grandchildren, the oldest first; not the mount itself, but for `.root` the
/// root's mount too: every mount of the namespace that the caller's root directory reaches.
///
///     for id in try listmount(.root) { print(try statmount(id).mountPoint ?? "") }
///
/// - Parameters:
///   - namespace: another mount namespace than the caller's. Linux 6.11.
///   - reverse: the youngest first. Linux 6.11.
/// - Throws: ENOENT where the namespace has no such mount; EPERM for one that the caller's root directory doesn't
///   reach, without CAP_SYS_ADMIN; ENOSYS before Linux 6.8.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/listmount.2.html>
public func listmount(
  _ mount: MountID = .root, in namespace: MountNamespaceID? = nil, reverse: Bool = false
) throws(SystemCallError) -> [MountID] {
  try listmount(mount, in: namespace, reverse: reverse, pageSize: 512)
}

func listmount(
  _ mount: MountID, in namespace: MountNamespaceID? = nil, reverse: Bool = false, pageSize: Int
) throws(SystemCallError) -> [MountID] {
  var request = Request(mount, param: 0, namespace)
  let flags = reverse ? Int(LINUX_LISTMOUNT_REVERSE) : 0
  var ids: [MountID] = []
  while true {
    var result = 0
    let page = [UInt64](unsafeUninitializedCapacity: pageSize) { buffer, filled in
      result = withUnsafeMutablePointer(to: &request.raw) {
        systemCall(__NR_listmount, address($0), address(buffer.baseAddress), pageSize, flags)
      }
      filled = max(result, 0)
    }
    try check(
      result, "listmount", ["mnt_id": mount, "mnt_ns_id": request.raw.mnt_ns_id, "flags": flags],
      needs: KernelVersion(6, 8))
    ids += page.map(MountID.init(rawValue:))
    guard result == pageSize, let last = page.last else { return ids }
    request.raw.param = last
  }
}

/// struct mnt_id_req. Without a namespace it has the size of Linux 6.8, which knows no longer one.
private struct Request {
  var raw = clinux_mnt_id_req()

  init(_ mount: MountID, param: UInt64, _ namespace: MountNamespaceID?) {
    raw.size = namespace == nil ? 24 : UInt32(MemoryLayout<clinux_mnt_id_req>.size)
    raw.mnt_id = mount.rawValue
    raw.param = param
    raw.mnt_ns_id = namespace?.rawValue ?? 0
  }
}
