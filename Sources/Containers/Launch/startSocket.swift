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

extension ContainerRecord {
  /// The container's namespaces as its process tells them, while it waits to be started.
  ///
  /// - Returns: none where it doesn't, or runs by now: then its pidfd leads to them.
  func askForNamespaces(_ directory: ContainerDirectory) throws(SystemCallError) -> ReceivedDescriptors {
    guard tellsNamespaces, let connection = try? connect(to: directory.socket) else { return .init() }
    do {
      try connection.write([StartRequest.namespaces])
      guard var message = try Child.receive(connection) else { return .init() }
      return message.takeDescriptors()
    } catch {
      // It has been started meanwhile.
      if error.errno == .brokenPipe || error.errno == .connectionReset { return .init() }
      throw error
    }
  }
}

/// An address has 108 bytes.
private func inDirectory(of path: String, _ body: (String) throws -> Void) throws {
  if path.utf8.count < 108 { return try body(path) }
  let file = FilePath(path)
  let directory = try open(file.removingLastComponent(), [.path, .directory])
  try body("/proc/self/fd/\(directory.rawValue)/\(file.lastComponent?.string ?? "")")
}
