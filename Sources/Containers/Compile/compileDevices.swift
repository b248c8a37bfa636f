import Linux
import OCISpec

/// The nodes, and the links that programs look for beside them.
///
/// - Parameters:
///   - canMakeNodes: whether the child can.
///   - hostMakesNodes: whether the host side can, for a child in a user namespace. The default ones it has already.
func compileDevices(
  _ request: ContainerRequest, _ user: UserPlan?, canMakeNodes: Bool, hostMakesNodes: Bool
) throws -> [ChildStep] {
  let configured = try request.config.linux.devices.enumerated().map { index, device in
    try compileDevice(device, "linux.devices[\(index)]")
  }
  try checkNull(configured, request.config.linux)
  let isMade = { (node: DeviceNode) in
    hostMakesNodes && node.type != .fifo && user?.maps(uid: node.uid) == true
      && user?.maps(gid: node.gid) == true
  }
  let made = configured.filter(isMade)
  return (made.isEmpty ? [] : [.placeNodes(made)])
    + (configured.filter { !isMade($0) } + missingDefaults(request, configured)).map { node in
      canMakeNodes || node.type == .fifo ? .makeNode(node) : .bindNode(node)
    }
    + [
      .makeLink(target: "/proc/self/fd", path: "/dev/fd"),
      .makeLink(target: "/proc/self/fd/0", path: "/dev/stdin"),
      .makeLink(target: "/proc/self/fd/1", path: "/dev/stdout"),
      .makeLink(target: "/proc/self/fd/2", path: "/dev/stderr"),
      .makeLink(target: "pts/ptmx", path: "/dev/ptmx"),
    ]
}

/// The specification's default devices: a bundle's container has them without being told.
private func missingDefaults(_ request: ContainerRequest, _ configured: [DeviceNode]) -> [DeviceNode] {
  guard request.bundle != nil else { return [] }
  let defaults: [(String, UInt32, UInt32)] = [
    ("/dev/null", 1, 3), ("/dev/zero", 1, 5), ("/dev/full", 1, 7), ("/dev/random", 1, 8),
    ("/dev/urandom", 1, 9), ("/dev/tty", 5, 0),
  ]
  return defaults.filter { path, _, _ in
    !configured.contains { pathComponents($0.path) == pathComponents(path) }
  }
  .map { DeviceNode($0.0, DeviceNumber($0.1, $0.2)) }
}

/// Files are hidden behind the container's own /dev/null.
private func checkNull(_ configured: [DeviceNode], _ linux: LinuxConfig) throws {
  let null = configured.firstIndex { pathComponents($0.path) == ["dev", "null"] }
  guard let null, !linux.maskedPaths.isEmpty else { return }
  let node = configured[null]
  if node.type != .characterDevice || node.number != DeviceNumber(1, 3) {
    throw CompileError(
      "linux.devices[\(null)]",
      "the \(node) is not the null device, c 1:3, behind which files of linux.maskedPaths are hidden")
  }
}

private func compileDevice(_ device: Device, _ property: String) throws -> DeviceNode {
  if device.type == .fifo {
    return DeviceNode(
      device.path, DeviceNumber(0, 0), type: .fifo, mode: device.fileMode ?? 0o666, uid: device.uid ?? 0,
      gid: device.gid ?? 0)
  }
  guard let major = device.major.flatMap(UInt32.init(exactly:)),
    let minor = device.minor.flatMap(UInt32.init(exactly:))
  else { throw CompileError(property, "\(device.path) has no number that a device can have") }
  return DeviceNode(
    device.path, DeviceNumber(major, minor), type: device.type == .block ? .blockDevice : .characterDevice,
    mode: (device.fileMode ?? 0o666) & 0o7777, uid: device.uid ?? 0, gid: device.gid ?? 0)
}

extension DeviceNode {
  /// The owner as he is outside of the container's user namespace.
  func withOwner(_ user: UserPlan?) -> DeviceNode {
    func outside(_ id: UInt32, _ map: [IDMapping]?) -> UInt32 {
      let line = map?.first { id >= $0.inside && id - $0.inside < $0.count }
      return line.map { $0.outside + (id - $0.inside) } ?? id
    }
    var node = self
    node.uid = outside(uid, user?.uids)
    node.gid = outside(gid, user?.gids)
    return node
  }
}
