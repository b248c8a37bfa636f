import OCISpec

/// Gives the container's cgroup of version 2 to the user that its process is outside of it, where it sees that cgroup as
/// the root of a namespace of its own, by a mount that it may write to: then it can make cgroups there.
func delegation(of cgroup: String, _ request: ContainerRequest, _ host: HostFacts) -> [HostStep] {
  let linux = request.config.linux
  let isWritable = request.config.mounts.contains {
    $0.type == "cgroup" && !$0.options.contains("ro") && !$0.options.contains("rro")
  }
  guard request.bundle != nil, isWritable, linux.makesNamespace(.cgroup), host.uid == 0,
    let owner = outerUID(request.config.process?.user.uid ?? 0, linux), owner != 0
  else { return [] }
  return [.giveCgroup(cgroup, owner: owner)]
}

/// What a uid of the container is on the machine; nil where that isn't known.
private func outerUID(_ uid: UInt32, _ linux: LinuxConfig) -> UInt32? {
  guard linux.hasNamespace(.user) else { return uid }
  guard linux.makesNamespace(.user) else { return nil }
  return linux.uidMappings.map(IDMapping.init).first { uid >= $0.inside && uid - $0.inside < $0.count }
    .map { $0.outside + (uid - $0.inside) }
}
