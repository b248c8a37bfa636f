import Linux
import OCISpec
import SystemPackage

func compileRoot(_ request: ContainerRequest, _ host: HostFacts) throws -> [ChildStep] {
  for lower in request.lower where host.files[FilePath(lower)] != .directory {
    throw CompileError("root", "\(lower) is no directory")
  }
  return [
    .scratch(directory: request.directory),
    request.lower.isEmpty ? .emptyRoot : .overlay(lower: request.lower, userAttributes: host.uid != 0),
  ]
}

func compileMounts(
  _ request: ContainerRequest, _ host: HostFacts, _ cgroups: [CgroupHierarchy], _ user: UserPlan?
) throws -> [ChildStep] {
  let sharesNetwork = !request.config.linux.makesNamespace(.network)
  let mounts = try request.config.mounts.enumerated().map { index, mount in
    try compileMount(mount, "mounts[\(index)]", host, cgroups).map { step in
      guard let user, case .mount(let filesystem) = step else { return step }
      return user.adapted(filesystem, host, sharesNetwork: sharesNetwork)
    }
  }
  // Into a fresh /dev before anything else is mounted: a volume of the host's must not get the nodes.
  let device = request.config.mounts.firstIndex { pathComponents($0.destination) == ["dev"] && !$0.isBind }
  let split = device.map { $0 + 1 } ?? mounts.count
  return try mounts[..<split].flatMap(\.self) + compileDevices(request, user)
    + mounts[split...].flatMap(\.self)
}

private func compileMount(
  _ mount: Mount, _ property: String, _ host: HostFacts, _ cgroups: [CgroupHierarchy]
) throws -> [ChildStep] {
  guard mount.destination.begins(with: "/") else {
    throw CompileError("\(property).destination", "\(mount.destination) is not absolute")
  }
  if mount.type == "cgroup" { return compileCgroupMount(mount, cgroups) }
  let (attributes, options) = try splitOptions(mount.options, property)
  if mount.isBind { return [.bind(try compileBind(mount, attributes, options, property, host))] }
  guard let type = mount.type else { throw CompileError("\(property).type", "it is missing") }
  let filesystem = FilesystemMount(
    type: type, source: mount.source, path: mount.destination, attributes: attributes, options: options)
  return [.mount(filesystem)]
}

private func compileBind(
  _ mount: Mount, _ attributes: MountFlags, _ options: [FilesystemMount.Option], _ property: String,
  _ host: HostFacts
) throws -> BindMount {
  guard let source = mount.source else { throw CompileError("\(property).source", "it is missing") }
  guard let kind = host.files[FilePath(source)] else {
    throw CompileError("\(property).source", "there is no \(source)")
  }
  if let option = options.first {
    throw CompileError("\(property).options", "\(option.key) means nothing to a bind mount")
  }
  return BindMount(
    source: source, path: mount.destination, kind: kind, attributes: attributes,
    isRecursive: mount.options.contains("rbind"))
}

/// The container's cgroups, where it sees them: one directory for v2, one for each hierarchy of v1.
private func compileCgroupMount(_ mount: Mount, _ cgroups: [CgroupHierarchy]) -> [ChildStep] {
  let attributes: MountFlags = [.readOnly, .noSuid, .noDev, .noExec]
  if cgroups.map(\.version) == [.v2] {
    return [
      .mount(
        FilesystemMount(
          type: "cgroup2", source: "cgroup2", path: mount.destination, attributes: attributes, options: []))
    ]
  }
  let hierarchies = cgroups.filter { $0.version == .v1 }
  if hierarchies.isEmpty { return [] }
  let base = FilesystemMount(
    type: "tmpfs", source: "tmpfs", path: mount.destination, attributes: attributes.subtracting(.readOnly),
    options: [.init("mode", "755")])
  return [.mount(base)]
    + hierarchies.map { hierarchy in
      let name = hierarchy.controllers.joined(separator: ",")
      return .mount(
        FilesystemMount(
          type: "cgroup", source: "cgroup", path: "\(mount.destination)/\(name)", attributes: attributes,
          options: hierarchy.controllers.map { .init($0) }))
    } + [.makeMountReadOnly(mount.destination)]
}

/// Splits mount options into the mount's attributes and the filesystem's own options.
private func splitOptions(
  _ words: [String], _ property: String
) throws -> (MountFlags, [FilesystemMount.Option]) {
  var flags: MountFlags = []
  var options: [FilesystemMount.Option] = []
  for word in words {
    switch word {
    case "bind", "rbind", "defaults": break
    case "ro": flags.insert(.readOnly)
    case "rw": flags.remove(.readOnly)
    case "nosuid": flags.insert(.noSuid)
    case "suid": flags.remove(.noSuid)
    case "nodev": flags.insert(.noDev)
    case "dev": flags.remove(.noDev)
    case "noexec": flags.insert(.noExec)
    case "exec": flags.remove(.noExec)
    case "noatime": flags.insert(.noATime)
    case "strictatime": flags.insert(.strictATime)
    case "nodiratime": flags.insert(.noDirATime)
    default:
      let parts = word.parts(at: "=", maxSplits: 1)
      if parts[0].isEmpty { throw CompileError("\(property).options", "\"\(word)\" is no mount option") }
      options.append(.init(parts[0], parts.count == 2 ? parts[1] : nil))
    }
  }
  return (flags, options)
}
