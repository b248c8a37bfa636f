import OCISpec
import SystemPackage

/// Refuses what this runtime doesn't do, and what this machine can't.
func refuseUnsupported(_ request: ContainerRequest, _ host: HostFacts) throws {
  let (config, linux) = (request.config, request.config.linux)
  if request.bundle != nil, config.hostname != nil || config.domainname != nil, !linux.hasNamespace(.uts) {
    throw CompileError(
      config.hostname == nil ? "domainname" : "hostname", "it takes a uts namespace of the container's own")
  }
  for (index, mount) in config.mounts.enumerated()
  where mount.uidMappings.isEmpty != mount.gidMappings.isEmpty {
    throw CompileError(
      "mounts[\(index)]", "invalid mount: it has uidMappings or gidMappings, and takes both or neither")
  }
  if linux.mountLabel.map({ !$0.isEmpty }) == true && !host.hasSELinux {
    throw CompileError("linux.mountLabel", "this kernel has no SELinux")
  }
  if linux.seccomp != nil && request.filter == nil {
    throw CompileError("linux.seccomp", "the profile has not been compiled")
  }
  guard let process = config.process else { return }
  for text in process.args + process.env + [process.cwd] where text.utf8.contains(0) {
    throw CompileError("process", "a text has a NUL in it")
  }
}

/// What is for another system than Linux.
func ignored(_ process: Process) -> [String] {
  (process.commandLine == nil ? [] : ["process.commandLine: it is for Windows, and ignored"])
    + (process.user.username == nil ? [] : ["process.user.username: it is for Windows, and ignored"])
}

/// What exec takes up: files of /proc/self/attr, while /proc is the machine's.
func compileLabels(_ process: Process, _ host: HostFacts) throws -> [ChildStep] {
  var steps: [ChildStep] = []
  if let profile = process.apparmorProfile, !profile.isEmpty {
    guard host.hasAppArmor else {
      throw CompileError("process.apparmorProfile", "AppArmor is not enabled here, so \(profile) can't be")
    }
    steps.append(.labelExec(file: "apparmor/exec", value: "exec \(profile)"))
  }
  if let label = process.selinuxLabel, !label.isEmpty {
    guard host.hasSELinux else {
      throw CompileError("process.selinuxLabel", "this kernel has no SELinux")
    }
    steps.append(.labelExec(file: "exec", value: label))
  }
  return steps
}

extension LinuxConfig {
  /// Whether the container has a namespace of its own of that kind, be it a new one or one that is there.
  func hasNamespace(_ type: Namespace.Kind) -> Bool { namespaces.contains { $0.type == type } }
}
