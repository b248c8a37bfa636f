import Linux
import SystemPackage

/// A detached filesystem in memory with a copy of what an image has at its path.
func filledMount(_ mount: FilesystemMount, from root: String) throws -> Descriptor {
  let context = try fsopen(mount.type)
  if let source = mount.source { try fsconfig(context, .string("source", source)) }
  for option in mount.options {
    try fsconfig(context, option.value.map { .string(option.key, $0) } ?? .flag(option.key))
  }
  try fsconfig(context, .create)
  let tree = try fsmount(context, mount.attributes.subtracting(.readOnly))
  do {
    let image = try open(root, [.path, .directory])
    let source = try openat2(
      at: image, pathComponents(mount.path).joined(separator: "/"), .directory,
      resolve: [.inRoot, .noMagicLinks])
    try copyContents(of: source, to: tree, isTop: true)
  } catch let error as SystemCallError {
    // Nothing is there to be copied.
    if error.errno != .noSuchFileOrDirectory { throw error }
  }
  if mount.attributes.contains(.readOnly) { try mount_setattr(tree, MountAttributeChange(set: .readOnly)) }
  return Descriptor(owning: tree.release())
}

/// The same without root: made in a user namespace with the ids of the container's.
func filledMount(
  _ mount: FilesystemMount, from root: String, mappedBy steps: [HostStep]
) throws -> Descriptor {
  let sockets = try socketpair()
  _ = try inUserNamespace([.newUser, .newNS], steps) {
    try sendmsg(sockets.second, [1], descriptor: filledMount(mount, from: root))
    return ""
  }
  var message = try recvmsg(sockets.first, upTo: 1, descriptors: 1)
  guard let tree = message.descriptors.takeFirst() else {
    throw ContainerError("the process in a user namespace has sent no mount")
  }
  return tree
}

private func copyContents(
  of source: borrowing some DescriptorLike & ~Copyable, to target: borrowing some DescriptorLike & ~Copyable,
  isTop: Bool = false
) throws {
  for entry in try getdents64(source) {
    let status = try statx(at: source, entry.name, .symlinkNoFollow)
    try copy(entry.name, status, from: source, to: target)
  }
}

private func copy(
  _ name: FilePath, _ status: FileStatus, from source: borrowing some DescriptorLike & ~Copyable,
  to target: borrowing some DescriptorLike & ~Copyable
) throws {
  let permissions = FilePermissions(rawValue: CModeT(status.mode.rawValue & 0o7777))
  switch status.mode.rawValue & 0o170000 {
  case 0o040000:
    try mkdir(at: target, name, .ownerReadWriteExecute)
    let new = try open(at: target, name, [.directory, .noFollow])
    try copyContents(of: open(at: source, name, [.directory, .noFollow]), to: new)
    try give(new, "", status)
    return try fchmod(new, permissions)
  case 0o120000:
    try symlink(readlink(at: source, name), at: target, name)
    return try give(target, name, status)
  case 0o100000:
    let old = try openRegularFile(at: source, name)
    let new = try open(at: target, name, [.writeOnly, .create, .exclusive])
    while true {
      let part = try old.read(upTo: 1 << 20)
      if part.isEmpty { break }
      try new.write(part)
    }
    try give(new, "", status)
    return try fchmod(new, permissions)
  default:
    guard let type = NodeType(rawValue: UInt32(status.mode.rawValue & 0o170000)) else { return }
    try mknod(at: target, name, type, status.specialDevice)
    try give(target, name, status)
    try chmod(at: target, name, permissions)
  }
}

/// To the owner of what it is a copy of. One who has no id in this user namespace can own nothing there.
private func give(
  _ directory: borrowing some DescriptorLike & ~Copyable, _ name: FilePath, _ status: FileStatus
) throws {
  do { try fchownat(directory, name, owner: status.uid, group: status.gid) } catch {
    if error.errno != .invalidArgument { throw error }
  }
}

/// A file that is none any more by the time when it is opened may be a device, which root could read and the container
/// may not: so it is looked at once nobody can exchange it, and only then opened.
private func openRegularFile(
  at directory: borrowing some DescriptorLike & ~Copyable, _ name: FilePath
) throws -> Descriptor {
  let file = try open(at: directory, name, [.path, .noFollow])
  let kind = try statx(at: file, "", .emptyPath).mode.rawValue & 0o170000
  guard kind == 0o100000 else {
    throw ContainerError("copy \(name) of the image: it was a regular file, and is another kind now")
  }
  return try open("/proc/self/fd/\(file.rawValue)")
}
