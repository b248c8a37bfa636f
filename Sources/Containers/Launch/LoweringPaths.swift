import CLinux
import Linux
import SystemPackage

private let noEntry: Int32 = 2
private let exists: Int32 = 17
private let notDirectory: Int32 = 20

/// Where a path of the container leads: the deepest of the mounts that were made for it, and the way from there.
///
/// An image decides what its own paths lead to, and a later mount can hide an earlier one. So what is below a mount of
/// ours is found from the mount's descriptor, and never by its path from the root again.
final class Places {
  private let root: Directory

  init(root: Slot) { self.root = Directory(mount: root) }

  /// A name on the way to a mount. Names are bytes: what Swift takes for one text may be two.
  private final class Directory {
    var mount: Slot?
    var entries: [[UInt8]: Directory] = [:]

    init(mount: Slot?) { self.mount = mount }
  }

  func add(_ mount: Slot, at path: String) {
    var directory = root
    for name in pathComponents(path).map({ Array($0.utf8) }) {
      let next = directory.entries[name] ?? Directory(mount: nil)
      directory.entries[name] = next
      directory = next
    }
    directory.mount = mount
  }

  struct Place {
    var mount: Slot
    /// Relative to the mount.
    var names: [String]
    /// No symbolic link has a place on the way: below a mount of ours, and where the kernel's own filesystems go.
    var isStrict: Bool
    /// Whether the mount is one of ours, and not the root.
    var isOwn: Bool
  }

  func find(_ path: String) -> Place {
    let names = pathComponents(path)
    var (depth, mount) = (0, Slot(index: 0))
    var directory: Directory? = root
    for (index, name) in ([""] + names).enumerated() {
      if index > 0 { directory = directory?.entries[Array(name.utf8)] }
      guard let directory else { break }
      if let found = directory.mount { (depth, mount) = (index, found) }
    }
    let isSystem = names.first.map { ["proc", "sys", "dev"].contains($0) } ?? false
    return Place(
      mount: mount, names: Array(names.dropFirst(depth)), isStrict: depth > 0 || isSystem, isOwn: depth > 0)
  }
}

/// The names in a path.
func pathComponents(_ path: String) -> [String] { path.parts(at: "/").filter { $0 != "" && $0 != "." } }

extension Lowering {
  /// openat2 of a path of the container: it doesn't lead out of it, and no magic link is followed.
  ///
  /// - Parameter orElse: where a path that doesn't exist leads; without it that is a failure.
  func lookUp(_ path: String, _ flags: Int, into slot: Slot, orElse: Label? = nil, then: Label? = nil) {
    lookUp(places.find(path), flags, into: slot, orElse: orElse, then: then)
  }

  private func lookUp(
    _ place: Places.Place, _ flags: Int, into slot: Slot, orElse: Label? = nil, then: Label? = nil
  ) {
    let resolve =
      place.isStrict ? LINUX_RESOLVE_BENEATH | LINUX_RESOLVE_NO_SYMLINKS : LINUX_RESOLVE_IN_ROOT
    // struct open_how: flags, mode, resolve
    let how = builder.bytes(
      (
        UInt64(flags | Int(LINUX_O_CLOEXEC)), UInt64(0),
        UInt64(UInt32(resolve)) | UInt64(LINUX_RESOLVE_NO_MAGICLINKS)
      ))
    let relative = place.names.joined(separator: "/")
    builder.call(
      __NR_openat2, .slot(place.mount), builder.text(relative.isEmpty ? "." : relative), builder.address(how),
      24,
      into: slot, tolerate: orElse == nil ? [] : [noEntry, notDirectory], otherwise: orElse, then: then)
  }

  /// move_mount of a detached mount onto a path of the container, which is made where it is missing.
  func attach(_ tree: Slot, onto path: String, _ kind: FileKind) {
    if kind == .directory, let (directory, name) = ownName(path) {
      builder.call(__NR_mkdirat, .slot(directory), name, 0o755, tolerate: [exists])
      move(tree, into: directory, name)
      return
    }
    let target = makeTarget(path, kind)
    move(tree, onto: target)
    release(target)
  }

  /// A name in a mount of ours, which takes no look-up where the last name of a path is not followed.
  func ownName(_ path: String) -> (directory: Slot, name: Argument)? {
    let place = places.find(path)
    guard place.isOwn, place.names.count == 1, place.names[0] != ".." else { return nil }
    return (place.mount, builder.text(place.names[0]))
  }

  /// move_mount onto a name in a directory; no symbolic link is followed.
  func move(_ tree: Slot, into directory: Slot, _ name: Argument) {
    builder.call(
      __NR_move_mount, .slot(tree), builder.text(""), .slot(directory), name,
      .value(Int(LINUX_MOVE_MOUNT_F_EMPTY_PATH)))
  }

  /// A directory or file to mount on, made with its parents where it is missing.
  func makeTarget(_ path: String, _ kind: FileKind) -> Slot {
    let target = builder.slot()
    let (missing, done) = (Label(), Label())
    let open = Int(LINUX_O_PATH)
    let place = places.find(path)
    lookUp(place, open, into: target, orElse: missing, then: done)
    builder.place(missing)
    for (index, name) in place.names.enumerated() {
      // The mount itself needs no look-up.
      let parent = index == 0 ? place.mount : builder.slot()
      var above = place
      above.names = Array(place.names[..<index])
      if index > 0 { lookUp(above, open | Int(LINUX_O_DIRECTORY), into: parent) }
      let isLast = index == place.names.count - 1
      if isLast && kind == .other {
        let regular = 0o100000
        builder.call(
          __NR_mknodat, .slot(parent), builder.text(name), .value(regular | 0o644), 0, tolerate: [exists])
      } else {
        builder.call(__NR_mkdirat, .slot(parent), builder.text(name), 0o755, tolerate: [exists])
      }
      if index > 0 { release(parent) }
    }
    lookUp(place, open, into: target)
    builder.place(done)
    return target
  }

  /// The directory of a path, made where it is missing, and the path's last name.
  ///
  /// One descriptor serves all paths of a directory.
  func makeParent(_ path: String) -> (directory: Slot, name: String) {
    let names = pathComponents(path)
    let parent = "/" + names.dropLast().joined(separator: "/")
    let place = places.find(parent)
    let directory =
      place.names.isEmpty
      ? place.mount : parents.slots[FilePath(parent)] ?? makeTarget(parent, .directory)
    parents.slots[FilePath(parent)] = directory
    return (directory, names.last ?? "")
  }

  /// The container's /dev/null to mount from, verified once.
  func nullDevice() -> Slot {
    let null = parents.null ?? openNull(Int(LINUX_O_PATH))
    parents.null = null
    return null
  }
}
