import Linux
import OCISpec

/// The nodes, and the links that programs look for beside them.
func compileDevices(_ request: ContainerRequest, _ user: UserPlan?) throws -> [ChildStep] {
  try request.config.linux.devices.enumerated().map { index, device in
    let node = try compileDevice(device, "linux.devices[\(index)]")
    return user == nil ? .makeNode(node) : .bindNode(node)
  }
    + [
      .makeLink(target: "/proc/self/fd", path: "/dev/fd"),
      .makeLink(target: "/proc/self/fd/0", path: "/dev/stdin"),
      .makeLink(target: "/proc/self/fd/1", path: "/dev/stdout"),
      .makeLink(target: "/proc/self/fd/2", path: "/dev/stderr"),
      .makeLink(target: "pts/ptmx", path: "/dev/ptmx"),
    ]
}

private func compileDevice(_ device: Device, _ property: String) throws -> DeviceNode {
  guard device.type == .character, let major = device.major.flatMap(UInt32.init(exactly:)),
    let minor = device.minor.flatMap(UInt32.init(exactly:))
  else { throw CompileError(property, "only character devices with a number are made yet") }
  return DeviceNode(device.path, DeviceNumber(major, minor), mode: device.fileMode ?? 0o666)
}
