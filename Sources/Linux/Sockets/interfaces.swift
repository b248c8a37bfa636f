import CLinux
import SystemPackage

/// ioctl(sockfd, SIOCGIFFLAGS, &request)
///
///     let flags = try getInterfaceFlags(socket(.datagram), "lo")
///
/// - Parameter sockfd: any socket; it is its network namespace that counts.
/// - Throws: ENODEV where there is no such interface.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/netdevice.7.html>
public func getInterfaceFlags(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ name: String
) throws(SystemCallError) -> InterfaceFlags {
  let flags = try interface(sockfd.number, LINUX_SIOCGIFFLAGS, "SIOCGIFFLAGS", name)
  return InterfaceFlags(rawValue: flags)
}

/// ioctl(sockfd, SIOCSIFFLAGS, &request)
///
/// Sets the flags of a network interface. A new network namespace has a loopback, and it is down:
///
///     try setInterfaceFlags(socket(.datagram), "lo", .up)
///
/// - Parameters:
///   - sockfd: any socket; it is its network namespace that counts.
///   - flags: all of them. Those that tell what the interface is are left as they are.
/// - Throws: ENODEV where there is no such interface; EPERM without CAP_NET_ADMIN in the user namespace that owns the
///   network namespace.
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/netdevice.7.html>
public func setInterfaceFlags(
  _ sockfd: borrowing some DescriptorLike & ~Copyable, _ name: String, _ flags: InterfaceFlags
) throws(SystemCallError) {
  try interface(sockfd.number, LINUX_SIOCSIFFLAGS, "SIOCSIFFLAGS", name, flags)
}

/// The request has room for 15 bytes of a name; the kernel has no longer ones.
@discardableResult
private func interface(
  _ socket: Int, _ operation: some BinaryInteger, _ operationName: StaticString, _ name: String,
  _ flags: InterfaceFlags? = nil
) throws(SystemCallError) -> UInt16 {
  var request = clinux_ifreq()
  request.flags = Int16(bitPattern: flags?.rawValue ?? 0)
  let room = MemoryLayout.size(ofValue: request.name)
  let fits = name.utf8.count < room && !name.utf8.contains(0)
  withUnsafeMutableBytes(of: &request.name) { if fits { $0.copyBytes(from: name.utf8) } }
  let result =
    fits
    ? withUnsafeMutablePointer(to: &request) {
      systemCall(__NR_ioctl, socket, Int(operation), address($0))
    } : -Int(Errno.operationNotSupportedByDevice.rawValue)
  // Described here, since `check` describes its arguments only when there is an error.
  if result < 0 {
    let operation = Bare("\(operationName)")
    try check(
      result, "ioctl",
      flags.map { ["fd": socket, "op": operation, "name": name, "flags": $0] }
        ?? ["fd": socket, "op": operation, "name": name])
  }
  return UInt16(bitPattern: request.flags)
}
