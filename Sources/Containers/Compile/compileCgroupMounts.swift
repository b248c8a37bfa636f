import Linux

/// A hierarchy that the container sees, and its cgroup in it.
struct VisibleCgroup {
  var hierarchy: CgroupHierarchy
  var path: String
}

/// The container's cgroups, where it sees them: one directory for v2, one for each hierarchy of v1.
///
/// Without a cgroup namespace a new mount of v1 would show the machine's cgroups, so those of the container are bound.
func compileCgroupMount(
  _ path: String, _ options: MountOptions, _ cgroups: [VisibleCgroup], hasNamespace: Bool,
  hasUserNamespace: Bool
) -> [ChildStep] {
  let attributes = options.flags.set.attributes
  if cgroups.map(\.hierarchy.version) == [.v2] {
    // Whoever owns no cgroup namespace may mount none of them.
    if hasUserNamespace && !hasNamespace {
      let bind = BindMount(
        source: cgroups[0].path, path: path, kind: .directory, attributes: attributes, isRecursive: false)
      return [.bind(bind)]
    }
    let mount = FilesystemMount(
      type: "cgroup2", source: "cgroup2", path: path, attributes: attributes, options: [])
    return [.mount(mount)]
  }
  let old = cgroups.filter { $0.hierarchy.version == .v1 }
  if old.isEmpty { return [] }
  let base = FilesystemMount(
    type: "tmpfs", source: "tmpfs", path: path, attributes: attributes.subtracting(.readOnly),
    options: [.init("mode", "755")])
  return [.mount(base)]
    + old.map { cgroup in
      let target = "\(path)/\(cgroup.hierarchy.directory)"
      if !hasNamespace {
        return .bind(
          BindMount(source: cgroup.path, path: target, kind: .directory, isRecursive: false))
      }
      return .mount(
        FilesystemMount(
          type: "cgroup", source: "cgroup", path: target, attributes: attributes,
          options: cgroup.hierarchy.mountOptions))
    }
    + old.flatMap { cgroup in
      cgroup.hierarchy.aliases.map { .makeLink(target: cgroup.hierarchy.directory, path: "\(path)/\($0)") }
    } + (attributes.isEmpty ? [] : [.restrict(path, MountChange(set: attributes, isRecursive: true))])
}

extension CgroupHierarchy {
  /// Its directory's name, as systemd and engines have it.
  fileprivate var directory: String { name ?? controllers.joined(separator: ",") }

  fileprivate var mountOptions: [FilesystemMount.Option] {
    name.map { [.init("none"), .init("name", $0)] } ?? controllers.map { .init($0) }
  }

  /// Other names for it: of a hierarchy of several controllers, each alone.
  fileprivate var aliases: [String] { name == nil && controllers.count > 1 ? controllers : [] }
}
