import OCISpec

// What an error calls a step: with the property that it is for, where it is for one.

/// In bytes: a step may have all of a command's arguments.
private let longestStep = 1024

extension Plan {
  func failing(_ step: HostStep) -> String {
    let property = properties.first { $0.step == step }?.property ?? step.property
    return (property.map { "\($0): " } ?? "") + "\(step)".shortened(to: longestStep)
  }
}

extension HostStep {
  fileprivate var property: String? {
    switch self {
    case .write(let file, _) where file.hasSuffix("/devices.allow") || file.hasSuffix("/devices.deny"):
      "linux.resources.devices"
    case .attachDevices: "linux.resources.devices"
    case .writeOfChild("oom_score_adj", _): "process.oomScoreAdj"
    case .writeOfChild("uid_map", _): "linux.uidMappings"
    case .writeOfChild("gid_map", _): "linux.gidMappings"
    case .moveDevice(let name, _): "linux.netDevices.\(name)"
    default: nil
    }
  }
}

extension ChildStep {
  /// Of a command it has the word that engines look for.
  var failing: String {
    if case .exec = self { return "exec\(description.dropFirst("execve".count))".shortened(to: longestStep) }
    return (property.map { "\($0): " } ?? "") + description.shortened(to: longestStep)
  }

  private var property: String? {
    switch self {
    case .joinNamespace: "linux.namespaces"
    case .unshareTime: "linux.timeOffsets"
    case .sysctl: "linux.sysctl"
    case .mask: "linux.maskedPaths"
    case .makeReadOnly: "linux.readonlyPaths"
    case .limit: "process.rlimits"
    case .setScheduler: "process.scheduler"
    case .setIOPriority: "process.ioPriority"
    case .setMemoryPolicy: "linux.memoryPolicy"
    case .setPersonality: "linux.personality"
    case .setUser: "process.user"
    default: nil
    }
  }
}
