import OCISpec

/// Network devices go to where nobody else is: into a network namespace of the container's own, or one that it enters.
func compileDevicesToMove(_ linux: LinuxConfig, _ user: UserPlan?) throws -> [HostStep] {
  let property = "linux.netDevices"
  guard !linux.netDevices.members.isEmpty else { return [] }
  guard linux.makesNamespace(.network) else {
    throw CompileError(
      property, "unable to move network devices without a NET namespace of the container's own")
  }
  var names: [String] = []
  return try linux.netDevices.members.map { member in
    let new = member.value.name ?? member.name
    let name = new.isEmpty ? member.name : new
    if names.contains(name) {
      throw CompileError("\(property).\(member.name).name", "\(name) is there twice")
    }
    names.append(name)
    for text in [member.name, name] where !isDeviceName(text) {
      throw CompileError("\(property).\(member.name)", "\"\(text)\" is no name of a network device")
    }
    return .moveDevice(member.name, as: name)
  }
}

/// 1 to 15 bytes, without what would be a path or a pattern.
private func isDeviceName(_ name: String) -> Bool {
  !name.isEmpty && name.utf8.count < 16 && name != "." && name != ".."
    && name.utf8.allSatisfy {
      $0 > 0x20 && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "%")
    }
}
