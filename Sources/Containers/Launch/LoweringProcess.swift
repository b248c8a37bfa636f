import CLinux
import Linux
import OCISpec

private let exists: Int32 = 17

// MARK: Devices and stdio

extension Lowering {
  func makeNode(_ device: DeviceNode) {
    let (directory, name) = makeParent(device.path)
    let mode = device.type.rawValue | device.mode
    let (there, done) = (Label(), Label())
    builder.call(
      __NR_mknodat, .slot(directory), builder.text(name), .value(Int(mode)),
      .value(Int(device.number.rawValue)), tolerate: [exists], otherwise: there)
    if device.uid != 0 || device.gid != 0 {
      builder.call(
        __NR_fchownat, .slot(directory), builder.text(name), .value(Int(device.uid)), .value(Int(device.gid)),
        .value(Int(LINUX_AT_SYMLINK_NOFOLLOW)))
    }
    builder.jump(done)
    // In an image that has it already it must be what was asked for.
    builder.place(there)
    let node = builder.slot()
    lookUp(device.path, Int(LINUX_O_PATH), into: node)
    verify(node, device)
    release(node)
    builder.place(done)
  }

  /// After a look whether it is what the plan says.
  func bindNode(_ device: DeviceNode) {
    let tree = builder.slot()
    let flags = Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC)
    builder.call(
      __NR_open_tree, .value(Int(LINUX_AT_FDCWD)), builder.text(device.path), .value(flags), into: tree)
    verify(tree, device)
    setAttributes(tree, [.noSuid, .noExec], recursive: false)
    attach(tree, at: device.path, kind: .other)
  }

  /// What a mount is cloned of must have a place: over the root, where no path of the container is looked for.
  func placeNodes(_ devices: [DeviceNode]) {
    guard let tree = inheritedTree() else { return }
    move(tree, onto: root)
    for (index, device) in devices.enumerated() {
      let node = builder.slot()
      let flags = Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC)
      builder.call(__NR_open_tree, .slot(tree), builder.text("\(index)"), .value(flags), into: node)
      attach(node, at: device.path, kind: .other)
    }
    builder.call(__NR_fchdir, .slot(tree))
    builder.call(__NR_umount2, builder.text("."), .value(Int(LINUX_MNT_DETACH)))
    release(tree)
  }

  func makeLink(_ target: String, _ path: String) {
    let (directory, name) = makeParent(path)
    builder.call(
      __NR_symlinkat, builder.text(target), .slot(directory), builder.text(name), tolerate: [exists])
  }

  /// The container's /dev/null, after a look whether it is that.
  func openNull(_ flags: Int) -> Slot {
    let null = builder.slot()
    lookUp("/dev/null", flags, into: null)
    verify(null, major: 1, minor: 3)
    return null
  }

  func nullInput() {
    let null = openNull(Int(LINUX_O_RDWR))
    builder.call(__NR_dup3, .slot(null), 0, 0)
  }

  private func verify(_ descriptor: Slot, _ device: DeviceNode) {
    let isDevice = device.type != .fifo
    verify(
      descriptor, type: Int(device.type.rawValue), major: isDevice ? Int(device.number.major) : 0,
      minor: isDevice ? Int(device.number.minor) : 0)
  }

  /// Fails unless the descriptor is a device with this number, a character device mostly; nil takes any.
  private func verify(
    _ descriptor: Slot, type: Int = Int(NodeType.characterDevice.rawValue), major: Int, minor: Int?
  ) {
    // struct statx: stx_mode at 28, stx_rdev_major at 128, stx_rdev_minor at 132
    let status = builder.allocate(256)
    let noDevice: Int32 = 6
    builder.call(
      __NR_statx, .slot(descriptor), builder.text(""), .value(Int(LINUX_AT_EMPTY_PATH)),
      .value(Int(LINUX_STATX_TYPE)), builder.address(status))
    builder.compare(status + 28, mask: 0o170000, equals: type, errno: noDevice)
    builder.compare(status + 128, mask: -1, equals: major, errno: noDevice)
    if let minor { builder.compare(status + 132, mask: -1, equals: minor, errno: noDevice) }
  }

  func openRoot() {
    let flags = Int(LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_CLOEXEC)
    builder.call(
      __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text("/"), .value(flags), into: root)
  }

  func terminal(_ size: ConsoleSize?, hasConsole: Bool) {
    let (unlock, getPeer, setSize, setControlling) = (0x4004_5431, 0x5441, 0x5414, 0x540E)
    let open = Int(LINUX_O_RDWR | LINUX_O_NOCTTY)
    let (master, slave) = (builder.slot(), builder.slot())
    lookUp("/dev/pts/ptmx", open, into: master)
    verify(master, major: 5, minor: 2)
    builder.call(__NR_ioctl, .slot(master), .value(unlock), builder.address(builder.allocate(8)))
    builder.call(__NR_ioctl, .slot(master), .value(getPeer), .value(open | Int(LINUX_O_CLOEXEC)), into: slave)
    verify(slave, major: 136, minor: nil)
    if let size {
      let window = builder.bytes(
        (UInt16(clamping: size.height), UInt16(clamping: size.width), UInt16(0), UInt16(0)))
      builder.call(__NR_ioctl, .slot(slave), .value(setSize), builder.address(window))
    }
    if hasConsole {
      let console = builder.slot()
      cloneTree(slave, into: console, recursive: false)
      attach(console, at: "/dev/console", kind: .other)
    }
    builder.call(__NR_ioctl, .slot(slave), .value(setControlling), 0)
    for stream in 0...2 { builder.call(__NR_dup3, .slot(slave), .value(stream), 0) }
    send(Report.terminal, [.slot(master)], to: .value(channel))
  }
}

// MARK: Privileges

extension Lowering {
  func dropBoundingSet(_ kept: CapabilitySet) {
    let invalid: Int32 = 22
    let end = Label()
    // The kernel knows the last one: the first number that it doesn't know ends the loop.
    for capability in CapabilitySet(rawValue: ~kept.rawValue) {
      builder.call(
        __NR_prctl, .value(Int(LINUX_PR_CAPBSET_DROP)), .value(Int(capability.rawValue)), 0, 0, 0,
        tolerate: [invalid], otherwise: end)
    }
    builder.place(end)
  }

  func setUser(_ user: User, keepsGroups: Bool) {
    let groups = builder.allocate(user.additionalGids.count * 4)
    for (index, group) in user.additionalGids.enumerated() {
      groups.storeBytes(of: group, toByteOffset: index * 4, as: UInt32.self)
    }
    let (uid, gid): (Argument, Argument) = (.value(Int(user.uid)), .value(Int(user.gid)))
    if !keepsGroups {
      builder.call(__NR_setgroups, .value(user.additionalGids.count), builder.address(groups))
    }
    // Only who becomes another than root loses them.
    if user.uid != 0 { builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_KEEPCAPS)), 1, 0, 0, 0) }
    builder.call(__NR_setresgid, gid, gid, gid)
    builder.call(__NR_setresuid, uid, uid, uid)
  }

  func setCapabilities(_ sets: ProcessCapabilities) {
    // struct __user_cap_header_struct and __user_cap_data_struct[2]: effective, permitted, inheritable
    let version3: UInt32 = 0x2008_0522
    let header = builder.bytes((version3, Int32(0)))
    func half(_ shift: UInt64) -> (UInt32, UInt32, UInt32) {
      func bits(_ set: CapabilitySet) -> UInt32 { UInt32(truncatingIfNeeded: set.rawValue >> shift) }
      return (bits(sets.effective), bits(sets.permitted), bits(sets.inheritable))
    }
    let (low, high) = (half(0), half(32))
    let data = builder.bytes((low.0, low.1, low.2, high.0, high.1, high.2))
    builder.call(
      __NR_prctl, .value(Int(LINUX_PR_CAP_AMBIENT)), .value(Int(LINUX_PR_CAP_AMBIENT_CLEAR_ALL)), 0, 0, 0)
    builder.call(__NR_capset, builder.address(header), builder.address(data))
    for capability in sets.ambient {
      builder.call(
        __NR_prctl, .value(Int(LINUX_PR_CAP_AMBIENT)), .value(Int(LINUX_PR_CAP_AMBIENT_RAISE)),
        .value(Int(capability.rawValue)), 0, 0)
    }
  }
}
