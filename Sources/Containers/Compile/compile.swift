import Linux
import OCISpec

/// Turns a configuration into the list of system calls that make the container.
///
/// Pure: it reads no file and calls no kernel. What it must know of the machine is in `host`.
///
/// - Throws: ``CompileError`` for what this machine can't do or the configuration can't mean.
public func compile(_ request: ContainerRequest, _ host: HostFacts) throws -> Plan {
  let request = request.withoutNamespaces(host.ownNamespaces)
  let process = try process(of: request)
  // `exec` takes these of the configuration.
  _ = try compileAffinity(process)
  try refuseUnsupported(request, host)
  let linux = request.config.linux
  let cgroups = try compileCgroups(request, host)
  let user = try compileUser(request, host)
  let unshareCgroup: [ChildStep] = linux.makesNamespace(.cgroup) ? [.unshareCgroup] : []
  let isLate = !cgroups.lateJoins.isEmpty
  let mounts = try compileMounts(
    request, host, cgroups.visible, user, afterDevices: isLate ? cgroups.lateJoins + unshareCgroup : [])
  let devices = try compileDevicesToMove(linux, user)
  let rdt = try IntelRdtPlan(request, host)
  let namespaces = try NamespacePlan(linux, user)
  let rights = compileCapabilities(
    process.capabilities, host, hasUserNamespace: user != nil || linux.hasNamespace(.user))
  let ignoredOptions = try ignored(request.config.mounts)
  if request.bundle == nil, let remark = (rights.remarks + ignoredOptions).first {
    throw CompileError(remark)
  }
  let steps = ProcessSteps(
    request, process, user, rights.bounding, rights.sets, pause: compilePause(request, process))

  return Plan(
    id: request.id,
    host: [.startKeeper(directory: request.directory)]
      + cgroups.prepare + cgroups.limits
      + rdt.prepare
      + mounts.compactMap { hostStep($0, request, user) }
      + (request.bundle?.startSocket.map { [.listen($0)] } ?? [])
      + [.clone(namespaces.clone, cgroup: cgroups.birthplace)]
      + (namespaces.mapsLate ? [.go, .awaitChild] : [])
      + (user?.hostSteps ?? [])
      + (process.oomScoreAdj.map { [.writeOfChild(file: "oom_score_adj", value: "\($0)")] } ?? [])
      + rdt.attach
      + devices
      + cgroups.attach
      + (user == nil ? [] : cgroups.devices)
      + [.go]
      + compileHooks(
        request.config.hooks, root: request.rootDirectory, startsLater: request.bundle?.startSocket != nil,
        first: user == nil ? cgroups.devices : []),
    child: try [.awaitGo]
      + cgroups.joins
      + namespaces.joins
      + (namespaces.mapsLate ? [.sync] : [])
      + [.newSession]
      + (request.bundle?.noNewKeyring == true ? [] : [.newSessionKeyring])
      + compileSysctls(linux)
      + compileLabels(process, host)
      + namespaces.mounts
      + (isLate ? [] : unshareCgroup + toldNamespaces(request, host))
      + compilePropagation(request, host)
      + (user != nil || linux.hasNamespace(.user) ? [mappedRoot(user)] : [])
      + compileRoot(request, host)
      + request.links.map { .makeLink(target: $0.target, path: $0.path) }
      + mounts
      + (request.config.hooks.runBeforeStart || (user == nil && !cgroups.devices.isEmpty) ? [.sync] : [])
      + (process.terminal ? [.terminal(process.consoleSize)] : request.isInteractive ? [] : [.nullInput])
      + deviceSeal(request)
      + linux.maskedPaths.map { .mask($0) }
      + linux.readonlyPaths.filter { !isRoot($0) }.map { .makeReadOnly($0) }
      + (request.bundle != nil && process.cwd != "/" ? [.makeDirectory(process.cwd)] : [])
      + (request.config.root?.readonly == true || linux.readonlyPaths.contains(where: isRoot)
        ? [.makeRootReadOnly] : [])
      + [compilePivot(request, host)]
      + (request.bundle != nil ? finalPropagation(linux) : [])
      + (request.config.hostname.map { [.setHostname($0)] } ?? [])
      + (request.config.domainname.map { [.setDomainname($0)] } ?? [])
      + (linux.makesNamespace(.network) ? [.loopbackUp] : [])
      + [.closeDescriptors]
      + (request.bundle != nil ? [.resetAffinity] : [])
      + compileSettings(process, linux)
      + steps.last,
    remarks: request.remarks + (user?.remarks ?? []) + cgroups.remarks + rights.remarks + ignored(process)
      + ignoredOptions
      + (linux.seccomp == nil ? ["no seccomp filter: the container may make every system call"] : []),
    properties: cgroups.properties)
}

/// A container that is started later may have none: then it waits for its end.
private func process(of request: ContainerRequest) throws -> Process {
  guard let process = request.config.process else {
    if request.bundle?.startSocket != nil { return Process() }
    throw CompileError("process", "it is missing")
  }
  if process.args.isEmpty { throw CompileError("process.args", "there is no command") }
  return process
}

/// A process that hides its memory is root's to look into: others who will enter its namespaces must be given them. What
/// somebody else's mounts have at /proc is not looked at.
private func toldNamespaces(_ request: ContainerRequest, _ host: HostFacts) -> [ChildStep] {
  let linux = request.config.linux
  let joinsMounts = linux.namespaces.contains { $0.type == .mount && $0.path != nil }
  let isPrivileged = host.uid == 0 && host.capabilities.contains(.sysPtrace)
  guard !isPrivileged && !joinsMounts && request.isEnteredEarly else { return [] }
  return [.tellNamespaces(CloneFlags(linux.namespaces.map(\.type.flag)))]
}

/// By its name alone; what a link leads to is seen in the container only.
private func isRoot(_ path: String) -> Bool { pathComponents(path).allSatisfy { $0 == ".." } }

/// Who makes the container's files: root where the namespace has it, and else the first whom it has.
private func mappedRoot(_ user: UserPlan?) -> ChildStep {
  guard let user else { return .becomeMappedRoot() }
  return .becomeMappedRoot(
    uid: user.maps(uid: 0) ? 0 : user.uids[0].inside, gid: user.maps(gid: 0) ? 0 : user.gids[0].inside)
}

/// What the host side does for a mount of the container.
private func hostStep(
  _ step: ChildStep, _ request: ContainerRequest, _ user: UserPlan?
) -> HostStep? {
  switch step {
  case .bind(let bind) where bind.idMap != nil: .mapMount(bind)
  case .placeNodes(let devices): .makeDevices(devices.map { $0.withOwner(user) })
  case .mount(let mount) where mount.copiesUp: request.rootDirectory.map { .fillMount(mount, from: $0) }
  default: nil
  }
}

/// What comes between the container and its command: somebody who starts it, or hooks.
private func compilePause(_ request: ContainerRequest, _ process: Process) -> [ChildStep] {
  if request.bundle?.startSocket != nil {
    return (process.args.isEmpty ? [] : [.findCommand(args: process.args, env: process.env)]) + [.awaitStart]
  }
  return request.config.hooks.startContainer.isEmpty ? [] : [.sync]
}

/// What gives up privileges, and ends in exec.
struct ProcessSteps {
  private let request: ContainerRequest
  private let process: Process
  private let user: UserPlan?
  private let bounding: CapabilitySet
  private let sets: ProcessCapabilities
  private let pause: [ChildStep]

  /// - Parameter pause: what is waited for before the command, with next to no privileges left.
  init(
    _ request: ContainerRequest, _ process: Process, _ user: UserPlan?, _ bounding: CapabilitySet,
    _ sets: ProcessCapabilities, pause: [ChildStep]
  ) {
    self.request = request
    self.process = process
    self.user = user
    self.bounding = bounding
    self.sets = sets
    self.pause = pause
  }

  var last: [ChildStep] {
    (request.bundle != nil && process.cwd != "/" ? [.tryWorkingDirectory(process.cwd)] : [])
      + ownStreams + [.dropBoundingSet(keeping: bounding)] + setUser
      + (isFilteredEarly ? [.setCapabilities(setsForFilter)] : [.setCapabilities(sets)])
      + (process.noNewPrivileges ? [.noNewPrivileges] : [])
      + [.workingDirectory(process.cwd)]
      + (process.args.isEmpty
        ? pause : (request.usesInit ? filter + [.becomeInit] + pause : pause + filter) + [exec])
  }

  /// The init has it too: who may trace the init could call in its name.
  private var filter: [ChildStep] {
    (request.filter.map { [.loadFilter($0)] } ?? []) + (isFilteredEarly ? [.setCapabilities(sets)] : [])
  }

  /// Without no_new_privs a filter takes CAP_SYS_ADMIN, which is given up behind it.
  private var isFilteredEarly: Bool {
    request.filter != nil && !process.noNewPrivileges && !sets.effective.contains(.sysAdmin)
  }

  private var setsForFilter: ProcessCapabilities {
    let admin: CapabilitySet = [.sysAdmin]
    return ProcessCapabilities(
      effective: sets.effective.union(admin), permitted: sets.permitted.union(admin),
      inheritable: sets.inheritable, ambient: [])
  }

  private var setUser: [ChildStep] {
    // Engines ask for the caller's groups by this annotation.
    let keepsGroups = request.config.annotations["run.oci.keep_original_groups"] == "1"
    return user?.deniesSetgroups == true ? [] : [.setUser(process.user, keepsGroups: keepsGroups)]
  }

  private var ownStreams: [ChildStep] {
    request.bundle != nil && process.user.uid != 0 ? [.ownStreams(uid: process.user.uid)] : []
  }

  private var exec: ChildStep {
    .exec(args: process.args, env: process.env, umask: process.user.umask ?? 0o022)
  }
}
