import Linux
import OCISpec
import SystemPackage

func compileRoot(_ request: ContainerRequest, _ host: HostFacts) throws -> [ChildStep] {
  if let root = request.rootDirectory {
    guard host.files[FilePath(root)] == .directory else {
      throw CompileError("root.path", "\(root) is no directory")
    }
    return [.rootDirectory(root)]
  }
  for lower in request.lower where host.files[FilePath(lower)] != .directory {
    throw CompileError("root", "\(lower) is no directory")
  }
  return [
    .scratch(directory: request.directory),
    request.lower.isEmpty ? .emptyRoot : .overlay(lower: request.lower, userAttributes: host.uid != 0),
  ]
}

func compileMounts(
  _ request: ContainerRequest, _ host: HostFacts, _ cgroups: [VisibleCgroup], _ user: UserPlan?,
  afterDevices: [ChildStep]
) throws -> [ChildStep] {
  var mounts = try request.config.mounts.enumerated().map { index, mount in
    try compileMount(
      mount, "mounts[\(index)]", host, cgroups, request.config.linux, root: request.rootDirectory
    )
    .map { step in
      guard let user, case .mount(let filesystem) = step else { return step }
      return user.adapted(filesystem, host, request.config.linux)
    }
  }
  // Into a fresh /dev before anything else is mounted: a volume of the host's must not get the nodes.
  let device = request.config.mounts.firstIndex { pathComponents($0.destination) == ["dev"] && !$0.isBind }
  let split = device.map { $0 + 1 } ?? mounts.count
  // What is still to be made in it comes first: see `deviceSeal`.
  if let device {
    mounts[device] = mounts[device].map { step in
      guard case .mount(var filesystem) = step else { return step }
      filesystem.attributes.remove(.readOnly)
      return .mount(filesystem)
    }
  }
  let nodes = try compileDevices(
    request, user, canMakeNodes: user == nil && !request.config.linux.hasNamespace(.user),
    hostMakesNodes: host.makesNodes && request.bundle != nil)
  // A mount of cgroups shows what is below the namespace's root, which is to be the container's.
  let cgroup = request.config.mounts.firstIndex { $0.type == "cgroup" } ?? split
  if cgroup >= split {
    return mounts[..<split].flatMap(\.self) + nodes + afterDevices + mounts[split...].flatMap(\.self)
  }
  return mounts[..<cgroup].flatMap(\.self) + afterDevices + mounts[cgroup..<split].flatMap(\.self) + nodes
    + mounts[split...].flatMap(\.self)
}

/// A /dev that is to be read-only is so once its nodes, mounts and console are there.
func deviceSeal(_ request: ContainerRequest) throws -> [ChildStep] {
  let device = request.config.mounts.first { pathComponents($0.destination) == ["dev"] && !$0.isBind }
  guard let device, try MountOptions(device.options, "mounts").flags.set.contains(.readOnly) else {
    return []
  }
  return [.restrict("/dev", MountChange(set: .readOnly))]
}

private func compileMount(
  _ mount: Mount, _ property: String, _ host: HostFacts, _ cgroups: [VisibleCgroup], _ linux: LinuxConfig,
  root: String?
) throws -> [ChildStep] {
  let path = try destination(mount, property)
  let options = try MountOptions(mount.options, property)
  let isOfBundle = root != nil
  if mount.type == "cgroup" && options.bind == nil {
    return compileCgroupMount(
      path, options, cgroups, hasNamespace: linux.hasNamespace(.cgroup),
      hasUserNamespace: linux.hasNamespace(.user))
  }
  if options.flags.set.contains(.remount) { return [compileRemount(path, options)] }
  if options.bind != nil {
    return [.bind(try compileBind(mount, path, options, property, host, linux, root: root))]
  }
  guard let type = mount.type, type != "bind" else {
    if mount.type == nil { throw CompileError("\(property).type", "it is missing") }
    return [.bind(try compileBind(mount, path, options, property, host, linux, root: root))]
  }
  if options.idMap != nil || !mount.uidMappings.isEmpty {
    throw CompileError("\(property).options", "invalid mount: ids are mapped of a bind mount only")
  }
  var filesystem = FilesystemMount(
    type: type, source: mount.source, path: path, attributes: options.flags.set.attributes,
    options: options.flags.set.filesystemOptions + options.data)
  // A device that is read-only itself has no other filesystem.
  if mount.source?.begins(with: "/") == true && options.flags.set.contains(.readOnly) {
    filesystem.options.insert(.init("ro"), at: 0)
  }
  if options.copiesUp {
    guard type == "tmpfs" else { throw CompileError("\(property).options", "tmpcopyup is for tmpfs") }
    filesystem.copiesUp = true
  }
  // What engines have found with other runtimes: a directory in memory is as open as the image's was.
  filesystem.takesMode =
    isOfBundle && type == "tmpfs" && !options.copiesUp && !options.data.contains { $0.key == "mode" }
  let label = compileMountLabel(linux, of: filesystem)
  filesystem.options += label.options
  filesystem.changes = [options.recursive.change(isRecursive: true)].compactMap(\.self) + options.propagations
  let countsVersions: [ChildStep] =
    options.flags.set.contains(.iVersion)
    ? [.remount(path: path, options.flags.set.union(.remount), data: "")] : []
  return [.mount(filesystem)] + label.steps + countsVersions
}

/// Runtimes before version 1.0 of the specification took relative paths, and some engines still write them.
private func destination(_ mount: Mount, _ property: String) throws -> String {
  if mount.destination.utf8.contains(0) { throw CompileError("\(property).destination", "it has a NUL") }
  return mount.destination.begins(with: "/") ? mount.destination : "/\(mount.destination)"
}

private func compileRemount(_ path: String, _ options: MountOptions) -> ChildStep {
  let data = options.data.map { option in option.value.map { "\(option.key)=\($0)" } ?? option.key }
  let flags = options.flags.set.union(options.bind == nil ? [] : .bind)
  return .remount(path: path, flags, data: data.joined(separator: ","))
}

/// What a filesystem's own options are in a bind mount: mount(2) passes over them too.
func ignored(_ mounts: [Mount]) throws -> [String] {
  try mounts.enumerated().flatMap { index, mount -> [String] in
    let property = "mounts[\(index)]"
    if !mount.isBind { return [] }
    let options = try MountOptions(mount.options, property)
    if options.flags.set.contains(.remount) { return [] }
    let names = (options.flags.set.filesystemOptions + options.data).map(\.key)
    return (names + (options.flags.set.contains(.iVersion) ? ["iversion"] : [])).map { name in
      "\(property).options: \(name) means nothing to a bind mount"
    }
  }
}

private func compileBind(
  _ mount: Mount, _ path: String, _ options: MountOptions, _ property: String, _ host: HostFacts,
  _ linux: LinuxConfig, root: String?
) throws -> BindMount {
  guard let source = mount.source else { throw CompileError("\(property).source", "it is missing") }
  let mapsIDs = options.idMap != nil || !mount.uidMappings.isEmpty || !mount.gidMappings.isEmpty
  // In a user namespace nobody can map ids: the host side does it, before there is any mount.
  let pathInRoot = mapsIDs && linux.hasNamespace(.user) ? nil : root.flatMap { pathInside($0, source) }
  let kind = pathInRoot == nil ? host.files[FilePath(source)] : nil
  if kind == nil && pathInRoot == nil { throw CompileError("\(property).source", "there is no \(source)") }
  if options.copiesUp { throw CompileError("\(property).options", "tmpcopyup is for tmpfs") }
  var bind = BindMount(
    source: source, path: path, kind: kind, isRecursive: options.bind?.isRecursive ?? true)
  bind.pathInRoot = pathInRoot
  bind.changes =
    root != nil ? options.replacingChanges(keepsLocked: linux.hasNamespace(.user)) : options.changes
  if mapsIDs {
    // Without maps of its own it has those of the container's user namespace.
    let isOwn = !mount.uidMappings.isEmpty
    let uids = isOwn ? mount.uidMappings : linux.uidMappings
    let gids = isOwn ? mount.gidMappings : linux.gidMappings
    try checkMap(uids, "\(isOwn ? property : "linux").uidMappings")
    try checkMap(gids, "\(isOwn ? property : "linux").gidMappings")
    if uids.isEmpty || gids.isEmpty {
      throw CompileError("\(property).uidMappings", "there are none, and no user namespace that has some")
    }
    if host.uid != 0 { throw CompileError("\(property).options", "only root can map the ids of a mount") }
    bind.idMap = IDMap(
      uids: uids.map(IDMapping.init), gids: gids.map(IDMapping.init),
      isRecursive: options.idMap?.isRecursive ?? false)
  }
  return bind
}

/// What of a path is below a root, as far as its names say: a path with "..", which may lead anywhere, is not.
func pathInside(_ root: String, _ path: String) -> String? {
  let (own, all) = (pathComponents(root), pathComponents(path))
  guard !own.isEmpty, own.count <= all.count, zip(own, all).allSatisfy({ $0.isSame(as: $1) }),
    !all.contains("..")
  else {
    return nil
  }
  return "/" + all.dropFirst(own.count).joined(separator: "/")
}
