import Linux
import SystemPackage

/// Makes a tar's members in a directory. Whatever a member says, nothing outside is read or written.
final class Unpacker {
  private let reader: TarReader
  private let tree: Tree
  private let owners: ImageOwners?

  /// How many members each attribute was left out of.
  private var leftOutCounts: [String: Int] = [:]

  init(_ reader: TarReader, into root: Directory, _ owners: ImageOwners? = nil) {
    self.reader = reader
    self.owners = owners
    tree = Tree(root)
  }

  func unpack() throws {
    var hasRoot = false
    while let member = try reader.next() {
      if !hasRoot { try tree.note(member.metadata.ofImpliedDirectory, of: tree.root, at: RawPath([])) }
      hasRoot = true
      do { try make(member) } catch { throw Refusal(error).of(member: member.path) }
      for name in member.metadata.leftOut {
        // Nobody reads more lines than this.
        let isRoom = leftOutCounts.count < 30 || leftOutCounts[name] != nil
        leftOutCounts[isRoom ? name : "something else", default: 0] += 1
      }
    }
    try tree.finishDirectories()
  }

  /// What was left out, one line each.
  var leftOut: [String] {
    leftOutCounts.sorted { $0.key < $1.key }.map { name, count in
      "\(RawPath(name.utf8).printable) of \(count) \(count == 1 ? "member" : "members") was left out"
    }
  }

  private func make(_ member: TarMember) throws {
    try owners?.check(member.metadata)
    guard let place = try MemberPath(member.path) else {
      guard case .directory = member.kind else { throw Refusal("the root is no directory") }
      try tree.note(member.metadata, of: tree.root, at: RawPath([]))
      return
    }
    let parent = try tree.directory(place.parent, implied: member.metadata.ofImpliedDirectory)
    let name = place.name
    switch member.kind {
    case .regular(let size): try makeFile(name, in: parent, size: size, member.metadata)
    case .directory: try makeDirectory(place, in: parent, member.metadata)
    case .symbolicLink(let target):
      try replacing(name, in: parent) { try symlink(target, at: parent.descriptor, name) }
      try set(member.metadata, of: name, in: parent, isLink: true)
    case .hardLink(let target): try makeHardLink(name, in: parent, to: target)
    case .node(let type, let device):
      if type == .characterDevice && device == DeviceNumber(0, 0) {
        throw Refusal("the device 0:0 is overlayfs's mark of a removed file")
      }
      // In a user namespace nobody can make one, and containers have their own /dev.
      if owners != nil && type != .fifo {
        leftOutCounts["the device", default: 0] += 1
        return
      }
      try replacing(name, in: parent) { try mknod(at: parent.descriptor, name, type, device, []) }
      try set(member.metadata, of: name, in: parent, isLink: false)
    }
  }

  private func makeFile(_ name: RawPath, in parent: Directory, size: Int, _ metadata: Metadata) throws {
    let file = OpenFile(
      try replacing(name, in: parent) {
        try open(at: parent.descriptor, name, [.writeOnly, .create, .exclusive, .noFollow])
      })
    var end = 0
    while let (bytes, offset) = try reader.nextBlock() {
      guard offset >= end, bytes.count <= size - offset else { throw Refusal("its parts are not in order") }
      try pwrite(file.descriptor, bytes, offset)
      end = offset + bytes.count
    }
    // A hole at the end.
    if end < size { try ftruncate(file.descriptor, size) }
    try set(metadata, of: file.descriptor)
  }

  private func makeDirectory(_ place: MemberPath, in parent: Directory, _ metadata: Metadata) throws {
    let directory: Directory
    do {
      try mkdir(at: parent.descriptor, place.name, .ownerReadWriteExecute)
      directory = try parent.open(place.name)
    } catch {
      if error.errno != .fileExists { throw error }
      directory = try existingDirectory(place.name, in: parent)
    }
    try tree.note(metadata, of: directory, at: place.whole)
  }

  /// What is there if it is a directory, and a new one in its place if it isn't.
  private func existingDirectory(_ name: RawPath, in parent: Directory) throws -> Directory {
    if let found = try? parent.open(name) { return found }
    try tree.remove(name, in: parent)
    try mkdir(at: parent.descriptor, name, .ownerReadWriteExecute)
    return try parent.open(name)
  }

  private func makeHardLink(_ name: RawPath, in parent: Directory, to target: RawPath) throws {
    let text = target.printable
    let place: MemberPath?
    do { place = try MemberPath(target) } catch { throw Refusal("its hard link to \(text) leads outside") }
    guard let place else { throw Refusal("it is a hard link to the root") }
    let old: Directory
    let status: FileStatus
    do {
      old = try tree.open(place.parent)
      status = try statx(at: old.descriptor, place.name, .symlinkNoFollow)
    } catch { throw Refusal("it is a hard link to \(text), and there is no such member before it") }
    if status.mode.type == .directory { throw Refusal("it is a hard link to the directory \(text)") }
    if let there = try? statx(at: parent.descriptor, name, .symlinkNoFollow), there.inode == status.inode {
      return
    }
    try replacing(name, in: parent) {
      try link(from: old.descriptor, place.name, to: parent.descriptor, name)
    }
  }

  /// Does what makes a file; where there is one already, it is removed before.
  private func replacing<Result: ~Copyable>(
    _ name: RawPath, in parent: Directory, _ make: () throws -> Result
  ) throws -> Result {
    do { return try make() } catch {
      if (error as? SystemCallError)?.errno != .fileExists { throw error }
      try tree.remove(name, in: parent)
      return try make()
    }
  }
}

/// Owner, mode, extended attributes, time of an open file, in this order: a change of the owner clears the setuid bit
/// and the file's capabilities.
func set(_ metadata: Metadata, of file: borrowing Descriptor) throws {
  try fchownat(file, "", owner: metadata.uid, group: metadata.gid)
  try fchmod(file, metadata.mode)
  for attribute in metadata.attributes { try fsetxattr(file, attribute.name, attribute.value) }
  try futimens(file, access: .time(metadata.time), modification: .time(metadata.time))
}

/// The same of what can't be opened: a device, a symbolic link. It was just made, so its name leads to it.
private func set(_ metadata: Metadata, of name: RawPath, in parent: Directory, isLink: Bool) throws {
  if let attribute = metadata.attributes.first {
    throw Refusal("only files and directories have attributes like \(attribute.name)")
  }
  try fchownat(parent.descriptor, name, owner: metadata.uid, group: metadata.gid)
  if !isLink { try chmod(at: parent.descriptor, name, metadata.mode) }
  let time = FileTime.time(metadata.time)
  try utimensat(parent.descriptor, name, access: time, modification: time)
}
