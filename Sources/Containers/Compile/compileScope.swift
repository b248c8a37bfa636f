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
      "linux.cgroupsPath", "it takes cgroups of version 2 alone, and here are some of version 1")
  }
  for setting in settings {
    guard systemd.controllers.contains(setting.controller) else {
      throw CompileError(setting.property, missing(setting.controller, systemd))
    }
    if setting.needsSwapLimit && !unified.hasSwapLimit { throw swapIsNotCounted(setting, unified) }
  }
  let name = "cooper-\(request.id).scope"
  let slice = systemd.isUsers ? "app.slice" : "system.slice"
  let scope = Scope(
    name: name, bus: systemd.bus, cgroup: "\(systemd.cgroup)/\(slice)/\(name)",
    properties: [
      .init("Description", .text("The container \(request.id) of cooper")), .init("Slice", .text(slice)),
      .init("Delegate", .flag(true)), .init("DefaultDependencies", .flag(false)),
      .init("CollectMode", .text("inactive-or-failed")),
    ] + settings.flatMap(\.scope))
  var plan = CgroupPlan()
  let own = "\(scope.cgroup)/container"
  plan.attach = [.startScope(scope), .makeCgroup(own)]
  plan.joins = [.enterCgroup(own)]
  plan.visible = [VisibleCgroup(hierarchy: unified, path: own)]
  let rules = request.config.linux.resources.devices
  if !rules.isEmpty { try addDeviceProgram(rules, own, host, to: &plan) }
  return plan
}

private func missing(_ controller: String, _ systemd: SystemdInstance) -> String {
  guard systemd.isUsers else { return "systemd's cgroup \(systemd.cgroup) has no \(controller) controller" }
  if systemd.controllers.isEmpty {
    return "systemd's user instance doesn't run: there is no \(systemd.cgroup)"
  }
  return
    "systemd's user instance has no \(controller) controller: root gives it one with Delegate=\((systemd.controllers + [controller]).joined(separator: " ")) for user@.service"
}
