import Linux
import SystemPackage

/// socket, bind and listen. A path that is too long for an address is reached through its directory's descriptor.
func listen(at path: String) throws -> Descriptor {
  let socket = try socket(.sequencedPacket)
  try inDirectory(of: path) { name in try bind(socket, .path(FilePath(name))) }
  try listen(socket, backlog: 1)
  return socket
}

/// What is said to a container that waits to be started, and tells its namespaces.
enum StartRequest {
  static let go = UInt8(ascii: "g")
  static let namespaces = UInt8(ascii: "n")
}

/// Connects to the socket of a container that waits to be started.
func connect(to path: String) throws -> Descriptor {
  let socket = try socket(.sequencedPacket)
  try inDirectory(of: path) { name in try connect(socket, .path(FilePath(name))) }
  return socket
}

/// An address has 108 bytes.
private func inDirectory(of path: String, _ body: (String) throws -> Void) throws {
  if path.utf8.count < 108 { return try body(path) }
  let file = FilePath(path)
  let directory = try open(file.removingLastComponent(), [.path, .directory])
  try body("/proc/self/fd/\(directory.rawValue)/\(file.lastComponent?.string ?? "")")
}
