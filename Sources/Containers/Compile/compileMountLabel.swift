import OCISpec

/// SELinux's label of the files of a new filesystem: `linux.mountLabel`.
///
/// proc and sysfs have labels of their own, and each message queue has its maker's: there the root alone is labelled.
func compileMountLabel(
  _ linux: LinuxConfig, of mount: FilesystemMount
) -> (options: [FilesystemMount.Option], steps: [ChildStep]) {
  guard let label = linux.mountLabel, !label.isEmpty else { return ([], []) }
  switch mount.type {
  case "proc", "sysfs": return ([], [])
  case "mqueue": return ([], [.labelMount(path: mount.path, label)])
  default: return ([.init("context", label)], [])
  }
}
