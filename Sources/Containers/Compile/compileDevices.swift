import Linux
import OCISpec

/// The nodes, and the links that programs look for beside them.
func compileDevices(_ request: ContainerRequest, canMakeNodes: Bool) throws -> [ChildStep] {
  let configured = try request.config.linux.devices.enumerated().map { index, device in
    try compileDevice(device, "linux.devices[\(index)]")
  }
  return (configured + missingDefaults(request, configured)).map { node in
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
