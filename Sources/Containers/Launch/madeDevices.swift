import Linux
import SystemPackage

/// A detached filesystem in memory with new devices, of which each has its number in the list as its name.
func madeDevices(_ devices: [DeviceNode]) throws -> Descriptor {
  let context = try fsopen("tmpfs")
  try fsconfig(context, .string("mode", "755"))
  try fsconfig(context, .create)
  let tree = try fsmount(context, [.noSuid, .noExec])
  for (index, device) in devices.enumerated() {
    let name = FilePath("\(index)")
    try mknod(at: tree, name, device.type, device.number)
    try fchownat(tree, name, owner: device.uid, group: device.gid)
    try chmod(at: tree, name, FilePermissions(rawValue: CModeT(device.mode)))
  }
  return Descriptor(owning: tree.release())
}
