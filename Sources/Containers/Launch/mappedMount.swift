import CLinux
import Linux
import SystemPackage

/// A detached copy of a mount that shows owners through maps of ids; or a user namespace with the maps, where only the child
/// comes to the source.
func mappedMount(_ bind: BindMount) throws -> Descriptor {
  guard let map = bind.idMap else { throw ContainerError("the mount on \(bind.path) has no map of ids") }
  if bind.pathInRoot != nil { return try userNamespace(map) }
  let tree = try open_tree(bind.source, bind.isRecursive ? [.clone, .recursive] : .clone)
  let namespace = try userNamespace(map)
  let change = MountAttributeChange(userNamespace: namespace.fileDescriptor)
  try mount_setattr(tree, change, recursive: map.isRecursive)
  withExtendedLifetime(namespace) {}
  return Descriptor(owning: tree.release())
}

/// A user namespace with these maps, of a process that lives until it is open.
private func userNamespace(_ map: IDMap) throws -> Descriptor {
  var gate = try pipe()
  let child = try clone(.newUser) {
    try Prctl.setPDeathSig(.kill)
    gate.closeWriteEnd()
    _ = try gate.readEnd.read(upTo: 1)
  }
  defer {
    gate.closeWriteEnd()
    _ = try? waitpid(child)
  }
  try writeFile("/proc/\(child)/uid_map", map.uids.map { "\($0)\n" }.joined())
  try writeFile("/proc/\(child)/gid_map", map.gids.map { "\($0)\n" }.joined())
  return try open("/proc/\(child)/ns/user")
}
