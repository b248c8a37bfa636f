import Linux

extension UserPlan {
  /// A new filesystem as the kernel gives it to a user namespace.
  func adapted(_ mount: FilesystemMount, _ host: HostFacts, sharesNetwork: Bool) -> ChildStep {
    var mount = mount
    switch mount.type {
    case "sysfs" where sharesNetwork:
      // Whose network it shows must belong to the user namespace. The machine's /sys has mounts that can't be left out.
      return .bind(
        BindMount(
          source: "/sys", path: mount.path, kind: .directory, attributes: mount.attributes.union(.readOnly),
          isRecursive: true))
    case "proc", "sysfs": mount.attributes.formUnion(lockedAttributes(of: mount.type, host))
    case "devpts":
      mount.options.removeAll { $0.key == "gid" && $0.value.flatMap(UInt32.init).map(maps(gid:)) == false }
    default: break
    }
    return .mount(mount)
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
