import OCISpec

/// A scope of systemd's, which the child is put into while it waits, with the limits as its properties: what systemd
/// doesn't know of it overwrites. The child then enters a cgroup below it, as everywhere.
func compileScope(
  _ request: ContainerRequest, _ settings: [CgroupSetting], _ host: HostFacts
) throws -> CgroupPlan {
  guard let systemd = host.systemd else {
    throw CompileError("linux.cgroupsPath", "systemd doesn't run here: there is no /run/systemd/system")
  }
  guard let unified = host.cgroups.first(where: { $0.version == .v2 }),
    host.cgroups.allSatisfy({ $0.version == .v2 })
  else {
    throw CompileError(
      "linux.cgroupsPath",
      "systemd is asked for cgroups of version 2 alone, and here are some of version 1: there the runtime makes them itself (--cgroup-manager cgroupfs)"
    )
  }
  for setting in settings where !setting.isCore {
    guard systemd.controllers.contains(setting.nameInV2) else {
      throw CompileError(setting.property, missing(setting.nameInV2, systemd))
    }
    if setting.needsSwapLimit && !unified.hasSwapLimit { throw swapIsNotCounted(setting, unified) }
  }
  let place = try ScopePlace(request, systemd)
  let (name, slice) = (place.name, place.slice)
  let scope = try Scope(
    name: name, bus: systemd.bus, cgroup: "\(systemd.cgroup)\(place.path)",
    properties: [
      .init("Description", .text("The container \(request.id) of cooper")), .init("Slice", .text(slice)),
      .init("Delegate", .flag(true)), .init("DefaultDependencies", .flag(false)),
      .init("CollectMode", .text("inactive-or-failed")),
    ] + annotatedProperties(request.config.annotations) + settings.flatMap(\.scope))
  var plan = CgroupPlan()
  var own = scope.cgroup
  plan.attach = [.startScope(scope)] + place.enabling(settings, systemd)
  // What systemd has no property for, or one that says less.
  for setting in settings where setting.scope.isEmpty || setting.isUnified {
    plan.attach += try plan.write(setting, own, .v2)
  }
  if request.bundle == nil {
    own += "/container"
    plan.attach.append(.makeCgroup(own))
    plan.joins = [.enterCgroup(own)]
  }
  plan.visible = [VisibleCgroup(hierarchy: unified, path: own)]
  plan.attach += delegation(of: own, request, host)
  let rules = request.config.linux.resources.devices
  if !rules.isEmpty {
    try addDeviceProgram(
      request.bundle == nil ? rules : withDefaultDevices(rules), own, host, to: &plan)
  }
  return plan
}

/// A scope's name, and where in the tree of slices it comes to be.
private struct ScopePlace {
  var slice: String
  var name: String
  /// Below systemd's own cgroup.
  var path: String { slicePath(slice) + "/" + name }

  /// Has the slices pass on the controllers that systemd doesn't know, and so leaves alone.
  func enabling(_ settings: [CgroupSetting], _ systemd: SystemdInstance) -> [HostStep] {
    let known: Set = ["cpu", "cpuset", "io", "memory", "pids"]
    let others = settings.filter { !$0.isCore && !known.contains($0.nameInV2) }.map(\.nameInV2)
    if others.isEmpty { return [] }
    let names = pathComponents(path).dropLast()
    let paths = (0...names.count).map { systemd.cgroup + names.prefix($0).map { "/\($0)" }.joined() }
    return paths.map { .enable(Array(Set(others)).sorted(), in: $0) }
  }

  /// A bundle says it as SLICE:PREFIX:NAME.
  init(_ request: ContainerRequest, _ systemd: SystemdInstance) throws {
    slice = systemd.isUsers ? "app.slice" : "system.slice"
    name = "cooper-\(request.id).scope"
    guard request.bundle != nil, let path = request.config.linux.cgroupsPath, !path.isEmpty else { return }
    let property = "linux.cgroupsPath"
    let parts = path.parts(at: ":")
    guard parts.count == 3, !path.utf8.contains(UInt8(ascii: "/")), !path.utf8.contains(0) else {
      throw CompileError(property, "\(path) is not SLICE:PREFIX:NAME, which systemd takes")
    }
    if !parts[0].isEmpty { slice = parts[0] }
    guard slice.hasSuffix(".slice") else {
      throw CompileError(property, "\(slice) is no slice: its name ends in .slice")
    }
    if parts[2].isEmpty { throw CompileError(property, "\(path) has no name") }
    if parts[2].hasSuffix(".slice") {
      throw CompileError(property, "\(parts[2]) is a slice, and not a scope")
    }
    name = parts[1].isEmpty ? "\(parts[2]).scope" : "\(parts[1])-\(parts[2]).scope"
  }
}

/// "a-b.slice" lies in "a.slice".
private func slicePath(_ slice: String) -> String {
  if slice == "-.slice" { return "" }
  let names = slice.dropLast(".slice".utf8.count).split(separator: "-")
  return names.indices.map { "/" + names[...$0].joined(separator: "-") + ".slice" }.joined()
}

private func missing(_ controller: String, _ systemd: SystemdInstance) -> String {
  guard systemd.isUsers else { return "systemd's cgroup \(systemd.cgroup) has no \(controller) controller" }
  if systemd.controllers.isEmpty {
    return "systemd's user instance doesn't run: there is no \(systemd.cgroup)"
  }
  return
    "systemd's user instance has no \(controller) controller: root gives it one with Delegate=\((systemd.controllers + [controller]).joined(separator: " ")) for user@.service"
}
