import Linux
import OCISpec

/// Turns a configuration into the list of system calls that make the container.
///
/// Pure: it reads no file and calls no kernel. What it must know of the machine is in `host`.
///
/// - Throws: ``CompileError`` for what this machine can't do or the configuration can't mean.
public func compile(_ request: ContainerRequest, _ host: HostFacts) throws -> Plan {
  guard let process = request.config.process, !process.args.isEmpty else {
    throw CompileError("process.args", "there is no command")
  }
  let linux = request.config.linux
  let cgroups = try compileCgroups(request, host)
  let user = try compileUser(process.user, host)
  let capabilities = try compileCapabilities(process.capabilities.bounding, host)

  return Plan(
    id: request.id,
    host: [.startKeeper(directory: request.directory)]
      + cgroups.prepare
      + [.clone(cloneFlags(linux, user), cgroup: cgroups.birthplace)]
      + (user?.hostSteps ?? [])
      + cgroups.attach
      + [.go],
    child: try [user == nil ? .awaitGo : .awaitIDs]
      + cgroups.joins
      + [.newSession, .newSessionKeyring]
      + (linux.makesNamespace(.cgroup) ? [.unshareCgroup] : [])
      + [.makeMountsPrivate]
      + compileRoot(request, host)
      + request.links.map { .makeLink(target: $0.target, path: $0.path) }
      + compileMounts(request, host, cgroups.visible, user)
      + (process.terminal ? [.terminal(process.consoleSize)] : request.isInteractive ? [] : [.nullInput])
      + linux.maskedPaths.map { .mask($0) }
      + linux.readonlyPaths.map { .makeReadOnly($0) }
      + (request.config.root?.readonly == true ? [.makeRootReadOnly] : [])
      + [.pivotRoot]
      + (request.config.hostname.map { [.setHostname($0)] } ?? [])
      + (linux.makesNamespace(.network) ? [.loopbackUp] : [])
      + [.closeDescriptors, .dropBoundingSet(keeping: capabilities)]
      + (user.map { $0.programs != nil } ?? true ? [.setUser(process.user)] : [])
      + [.setCapabilities(capabilities)]
      + (process.noNewPrivileges ? [.noNewPrivileges] : [])
      + [.workingDirectory(process.cwd)]
      + (request.usesInit ? [.becomeInit] : [])
      + [.exec(args: process.args, env: process.env)],
    remarks: request.remarks + (user?.remarks ?? []) + cgroups.remarks + [
      "no seccomp filter: the container may make every system call"
    ])
}

private func cloneFlags(_ linux: LinuxConfig, _ user: UserPlan?) -> CloneFlags {
  // That of cgroups is unshared by the child, once it is in its cgroups.
  let table: [(Namespace.Kind, CloneFlags)] = [
    (.pid, .newPID), (.network, .newNet), (.mount, .newNS), (.ipc, .newIPC), (.uts, .newUTS),
  ]
  let flags = table.filter { linux.makesNamespace($0.0) }.map(\.1)
  return CloneFlags(flags).union(user == nil ? [] : .newUser)
}

private func compileCapabilities(_ names: [String], _ host: HostFacts) throws -> CapabilitySet {
  var set = CapabilitySet()
  for name in names {
    guard let capability = Capability(name: name) else {
      throw CompileError("process.capabilities", "there is no capability \(name)")
    }
    guard capability.rawValue <= host.lastCapability.rawValue else {
      throw CompileError("process.capabilities", "this kernel has no \(name)")
    }
    // In a user namespace of the caller's own all are there.
    guard host.uid != 0 || host.capabilities.contains(capability) else {
      throw CompileError("process.capabilities", "\(name) can't be given by a process that lacks it itself")
    }
    set.insert(capability)
  }
  return set
}
