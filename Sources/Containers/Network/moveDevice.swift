import CLinux
import Linux
import SystemPackage

/// Moves a network device into a process's network namespace: with its lasting addresses of global reach, under its new
/// name, and up.
func moveDevice(_ name: String, as newName: String, into process: ProcessID) throws {
  let what = "move the network device \(name)"
  let index = try interfaceIndex(name)
  let host = try Netlink()
  let addresses = try lastingAddresses(index, host)
  // struct ifinfomsg: family, type, index, flags, change
  let link = bytes(of: UInt32(0)) + bytes(of: index) + bytes(of: UInt32(0)) + bytes(of: UInt32(0))
  let (setLink, newName_, namespace): (UInt16, UInt16, UInt16) = (19, 3, 19)
  try host.request(
    setLink, 0,
    link + attribute(newName_, Array(newName.utf8) + [0]) + attribute(namespace, bytes(of: UInt32(process))),
    what)
  try inNetwork(of: process) {
    let network = try Netlink()
    let moved = try interfaceIndex(newName)
    for address in addresses { try network.request(20, 0x600, address.message(of: moved), what) }
    let up: UInt32 = 1
    let link = bytes(of: UInt32(0)) + bytes(of: moved) + bytes(of: up) + bytes(of: up)
    try network.request(setLink, 0, link, what)
  }
}

/// An address of a device: struct ifaddrmsg, and its attributes.
private struct InterfaceAddress {
  var header: [UInt8]
  var attributes: [UInt8]

  func message(of index: Int32) -> [UInt8] { Array(header[..<4]) + bytes(of: index) + attributes }
}

/// Those that don't expire, and that others than the machine itself can reach.
private func lastingAddresses(_ index: Int32, _ network: borrowing Netlink) throws -> [InterfaceAddress] {
  let getAddress: UInt16 = 22
  return try network.dump(getAddress, bytes(of: UInt64(0))).compactMap { answer in
    guard answer.payload.count >= 8 else { return nil }
    let owner = answer.payload.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 4, as: Int32.self) }
    let (permanent, global): (UInt8, UInt8) = (0x80, 0)
    guard owner == index, answer.payload[2] & permanent != 0, answer.payload[3] == global else { return nil }
    return InterfaceAddress(
      header: Array(answer.payload[..<8]), attributes: kept(Array(answer.payload[8...])))
  }
}

/// The address, its peer's, the broadcast address, and the label's absence: a label begins with the device's old name.
private func kept(_ attributes: [UInt8]) -> [UInt8] {
  var rest = attributes[...]
  var kept: [UInt8] = []
  while rest.count >= 4 {
    let (length, type) = rest.withUnsafeBytes { bytes in
      (
        Int(bytes.loadUnaligned(as: UInt16.self)), bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)
      )
    }
    guard length >= 4, length <= rest.count else { break }
    if [1, 2, 4].contains(type) { kept += attribute(type, Array(rest.dropFirst(4).prefix(length - 4))) }
    rest = rest.dropFirst((length + 3) & ~3)
  }
  return kept
}

/// ioctl(SIOCGIFINDEX)
private func interfaceIndex(_ name: String) throws -> Int32 {
  guard !name.isEmpty, name.utf8.count < 16 else {
    throw ContainerError("\"\(name)\" is no name of a network device: it has 1 to 15 bytes")
  }
  let (inet, datagram, getIndex) = (2, 2, 0x8933)
  let result = systemCall(__NR_socket, inet, datagram | Int(LINUX_O_CLOEXEC), 0)
  let socket = Descriptor(owning: CInt(try check(result, "socket", ["domain": "AF_INET"])))
  // struct ifreq: the name's 16 bytes, and the index.
  var request = Array(name.utf8) + [UInt8](repeating: 0, count: 40 - name.utf8.count)
  let found = request.withUnsafeMutableBytes {
    systemCall(__NR_ioctl, Int(socket.rawValue), getIndex, address($0.baseAddress))
  }
  withExtendedLifetime(socket) {}
  if found < 0 { throw ContainerError("there is no network device \(name)") }
  return request.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 16, as: Int32.self) }
}

/// In a child that enters the network namespace of a process.
private func inNetwork(of process: ProcessID, _ body: () throws -> Void) throws {
  var answer = try pipe()
  let target = try pidfd_open(process)
  let child = try clone([]) {
    do {
      try setns(target.fileDescriptor, .net)
      try body()
    } catch { try answer.writeEnd.write("\(error)") }
  }
  answer.closeWriteEnd()
  let text = String(decoding: try readToEnd(answer.takeReadEnd()), as: UTF8.self)
  _ = try waitpid(child)
  if !text.isEmpty { throw ContainerError(text) }
}
