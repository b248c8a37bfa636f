import OCISpec

/// What the cgroups of a container come to.
struct CgroupPlan {
  /// Made and written before the clone.
  var prepare: [HostStep] = []
  /// Written after all are made.
  var limits: [HostStep] = []
  /// The v2 cgroup that the child is born in.
  var birthplace: String?
  /// Made once the child is there.
  var attach: [HostStep] = []
  /// Decides about devices, once the child has made its own.
  var devices: [HostStep] = []
  /// How the child enters the others; the last ones once its root is made.
  var joins: [ChildStep] = []
  var lateJoins: [ChildStep] = []
  /// The hierarchies that the container sees: those in which something is limited, and v2.
  var visible: [VisibleCgroup] = []
  var remarks: [String] = []
  /// What the steps of settings are for.
  var properties: [StepProperty] = []

  /// The steps of a setting.
  mutating func write(
    _ setting: CgroupSetting, _ path: String, _ version: CgroupHierarchy.Version
  ) throws -> [HostStep] {
    let steps = try setting.steps(path, version)
    properties += steps.map { StepProperty(step: $0, property: setting.property) }
    return steps
  }
}

/// The container's cgroups, by the manager that was asked for, or the one that fits.
func compileCgroups(_ request: ContainerRequest, _ host: HostFacts) throws -> CgroupPlan {
  let swapByDefault = host.cgroups.contains { $0.controllers.contains("memory") && $0.hasSwapLimit }
  try checkPageSizes(request.config.linux.resources, host)
  let settings = try cgroupSettings(request.config.linux.resources, swapByDefault: swapByDefault)
  switch request.cgroupManager ?? suitableManager(settings, host) {
  case .cgroupfs where request.bundle != nil: return try compileBundleCgroups(request, settings, host)
  case .cgroupfs: return try compileFilesystem(request, settings, host)
  case .systemd: return try compileScope(request, settings, host)
  case .disabled:
    if let setting = settings.first { throw CompileError(setting.property, "cgroups are disabled") }
    return CgroupPlan()
  }
}

/// The filesystem, unless systemd can do what can't be done there.
private func suitableManager(_ settings: [CgroupSetting], _ host: HostFacts) -> CgroupManager {
  guard let systemd = host.systemd, systemd.hasBus, host.cgroups.allSatisfy({ $0.version == .v2 }) else {
    return .cgroupfs
  }
  if !host.cgroups.contains(where: \.isWritable) { return .systemd }
  if settings.allSatisfy({ (try? findHierarchy($0, host)) != nil }) { return .cgroupfs }
  return settings.allSatisfy { systemd.controllers.contains($0.nameInV2) } ? .systemd : .cgroupfs
}

/// Puts each setting into the hierarchy that has its controller: v1 where it is mounted there, else v2.
///
/// A setting that this machine can't apply is refused. Without one, and without a cgroup that can be written, the
/// container runs in the caller's cgroups, and a remark says so.
private func compileFilesystem(
  _ request: ContainerRequest, _ settings: [CgroupSetting], _ host: HostFacts
) throws -> CgroupPlan {
  let resources = request.config.linux.resources
  let name = "cooper-\(request.id)"
  var plan = CgroupPlan()
  var writes: [(hierarchy: CgroupHierarchy, settings: [CgroupSetting])] = []

  for setting in settings {
    let hierarchy = try findHierarchy(setting, host)
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
    !resources.devices.isEmpty
  {
    let rules = resources.devices.flatMap { rule in
      ruleTexts(rule).map { (file: rule.allow ? "devices.allow" : "devices.deny", value: $0) }
    }
    writes.append(
      (
        devices,
        [CgroupSetting("devices", "devices", v1: rules, v2: [])]
      ))
  } else if !resources.devices.isEmpty {
    try addDeviceProgram(
      resources.devices,
      host.cgroups.first { $0.version == .v2 && $0.isWritable }.map { "\($0.base)/\(name)" },
      host, to: &plan)
  }
  // A cgroup of its own where that costs nothing: the clone puts the child there.
  if !writes.contains(where: { $0.hierarchy.version == .v2 }),
    let unified = host.cgroups.first(where: { $0.version == .v2 && $0.isWritable })
  {
    writes.append((unified, []))
  }
  plan.visible = writes.map { VisibleCgroup(hierarchy: $0.hierarchy, path: "\($0.hierarchy.base)/\(name)") }
  // In a hierarchy where it has no cgroup, the container's cgroup namespace would begin at the caller's: who is root in
  // a user namespace of its own could mount that, and write to it.
  for hierarchy in host.cgroups where hierarchy.version == .v1 && hierarchy.isWritable {
    if !writes.contains(where: { $0.hierarchy == hierarchy }) { writes.append((hierarchy, [])) }
  }
  if writes.isEmpty {
    let reason = host.cgroups.firstResult(\.refusal) ?? "no cgroup hierarchy can be written"
    plan.remarks.append("no cgroup of its own: \(reason)")
  }

  for (hierarchy, settings) in writes { try add(hierarchy, settings, name, to: &plan) }
  return plan
}

/// The limits are on a cgroup, and the container in one below it, which is the root of its cgroup namespace: it can't
/// lift what is above its root.
private func add(
  _ hierarchy: CgroupHierarchy, _ settings: [CgroupSetting], _ name: String, to plan: inout CgroupPlan
) throws {
  let path = "\(hierarchy.base)/\(name)"
  let isV2 = hierarchy.version == .v2
  if isV2 {
    let missing = missingControllers(settings, hierarchy)
    if !missing.isEmpty && hierarchy.occupants == .ourselves {
      plan.prepare.append(.moveAside("\(hierarchy.base)/cooper"))
    }
    plan.prepare += missing.map { .write(file: "\(hierarchy.base)/cgroup.subtree_control", value: "+\($0)") }
  }
  plan.prepare += make(path, hierarchy)
  for setting in settings { plan.prepare += try plan.write(setting, path, hierarchy.version) }
  var own = path
  if !settings.isEmpty {
    own += "/container"
    plan.prepare += make(own, hierarchy)
  }
  if isV2 { plan.birthplace = own } else { plan.joins.append(.joinCgroup(own)) }
}

/// The controllers that the base doesn't pass on yet, each once.
private func missingControllers(_ settings: [CgroupSetting], _ hierarchy: CgroupHierarchy) -> [String] {
  settings.map(\.nameInV2).reduce(into: []) { missing, controller in
    if !hierarchy.enabled.contains(controller) && !missing.contains(controller) { missing.append(controller) }
  }
}

private func make(_ path: String, _ hierarchy: CgroupHierarchy) -> [HostStep] {
  [.makeCgroup(path)] + (hierarchy.beginsEmpty ? [.fillCpuset(path)] : [])
}

func findHierarchy(_ setting: CgroupSetting, _ host: HostFacts) throws -> CgroupHierarchy {
  let candidates = host.cgroups.filter { setting.isOf($0) }
  let (name, property) = (setting.controller, setting.property)
  if setting.isUnified && !host.cgroups.contains(where: { $0.version == .v2 }) {
    throw CompileError(property, "invalid configuration: there is no cgroup hierarchy of version 2")
  }
  guard let found = candidates.first(where: { $0.version == .v1 }) ?? candidates.first else {
    if let unified = host.cgroups.first(where: { $0.base != $0.mountPoint }) {
      throw CompileError(property, "the cgroup \(unified.base) was delegated without the \(name) controller")
    }
    throw CompileError(
      property,
      "\(setting.isUnified ? "invalid configuration: " : "")the requested cgroup controller `\(name)` is not available: no cgroup hierarchy of this machine\(setting.isUnified ? " of version 2" : "") has it"
    )
  }
  guard found.isWritable else {
    throw CompileError(
      property,
      found.refusal.map { "\($0); \(wayOut(host))" }
        ?? "the cgroup hierarchy \(found.mountPoint) can't be written")
  }
  if found.occupants == .others && !found.enabled.contains(setting.nameInV2) {
    throw CompileError(
      property,
      "\(found.base) holds other processes, and a cgroup that does can't pass the \(name) controller on: put them into a cgroup below it"
    )
  }
  if setting.needsSwapLimit && !found.hasSwapLimit { throw swapIsNotCounted(setting, found) }
  return found
}

/// What a user can do who has no cgroup.
private func wayOut(_ host: HostFacts) -> String {
  guard let systemd = host.systemd else { return "systemd, which would make one, doesn't run here" }
  return systemd.hasBus
    ? "--cgroup-manager systemd asks for one"
    : "systemd would make one, but has no bus at \(systemd.bus): a login makes it, and so does `loginctl enable-linger`"
}

func swapIsNotCounted(_ setting: CgroupSetting, _ hierarchy: CgroupHierarchy) -> CompileError {
  let file = hierarchy.version == .v1 ? "memory.memsw" : "memory.swap.max"
  return CompileError(
    setting.property, "this kernel doesn't count swap (\(hierarchy.mountPoint) has no \(file))")
}

/// A program for a cgroup of v2: only root may load one.
func addDeviceProgram(
  _ rules: [DeviceRule], _ cgroup: String?, _ host: HostFacts, to plan: inout CgroupPlan
) throws {
  guard let cgroup, host.uid == 0 else {
    plan.remarks.append(noDeviceLimit)
    return
  }
  plan.devices = [.attachDevices(try compileDeviceRules(rules), to: cgroup)]
}

private let noDeviceLimit =
  "no limit of device access: there is no cgroup of its own to limit it in, or no privilege to load a program for it"

/// A rule as version 1 writes it, where an "a" is every access to every device, whatever else stands there.
func ruleTexts(_ rule: DeviceRule) -> [String] {
  func text(_ number: Int64?) -> String { number.flatMap { $0 == -1 ? nil : "\($0)" } ?? "*" }
  let numbers = "\(text(rule.major)):\(text(rule.minor))"
  let given = (rule.access ?? "").filter { $0 != "a" }
  let access = given.isEmpty ? "rwm" : given
  if let type = rule.type, !["", "a"].contains(type) { return ["\(type) \(numbers) \(access)"] }
  if numbers == "*:*" && "rwm".allSatisfy({ access.contains($0) }) { return ["a"] }
  return ["b \(numbers) \(access)", "c \(numbers) \(access)"]
}
