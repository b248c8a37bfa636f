import Linux
import OCISpec

extension UserPlan {
  /// A new filesystem as the kernel gives it to a user namespace: what it shows must be of a namespace that belongs to
  /// that. Of others the machine's own is bound.
  func adapted(_ mount: FilesystemMount, _ host: HostFacts, _ linux: LinuxConfig) -> ChildStep {
    var mount = mount
    switch mount.type {
    case "sysfs" where !linux.makesNamespace(.network):
      // The machine's /sys has mounts that can't be left out.
      return machines("/sys", mount, .readOnly)
    case "mqueue" where !linux.makesNamespace(.ipc): return machines("/dev/mqueue", mount)
    case "proc", "sysfs": mount.attributes.formUnion(lockedAttributes(of: mount.type, host))
    case "devpts":
      mount.options.removeAll { $0.key == "gid" && $0.value.flatMap(UInt32.init).map(maps(gid:)) == false }
    default: break
    }
    return .mount(mount)
  }

  private func machines(
    _ source: String, _ mount: FilesystemMount, _ attributes: MountAttributes = []
  ) -> ChildStep {
    .bind(
      BindMount(
        source: source, path: mount.path, kind: .directory, attributes: mount.attributes.union(attributes),
        isRecursive: true))
  }

  /// What a new mount of proc or sysfs must have because the machine's own has it: the kernel allows none that shows
  /// more, or notes other times of access (mount_namespaces(7), "Restrictions on mount namespaces").
  private func lockedAttributes(of type: String, _ host: HostFacts) -> MountAttributes {
    let path = type == "proc" ? "/proc" : "/sys"
    guard let present = host.mounts.last(where: { $0.type == type && $0.mountPoint == path }) else {
      return []
    }
    var flags: MountAttributes = present.isReadOnly ? .readOnly : []
    if present.options.contains("noatime") { flags.insert(.noATime) }
    if present.options.contains("nodiratime") { flags.insert(.noDirATime) }
    if flags.isDisjoint(with: .noATime) && !present.options.contains("relatime") {
      flags.insert(.strictATime)
    }
    return flags
  }
}
