import OCISpec

/// What the cgroups of a container come to.
struct CgroupPlan {
  /// Made and written before the clone.
  var prepare: [HostStep] = []
  /// The v2 cgroup that the child is born in.
  var birthplace: String?
  /// The v1 cgroups that the child enters.
  var joins: [String] = []
  /// The hierarchies that the container sees: those in which something is limited, and v2.
  var visible: [CgroupHierarchy] = []
  var remarks: [String] = []
}

/// One setting: which controller, and what to write in which version.
private struct Setting {
  var controller: String
  /// The option's name in messages.
  var property: String
  var v1: [(file: String, value: String)]
  var v2: [(file: String, value: String)]
  /// Whether v1 needs swap accounting for it.
  var needsSwapLimit = false
}

/// Puts each setting into the hierarchy that has its controller: v1 where it is mounted there, else v2.
///
/// A setting that this machine can't apply is refused. Without one, and without a cgroup that can be written, the
/// container runs in the caller's cgroups, and a remark says so.
func compileCgroups(_ request: ContainerRequest, _ host: HostFacts) throws -> CgroupPlan {
  let resources = request.config.linux.resources
  let name = "cooper-\(request.id)"
  let swapByDefault = host.cgroups.contains { $0.controllers.contains("memory") && $0.hasSwapLimit }
  var plan = CgroupPlan()
  var writes: [(hierarchy: CgroupHierarchy, settings: [Setting])] = []

  for setting in try settings(resources, swapByDefault: swapByDefault) {
    let hierarchy = try findHierarchy(setting, host.cgroups)
    if let index = writes.firstIndex(where: { $0.hierarchy == hierarchy }) {
      writes[index].settings.append(setting)
    } else {
      writes.append((hierarchy, [setting]))
    }
  }
  // Device rules of v2 are a program, not a file: here only v1 has them.
  if let devices = host.cgroups.first(where: {
    $0.version == .v1 && $0.controllers.contains("devices") && $0.isWritable
  }),
    let allowed = resources.devices
  {
    let rules = [(file: "devices.deny", value: "a")] + allowed.map { ("devices.allow", rule($0)) }
    writes.append(
      (devices, [Setting(controller: "devices", property: "linux.resources.devices", v1: rules, v2: [])]))
  } else if resources.devices != nil {
    plan.remarks.append("no limit of device access: there is no devices hierarchy of cgroup v1 to write to")
  }
  // A cgroup of its own where that costs nothing: the clone puts the child there.
  if !writes.contains(where: { $0.hierarchy.version == .v2 }),
    let unified = host.cgroups.first(where: { $0.version == .v2 && $0.isWritable })
  {
    writes.append((unified, []))
  }
  plan.visible = writes.map(\.hierarchy)
  // In a hierarchy where it has no cgroup, the container's cgroup namespace would begin at the caller's: who is root in
  // a user namespace of its own could mount that, and write to it.
  for hierarchy in host.cgroups where hierarchy.version == .v1 && hierarchy.isWritable {
    if !writes.contains(where: { $0.hierarchy == hierarchy }) { writes.append((hierarchy, [])) }
  }
  if writes.isEmpty { plan.remarks.append("no cgroup of its own: no cgroup hierarchy can be written") }

  for (hierarchy, settings) in writes { add(hierarchy, settings, name, to: &plan) }
  return plan
}

/// The limits are on a cgroup, and the container in one below it, which is the root of its cgroup namespace: it can't
/// lift what is above its root.
private func add(
  _ hierarchy: CgroupHierarchy, _ settings: [Setting], _ name: String, to plan: inout CgroupPlan
) {
  let path = "\(hierarchy.mountPoint)/\(name)"
  let isV2 = hierarchy.version == .v2
  if isV2 {
    var missing: [String] = []
    for controller in settings.map(\.controller)
    where !hierarchy.enabled.contains(controller) && !missing.contains(controller) {
      missing.append(controller)
    }
    if !missing.isEmpty {
      plan.prepare.append(
        .write(
          file: "\(hierarchy.mountPoint)/cgroup.subtree_control",
          value: missing.map { "+\($0)" }.joined(separator: " ")))
    }
  }
  plan.prepare += make(path, hierarchy)
  for (file, value) in settings.flatMap({ isV2 ? $0.v2 : $0.v1 }) {
    plan.prepare.append(.write(file: "\(path)/\(file)", value: value))
  }
  var own = path
  if !settings.isEmpty {
    own += "/container"
    plan.prepare += make(own, hierarchy)
  }
  if isV2 { plan.birthplace = own } else { plan.joins.append(own) }
}

private func make(_ path: String, _ hierarchy: CgroupHierarchy) -> [HostStep] {
  guard let cpuset = hierarchy.cpuset else { return [.makeCgroup(path)] }
  return [
    .makeCgroup(path), .write(file: "\(path)/cpuset.cpus", value: cpuset.cpus),
    .write(file: "\(path)/cpuset.mems", value: cpuset.mems),
  ]
}

private func findHierarchy(_ setting: Setting, _ cgroups: [CgroupHierarchy]) throws -> CgroupHierarchy {
  let candidates = cgroups.filter { $0.controllers.contains(setting.controller) }
  guard let found = candidates.first(where: { $0.version == .v1 }) ?? candidates.first else {
    throw CompileError(
      setting.property, "no cgroup hierarchy of this machine has the \(setting.controller) controller")
  }
  guard found.isWritable else {
    throw CompileError(setting.property, "the cgroup hierarchy \(found.mountPoint) can't be written")
  }
  if setting.needsSwapLimit && !found.hasSwapLimit {
    throw CompileError(
      setting.property, "this kernel doesn't count swap (\(found.mountPoint) has no memory.memsw)")
  }
  return found
}

private func settings(_ resources: Resources, swapByDefault: Bool) throws -> [Setting] {
  var settings: [Setting] = []
  if let limit = resources.memory.limit {
    settings.append(
      Setting(
        controller: "memory", property: "linux.resources.memory.limit",
        v1: [("memory.limit_in_bytes", "\(limit)")], v2: [("memory.max", "\(limit)")]))
  }
  if let swap = resources.memory.swap
    ?? (swapByDefault ? resources.memory.limit.map { $0 > .max / 2 ? -1 : $0 * 2 } : nil)
  {
    guard let limit = resources.memory.limit else {
      throw CompileError("linux.resources.memory.swap", "it needs a limit of memory beside it")
    }
    if swap != -1 && swap < limit {
      throw CompileError(
        "linux.resources.memory.swap", "it is memory and swap together, and less than memory")
    }
    settings.append(
      Setting(
        controller: "memory", property: "linux.resources.memory.swap",
        v1: [("memory.memsw.limit_in_bytes", "\(swap)")],
        v2: [("memory.swap.max", swap == -1 ? "max" : "\(swap - limit)")], needsSwapLimit: true))
  }
  let cpu = resources.cpu
  if let quota = cpu.quota {
    let period = cpu.period ?? 100_000
    settings.append(
      Setting(
        controller: "cpu", property: "linux.resources.cpu.quota",
        v1: [("cpu.cfs_period_us", "\(period)"), ("cpu.cfs_quota_us", "\(quota)")],
        v2: [("cpu.max", "\(quota < 0 ? "max" : "\(quota)") \(period)")]))
  }
  if let shares = cpu.shares {
    settings.append(
      Setting(
        controller: "cpu", property: "linux.resources.cpu.shares", v1: [("cpu.shares", "\(shares)")],
        v2: [("cpu.weight", "\(weight(shares: shares))")]))
  }
  if let limit = resources.pids.limit {
    let value = limit < 0 ? "max" : "\(limit)"
    settings.append(
      Setting(
        controller: "pids", property: "linux.resources.pids.limit", v1: [("pids.max", value)],
        v2: [("pids.max", value)]))
  }
  return settings
}

/// v1's 2…262144 on v2's 1…10000, as the specification's runtimes do it.
func weight(shares: UInt64) -> UInt64 { 1 + ((min(max(shares, 2), 262_144) - 2) * 9999) / 262_142 }

private func rule(_ device: AllowedDevice) -> String {
  func text(_ number: UInt32?) -> String { number.map { "\($0)" } ?? "*" }
  return "\(device.type.rawValue) \(text(device.major)):\(text(device.minor)) \(device.access)"
}
