import Linux
import SystemPackage

/// A detached mount of a new device. It has no name any more: only who gets the mount has the device.
///
/// - Parameter directory: one that nobody else may write to.
func madeDevice(_ device: DeviceNode, in directory: String) throws -> Descriptor {
  let place = try open(directory, [.directory, .noFollow])
  let name = FilePath("device")
  try mknod(at: place, name, device.type, device.number)
  defer { try? unlink(at: place, name) }
  try fchownat(place, name, owner: device.uid, group: device.gid)
  try chmod(at: place, name, FilePermissions(rawValue: CModeT(device.mode)))
  let tree = try open_tree(at: place, name, .clone)
  try mount_setattr(tree, MountAttributeChange(set: [.noSuid, .noExec], clear: [.noDev, .readOnly]))
  return Descriptor(owning: tree.release())
}
