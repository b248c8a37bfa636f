import CLinux
import Linux
import OCISpec
import SystemPackage

private let noEntry: Int32 = 2
private let accessDenied: Int32 = 13
private let otherMount: Int32 = 18
private let notDirectory: Int32 = 20
private let invalid: Int32 = 22
/// F_DUPFD_CLOEXEC
private let duplicateDescriptor = 1030
/// What engines mask that is a file.
private let maskedFiles: Set = ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/interrupts"]
private let here = Argument.value(Int(LINUX_AT_FDCWD))

// MARK: The root

extension Lowering {
  /// From here on the current directory is the scratch tmpfs, so that no path can have a special character.
  func scratch(_ directory: String) {
    let tmpfs = makeFilesystem("tmpfs", "cooper", [.init("mode", "700")], [.noSuid, .noDev])
    place(tmpfs, directory)
    builder.call(__NR_fchdir, .slot(tmpfs))
    release(tmpfs)
    for name in ["upper", "work", "root", "empty"] { makeDirectory(name, mode: 0o755) }
    place(makeCover(), "empty")
  }

  func overlay(_ lower: [String], userAttributes: Bool) {
    let names = lower.indices.map { "lower\($0)" }
    for (source, name) in zip(lower, names) {
      makeDirectory(name, mode: 0o755)
      let tree = builder.slot()
      builder.call(
        __NR_open_tree, here, builder.text(source),
        .value(Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC)), into: tree)
      place(tree, name)
      release(tree)
    }
    let attributes: [FilesystemMount.Option] = userAttributes ? [.init("userxattr")] : []
    let layers: [FilesystemMount.Option] = [
      .init("lowerdir", names.joined(separator: ":")), .init("upperdir", "upper"), .init("workdir", "work"),
    ]
    place(makeFilesystem("overlay", "overlay", layers + attributes, .noDev, into: root), "root")
  }

  func emptyRoot() {
    place(makeFilesystem("tmpfs", "tmpfs", [.init("mode", "755")], .noDev, into: root), "root")
  }

  /// The cover, and then the root over it: so the cover has a place, which nobody sees.
  func rootDirectory(_ path: String) {
    let source = BindSource(path: path, isRecursive: true)
    if let tree = sourceTrees.slots[FilePath(source.key)] {
      builder.call(__NR_fcntl, .slot(tree), .value(duplicateDescriptor), 0, into: root)
    } else {
      cloneTree(of: path, into: root, recursive: true)
    }
    if hasMasks { place(makeCover(), path) }
    place(root, path)
  }

  /// What hides directories; masks are clones of it.
  private func makeCover() -> Slot {
    makeFilesystem(
      "tmpfs", "tmpfs", [.init("mode", "755")], [.readOnly, .noSuid, .noDev, .noExec], into: empty)
  }

  /// move_mount onto a path of the host side, or of the scratch directory.
  private func place(_ mount: Slot, _ path: String) {
    builder.call(
      __NR_move_mount, .slot(mount), builder.text(""), here, builder.text(path),
      .value(Int(LINUX_MOVE_MOUNT_F_EMPTY_PATH | LINUX_MOVE_MOUNT_T_SYMLINKS)))
  }

  private func makeDirectory(_ name: String, mode: Int) {
    builder.call(__NR_mkdirat, here, builder.text(name), .value(mode))
  }
}

// MARK: Mounts in the root

extension Lowering {
  /// The mount's descriptor stays open: what is done below its path later is done there, wherever the path leads then.
  func attach(_ mount: FilesystemMount) {
    if mount.takesMode { return attachWithMode(mount) }
    let tree =
      (mount.copiesUp ? inheritedTree() : nil)
      ?? makeFilesystem(mount.type, mount.source, mount.options, mount.attributes)
    attach(tree, onto: mount.path, .directory)
    for change in mount.changes { setAttributes(tree, change) }
    places.add(tree, at: mount.path)
  }

  /// Its mode is set before it is read-only, and before it has a place.
  private func attachWithMode(_ mount: FilesystemMount) {
    let target = makeTarget(mount.path, .directory)
    let tree = makeFilesystem(
      mount.type, mount.source, mount.options, mount.attributes.subtracting(.readOnly))
    // struct statx: stx_mode at 28, 16 bits
    let (status, mode) = (builder.allocate(256), builder.slot())
    builder.call(
      __NR_statx, .slot(target), builder.text(""), .value(Int(LINUX_AT_EMPTY_PATH)),
      .value(Int(LINUX_STATX_MODE)), builder.address(status))
    builder.load(status + 28, mask: 0o7777, into: mode)
    builder.call(__NR_fchmodat, .slot(tree), builder.text("."), .slot(mode))
    if mount.attributes.contains(.readOnly) { setAttributes(tree, .readOnly, recursive: false) }
    move(tree, onto: target)
    release(target)
    for change in mount.changes { setAttributes(tree, change) }
    places.add(tree, at: mount.path)
  }

  func attach(_ bind: BindMount) {
    let tree: Slot
    if bind.idMap != nil, bind.pathInRoot == nil, let inherited = inheritedTree() {
      tree = inherited
    } else if let source = BindSource(.bind(bind)),
      let open = sourceTrees.slots.removeValue(forKey: FilePath(source.key))
    {
      tree = open
    } else {
      tree = builder.slot()
      clone(bind, into: tree)
      if let map = bind.idMap, let namespace = trees.next() { mapIDs(of: tree, namespace, map) }
    }
    // Before it has a place: what is read-only was so from the beginning.
    for change in bind.changes where change.propagation == nil { setAttributes(tree, change) }
    attach(tree, onto: bind.path, kind: bind.kind)
    for change in bind.changes where change.propagation != nil { setAttributes(tree, change) }
    release(tree)
  }

  /// A source in the container's own root is what the mounts before it have made of that, and no link of the image's
  /// leads out of it.
  private func clone(_ bind: BindMount, into tree: Slot) {
    guard let path = bind.pathInRoot else {
      return cloneTree(of: bind.source, into: tree, recursive: bind.isRecursive)
    }
    let source = builder.slot()
    lookUp(path, Int(LINUX_O_PATH), into: source)
    cloneTree(source, into: tree, recursive: bind.isRecursive)
    release(source)
  }

  private func mapIDs(of tree: Slot, _ namespace: Int, _ map: IDMap) {
    let attribute = builder.bytes(
      (UInt64(LINUX_MOUNT_ATTR_IDMAP), UInt64(0), UInt64(0), UInt64(namespace)))
    builder.call(
      __NR_mount_setattr, .slot(tree), builder.text(""),
      .value(Int(LINUX_AT_EMPTY_PATH) | (map.isRecursive ? Int(LINUX_AT_RECURSIVE) : 0)),
      builder.address(attribute), 32)
  }

  /// - Parameter kind: nil for what the tree is.
  private func attach(_ tree: Slot, onto path: String, kind: FileKind?) {
    if let kind { return attach(tree, onto: path, kind) }
    // struct statx: stx_mode at 28
    let (status, isFile, end) = (builder.allocate(256), Label(), Label())
    builder.call(
      __NR_statx, .slot(tree), builder.text(""), .value(Int(LINUX_AT_EMPTY_PATH)),
      .value(Int(LINUX_STATX_TYPE)), builder.address(status))
    builder.compare(status + 28, mask: 0o170000, equals: 0o040000, errno: notDirectory, otherwise: isFile)
    attach(tree, onto: path, .directory)
    builder.jump(end)
    builder.place(isFile)
    attach(tree, onto: path, .other)
    builder.place(end)
  }

  /// A detached mount that the host side has made.
  func inheritedTree() -> Slot? {
    guard let number = trees.next() else { return nil }
    let tree = builder.slot()
    builder.call(__NR_fcntl, .value(number), .value(duplicateDescriptor), 0, into: tree)
    return tree
  }

  /// mount(MS_REMOUNT) knows a path only, and "." is one that nobody can change.
  func remount(_ path: String, _ flags: MountFlags, _ data: String) {
    enterMount(path)
    builder.call(
      __NR_mount, 0, builder.text("."), 0, .value(Int(flags.union(.remount).rawValue)),
      data.isEmpty ? 0 : builder.text(data))
  }

  func labelMount(_ path: String, _ label: String) {
    enterMount(path)
    let text = builder.counted(label)
    builder.call(
      __NR_setxattr, builder.text("."), builder.text("security.selinux"), text.address, text.count, 0)
  }

  private func enterMount(_ path: String) {
    let mount = builder.slot()
    lookUp(path, Int(LINUX_O_PATH | LINUX_O_DIRECTORY), into: mount)
    builder.call(__NR_fchdir, .slot(mount))
    release(mount)
  }

  /// The same of one that nothing is found below.
  func attach(_ tree: Slot, at path: String, kind: FileKind = .directory) {
    attach(tree, onto: path, kind)
    release(tree)
  }

  /// - Parameter orElse: where it leads when one is a directory and the other is not; without it that is a failure.
  func move(_ tree: Slot, onto target: Slot, orElse: Label? = nil, then: Label? = nil) {
    let empty = builder.text("")
    builder.call(
      __NR_move_mount, .slot(tree), empty, .slot(target), empty,
      .value(Int(LINUX_MOVE_MOUNT_F_EMPTY_PATH | LINUX_MOVE_MOUNT_T_EMPTY_PATH)),
      tolerate: orElse == nil ? [] : [notDirectory, invalid], otherwise: orElse, then: then)
  }

  /// A detached mount of a new filesystem.
  func makeFilesystem(
    _ type: String, _ source: String?, _ options: [FilesystemMount.Option], _ attributes: MountAttributes,
    into slot: Slot? = nil
  ) -> Slot {
    let context = builder.slot()
    let mount = slot ?? builder.slot()
    builder.call(__NR_fsopen, builder.text(type), .value(Int(LINUX_FSOPEN_CLOEXEC)), into: context)
    let sourceOption = source.map { [FilesystemMount.Option("source", $0)] } ?? []
    for option in sourceOption + options {
      let command = option.value == nil ? LINUX_FSCONFIG_SET_FLAG : LINUX_FSCONFIG_SET_STRING
      builder.call(
        __NR_fsconfig, .slot(context), .value(Int(command)), builder.text(option.key),
        option.value.map { builder.text($0) } ?? 0, 0, explained: context)
    }
    builder.call(
      __NR_fsconfig, .slot(context), .value(Int(LINUX_FSCONFIG_CMD_CREATE)), 0, 0, 0, explained: context)
    builder.call(
      __NR_fsmount, .slot(context), .value(Int(LINUX_FSMOUNT_CLOEXEC)), .value(Int(attributes.rawValue)),
      into: mount, explained: context)
    release(context)
    return mount
  }

  func setAttributes(_ mount: Slot, _ attributes: MountAttributes, recursive: Bool) {
    setAttributes(mount, MountChange(set: attributes, isRecursive: recursive))
  }

  func setAttributes(_ mount: Slot, _ change: MountChange) {
    var cleared = change.clear
    if !change.set.isDisjoint(with: [.noATime, .strictATime]) { cleared.insert(.accessTime) }
    // struct mount_attr: attr_set, attr_clr, propagation, userns_fd
    let attribute = builder.bytes(
      (change.set.rawValue, cleared.rawValue, UInt64(change.propagation?.flags.rawValue ?? 0), UInt64(0)))
    builder.call(
      __NR_mount_setattr, .slot(mount), builder.text(""),
      .value(Int(LINUX_AT_EMPTY_PATH) | (change.isRecursive ? Int(LINUX_AT_RECURSIVE) : 0)),
      builder.address(attribute), 32, tolerate: change.toleratesLocks ? [Errno.notPermitted.rawValue] : [])
  }

  /// A path that isn't there needs no mask. Whether it is a file or a directory is found out by trying.
  func mask(_ path: String) {
    let covers = [empty, nullDevice()]
    let (likely, other) = maskedFiles.contains(path) ? (covers[1], covers[0]) : (covers[0], covers[1])
    let (target, cover) = (builder.slot(), builder.slot())
    let (isOther, end) = (Label(), Label())
    lookUp(path, Int(LINUX_O_PATH), into: target, orElse: end)
    refuseRoot(target, path)
    cloneTree(likely, into: cover, recursive: false)
    move(cover, onto: target, orElse: isOther, then: end)
    builder.place(isOther)
    cloneTree(other, into: cover, recursive: false)
    move(cover, onto: target)
    builder.place(end)
  }

  func makeReadOnly(_ path: String) {
    let (target, tree) = (builder.slot(), builder.slot())
    let end = Label()
    if let (directory, name) = ownName(path) {
      cloneTree(named: name, in: directory, into: tree, orElse: end)
      setAttributes(tree, .readOnly, recursive: true)
      move(tree, into: directory, name)
    } else {
      lookUp(path, Int(LINUX_O_PATH), into: target, orElse: end)
      refuseRoot(target, path)
      cloneTree(target, into: tree, recursive: true)
      setAttributes(tree, .readOnly, recursive: true)
      move(tree, onto: target)
    }
    builder.place(end)
  }

  /// EBUSY where a link or ".." has led to the root: that is entered by its own descriptor, so what is mounted on it
  /// would be without effect. Where neither is followed it takes no call.
  private func refuseRoot(_ target: Slot, _ path: String) {
    let place = places.find(path)
    if place.isOwn || (place.isStrict && !place.names.contains("..")) { return }
    // struct statx: stx_attributes at 8
    let (status, end) = (builder.allocate(256), Label())
    let isMountRoot = Int(LINUX_STATX_ATTR_MOUNT_ROOT)
    builder.call(
      __NR_statx, .slot(target), builder.text(""), .value(Int(LINUX_AT_EMPTY_PATH)), 0,
      builder.address(status))
    builder.compare(status + 8, mask: isMountRoot, equals: isMountRoot, errno: noEntry, otherwise: end)
    // A rename of "." is never done: between mounts it is EXDEV, and in one it is EBUSY.
    let here = builder.text(".")
    builder.call(
      __NR_renameat2, .slot(target), here, .slot(root), here, 0,
      tolerate: [accessDenied, otherMount, notDirectory], otherwise: end)
    builder.place(end)
  }

  /// open_tree of a name in a directory, and of all below it; no symbolic link is followed.
  private func cloneTree(named name: Argument, in directory: Slot, into tree: Slot, orElse: Label) {
    let flags =
      Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC) | Int(LINUX_AT_RECURSIVE)
      | Int(LINUX_AT_SYMLINK_NOFOLLOW)
    builder.call(
      __NR_open_tree, .slot(directory), name, .value(flags), into: tree, tolerate: [noEntry],
      otherwise: orElse)
  }

  /// open_tree of a path of the machine.
  func cloneTree(of path: String, into tree: Slot, recursive: Bool) {
    let flags =
      Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC) | (recursive ? Int(LINUX_AT_RECURSIVE) : 0)
    builder.call(__NR_open_tree, here, builder.text(path), .value(flags), into: tree)
  }

  func cloneTree(_ descriptor: Slot, into tree: Slot, recursive: Bool) {
    let flags =
      Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC) | Int(LINUX_AT_EMPTY_PATH)
      | (recursive ? Int(LINUX_AT_RECURSIVE) : 0)
    builder.call(__NR_open_tree, .slot(descriptor), builder.text(""), .value(flags), into: tree)
  }
}

/// A path of the machine that a step mounts in the container.
struct BindSource {
  let path: String
  let isRecursive: Bool
  /// Where it is mounted: each mount has a tree of its own, since before Linux 6.15 one without a place can't be cloned.
  let target: String

  var key: String { "\(isRecursive ? "r" : "-")\(path.utf8.count):\(path)\(target)" }

  init(path: String, isRecursive: Bool, target: String = "") {
    self.path = path
    self.isRecursive = isRecursive
    self.target = target
  }

  init?(_ step: ChildStep) {
    switch step {
    case .rootDirectory(let path): self.init(path: path, isRecursive: true)
    case .bind(let bind) where bind.idMap == nil && bind.pathInRoot == nil:
      self.init(path: bind.source, isRecursive: bind.isRecursive, target: bind.path)
    default: return nil
    }
  }
}
