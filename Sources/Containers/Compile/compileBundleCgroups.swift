import Linux
import OCISpec

/// The cgroups of a bundle's container: one in each hierarchy, at the path that the configuration names, with the
/// limits on it and the container in it. Whoever names the path, looks there for the container.
func compileBundleCgroups(
  _ request: ContainerRequest, _ settings: [CgroupSetting], _ host: HostFacts
) throws -> CgroupPlan {
  let names = try cgroupNames(request)
  let writable = host.cgroups.filter(\.isWritable)
  var plan = CgroupPlan()
  for setting in settings where !setting.isCore { _ = try findHierarchy(setting, host) }
  for hierarchy in writable {
    let own = try settings.filter { setting in
      if setting.isCore { return hierarchy.version == .v2 }
      return try findHierarchy(setting, host) == hierarchy
    }
    try add(
      hierarchy, own, names, isAlone: writable.count == 1,
      makesNodes: !request.config.linux.hasNamespace(.user), to: &plan)
  }
  try addDeviceRules(request.config.linux.resources.devices, writable, names, host, to: &plan)
  plan.visible = writable.map {
    VisibleCgroup(hierarchy: $0, path: "\($0.base)/\(names.joined(separator: "/"))")
  }
  for cgroup in plan.visible where cgroup.hierarchy.version == .v2 {
    plan.limits += delegation(of: cgroup.path, request, host)
  }
  if writable.isEmpty {
    let reason = host.cgroups.firstResult(\.refusal) ?? "no cgroup hierarchy can be written"
    if request.bundle?.requiresCgroup == true { throw CompileError("linux.cgroupsPath", reason) }
    plan.remarks.append("no cgroup of its own: \(reason)")
  }
  return plan
}

/// The path's names, below each hierarchy's base.
func cgroupNames(_ request: ContainerRequest) throws -> [String] {
  guard let path = request.config.linux.cgroupsPath, !path.isEmpty else { return [request.id] }
  let property = "linux.cgroupsPath"
  if path.utf8.contains(0) { throw CompileError(property, "it has a NUL") }
  if path.utf8.contains(UInt8(ascii: ":")) && !path.begins(with: "/") {
    throw CompileError(property, "\(path) is a path for systemd, which is not asked for")
  }
  let names = pathComponents(path)
  if names.contains("..") { throw CompileError(property, "\(path): .. has no place in it") }
  if names.isEmpty { throw CompileError(property, "\(path) is the root, which is everybody's") }
  return names
}

private func add(
  _ hierarchy: CgroupHierarchy, _ settings: [CgroupSetting], _ names: [String], isAlone: Bool,
  makesNodes: Bool, to plan: inout CgroupPlan
) throws {
  let paths = names.indices.map { "\(hierarchy.base)/\(names[...$0].joined(separator: "/"))" }
  let path = paths[paths.count - 1]
  if hierarchy.version == .v2 {
    let needed = settings.filter { !$0.isCore }.map(\.nameInV2)
    let passedOn =
      isAlone ? hierarchy.controllers : hierarchy.controllers.filter { needed.contains($0) }
    if !passedOn.isEmpty {
      if !passedOn.allSatisfy({ hierarchy.enabled.contains($0) }) {
        plan.prepare.append(.enable(passedOn, in: hierarchy.base))
      }
      for above in paths.dropLast() { plan.prepare += [.shareCgroup(above), .enable(passedOn, in: above)] }
    } else {
      plan.prepare += paths.dropLast().map { .shareCgroup($0) }
    }
    plan.prepare.append(.takeCgroup(path))
    plan.birthplace = path
  } else {
    for (index, path) in paths.enumerated() {
      plan.prepare.append(index == paths.count - 1 ? .takeCgroup(path) : .shareCgroup(path))
      if hierarchy.beginsEmpty { plan.prepare.append(.fillCpuset(path)) }
    }
    // Its rules hold for the nodes that are yet to be made.
    let isLate = hierarchy.controllers.contains("devices") && makesNodes
    if isLate { plan.lateJoins.append(.joinCgroup(path)) } else { plan.joins.append(.joinCgroup(path)) }
  }
  for setting in settings {
    let steps = try plan.write(setting, path, hierarchy.version)
    if setting.comesLate { plan.attach += steps } else { plan.limits += steps }
  }
}

private func addDeviceRules(
  _ rules: [DeviceRule], _ hierarchies: [CgroupHierarchy], _ names: [String], _ host: HostFacts,
  to plan: inout CgroupPlan
) throws {
  let all = withDefaultDevices(rules)
  let end = names.joined(separator: "/")
  if let devices = hierarchies.first(where: { $0.version == .v1 && $0.controllers.contains("devices") }) {
    for rule in all {
      let file = "\(devices.base)/\(end)/devices.\(rule.allow ? "allow" : "deny")"
      plan.limits += ruleTexts(rule).map { .write(file: file, value: $0) }
    }
  } else if !rules.isEmpty {
    let unified = hierarchies.first { $0.version == .v2 }
    try addDeviceProgram(all, unified.map { "\($0.base)/\(end)" }, host, to: &plan)
  }
}

/// The devices that the specification gives to every container, and terminals, whatever the rules before say. Making
/// nodes of others is allowed to whom has the capability: opening them is not.
func withDefaultDevices(_ rules: [DeviceRule]) -> [DeviceRule] {
  if rules.isEmpty { return [] }
  let characters: [(Int64, Int64?)] = [
    (1, 3), (1, 5), (1, 7), (1, 8), (1, 9), (5, 0), (5, 2), (136, nil),
  ]
  let makesNodes = ["c", "b"].map { DeviceRule(allow: true, $0, nil, nil, "m") }
  return rules + characters.map { DeviceRule(allow: true, "c", $0.0, $0.1) } + makesNodes
}
