import CLinux
import Linux
import OCISpec
import SystemPackage

/// Turns the child's steps into system calls: the last translation before the kernel.
///
/// Paths in the container are looked up below the descriptors of its mounts (`Places`), filesystems are mounted through
/// detached descriptors, and after pivot_root nothing is opened by name but the command.
struct Lowering {
  let builder = ProgramBuilder()
  let numbers: DescriptorNumbers
  /// The descriptor to the host side, in the child: the first behind those that it keeps of the caller's.
  var channel: Int { numbers.channel }
  /// `InheritedDescriptors.other`, in the child.
  var other: Int? { numbers.other }
  /// The root of the container, a mount's descriptor.
  let root: Slot
  /// An empty read-only directory, a mount's descriptor.
  let empty: Slot
  /// The container's mounts, by which its paths are found.
  let places: Places
  let parents = OpenDescriptors()
  /// How many descriptors nobody needs any more.
  let released = Counter()
  let trees: InheritedTrees
  /// What is bound of the machine, and the trees of it that are open already.
  let sources: [BindSource]
  let sourceTrees = OpenDescriptors()
  let namespaces: OpenNamespaces
  /// Files of the machine's that are written to after mounts of somebody else's making were entered: opened before.
  let lateFiles: [String]
  let openFiles = OpenDescriptors()
  let isTraced: Bool
  let hasMasks: Bool
  /// The clocks of a time namespace of its own.
  let clocks: Slot?
  let message: UnsafeMutablePointer<Report>
  let ending: Ending
  /// 1 where the working directory has been reached.
  let arrival: UnsafeMutableRawPointer

  /// - Parameter descriptors: the numbers under which the child inherits them.
  init(_ steps: [ChildStep], streams: StandardStreams, _ descriptors: InheritedDescriptors, isTraced: Bool) {
    self.isTraced = isTraced
    numbers = DescriptorNumbers(descriptors, steps)
    trees = InheritedTrees(numbers.trees)
    ending = Ending(steps)
    sources = steps.compactMap(BindSource.init)
    namespaces = OpenNamespaces(steps)
    lateFiles = steps.drop { !$0.entersMounts }.compactMap {
      if case .joinCgroup(let path) = $0 { "\(path)/tasks" } else { nil }
    }
    hasMasks = steps.contains { if case .mask = $0 { true } else { false } }
    clocks = steps.contains { if case .unshareTime = $0 { true } else { false } } ? builder.slot() : nil
    root = builder.slot()
    places = Places(root: root)
    empty = builder.slot()
    arrival = builder.allocate(4)
    message = builder.allocate(MemoryLayout<Report>.size).bindMemory(to: Report.self, capacity: 1)
    message.initialize(to: Report(kind: Report.traced))
    replaceStreams(streams)
    keepOnly(descriptors)
    for (index, step) in steps.enumerated() {
      builder.step = Int32(index)
      // exec doesn't come back to say that it is done.
      if case .exec = step { trace() }
      if index == ending.first { setUmask() }
      lower(step)
      trace()
    }
  }

  /// Bytes of a filesystem's own words about a failure.
  static let textCapacity = 256

  /// clone3, and in the child the walk.
  ///
  /// - Returns: the child's pid, or a negative errno.
  func run(_ arguments: inout clinux_clone_args) -> Int {
    let (commandLine, length) = ownCommandLine()
    return builder.run(
      &arguments, channel: channel, textCapacity: Self.textCapacity,
      initMemory: InitMemory(commandLine: commandLine, commandLineLength: length))
  }

  private func lower(_ step: ChildStep) {
    switch step {
    case .awaitGo: awaitGo()
    case .becomeMappedRoot(let uid, let gid): becomeMappedRoot(uid, gid)
    case .joinCgroup(let path): writeZero("\(path)/tasks")
    case .enterCgroup(let path): writeZero("\(path)/cgroup.procs")
    case .newSession: builder.call(__NR_setsid)
    case .newSessionKeyring:
      // ENOSYS: a kernel without keys.
      builder.call(__NR_keyctl, .value(Int(LINUX_KEYCTL_JOIN_SESSION_KEYRING)), 0, tolerate: [38])
    case .unshareCgroup: builder.call(__NR_unshare, .value(Int(LINUX_CLONE_NEWCGROUP)))
    case .enterNamespaces(let flags): enterNamespaces(flags)
    case .tellNamespaces(let flags): tellNamespaces(flags)
    case .joinNamespace(let kind, let path): joinNamespace(NamespacePath(kind, path))
    case .tryNamespace(let kind, let path): tryNamespace(NamespacePath(kind, path))
    case .unshareTime(let offsets): unshareTime(offsets)
    case .split(let flags): builder.split(flags)
    case .labelExec(let file, let value): write("/proc/self/attr/\(file)", value)
    case .sysctl(let key, let value): write("/proc/sys/\(key)", value)
    case .makeMountsPrivate: propagate(.private, "/", isRecursive: true)
    case .propagate(let propagation, let path, let isRecursive):
      propagate(propagation, path, isRecursive: isRecursive)
    case .scratch(let directory): scratch(directory)
    case .overlay(let lower, let userAttributes): overlay(lower, userAttributes: userAttributes)
    case .emptyRoot: emptyRoot()
    case .rootDirectory(let path): rootDirectory(path)
    case .mount(let mount): attach(mount)
    case .bind(let bind): attach(bind)
    case .labelMount(let path, let label): labelMount(path, label)
    case .remount(let path, let flags, let data): remount(path, flags, data)
    case .makeNode(let device): makeNode(device)
    case .bindNode(let device): bindNode(device)
    case .placeNodes(let devices): placeNodes(devices)
    case .makeLink(let target, let path): makeLink(target, path)
    case .makeDirectory(let path): release(makeTarget(path, .directory))
    case .sync: sync()
    case .openRoot: openRoot()
    case .terminal(let size, let hasConsole): terminal(size, hasConsole: hasConsole)
    case .nullInput: nullInput()
    case .mask(let path): mask(path)
    case .makeReadOnly(let path): makeReadOnly(path)
    case .restrict(let path, let change): setAttributes(places.find(path).mount, change)
    case .makeRootReadOnly: setAttributes(root, .readOnly, recursive: false)
    case .pivotRoot: pivotRoot()
    case .changeRoot: changeRoot()
    case .enterRoot(let path):
      builder.call(__NR_chroot, builder.text(path))
      builder.call(__NR_chdir, builder.text("/"))
    case .pivotSharedRoot: pivotSharedRoot()
    case .moveRoot(let paths): moveRoot(hiding: paths)
    case .setHostname(let name):
      let text = builder.counted(name)
      builder.call(__NR_sethostname, text.address, text.count)
    case .setDomainname(let name):
      let text = builder.counted(name)
      builder.call(__NR_setdomainname, text.address, text.count)
    case .loopbackUp: loopbackUp()
    case .limit(let setting): limit(setting)
    case .setScheduler(let attributes): setScheduler(attributes)
    case .setIOPriority(let priority): setIOPriority(priority)
    case .setMemoryPolicy(let policy): setMemoryPolicy(policy)
    case .setPersonality(let personality):
      builder.call(__NR_personality, .value(Int(personality.rawValue)))
    case .setAffinity(let cpus): setAffinity(cpus)
    case .resetAffinity: resetAffinity()
    case .ownStreams(let uid): ownStreams(uid)
    case .dropBoundingSet(let kept): dropBoundingSet(kept)
    case .setUser(let user, let keepsGroups): setUser(user, keepsGroups: keepsGroups)
    case .setCapabilities(let sets): setCapabilities(sets)
    case .noNewPrivileges: builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_NO_NEW_PRIVS)), 1, 0, 0, 0)
    case .loadFilter(let filter): loadFilter(filter)
    case .tryWorkingDirectory(let path): tryWorkingDirectory(path)
    case .workingDirectory(let path): workingDirectory(path)
    case .closeDescriptors: closeRange(from: numbers.lastKept + 1)
    case .findCommand(let args, let env): findCommand(args, env)
    case .awaitStart: awaitStart()
    case .becomeInit: builder.becomeInit()
    case .exec(let args, let env, _, let path): exec(args, env, path)
    }
  }

  /// Nothing of the host side's stays open but stdio, what is to be kept, the channel and what comes with it: a copy of
  /// somebody's end of a pipe would keep it from ending.
  private func keepOnly(_ inherited: InheritedDescriptors) {
    // What the child opens itself later has its place kept by the channel.
    let namespaces =
      inherited.namespaces.isEmpty
      ? numbers.namespaces.compactMap { _ in inherited.channel } : inherited.namespaces
    let originals =
      [inherited.channel, inherited.other].compactMap(\.self) + namespaces + inherited.trees
    let end = channel + originals.count
    let duplicate = 1030  // F_DUPFD_CLOEXEC
    // Out of each other's way first.
    let sources: [Argument] = originals.enumerated().map { index, number in
      if number == channel + index || !(channel..<end).contains(number) { return .value(number) }
      let free = builder.slot()
      builder.call(__NR_fcntl, .value(number), .value(duplicate), .value(end), into: free)
      return .slot(free)
    }
    for (index, source) in sources.enumerated() where originals[index] != channel + index {
      builder.call(__NR_dup3, source, .value(channel + index), .value(Int(LINUX_O_CLOEXEC)))
    }
    closeRange(from: end)
    for number in 3..<channel where closesOnExec(number) { builder.call(__NR_close, .value(number)) }
  }

  /// /proc/PID of a process that hides its memory is root's: so that comes after the host side has written what it has to
  /// there, and before anything of the container's is entered.
  private func awaitGo() {
    setSignalsAndMode()
    readGo()
    openClocks()
    hideMemory()
  }

  /// Who was root outside may go where the one inside may not.
  private func becomeMappedRoot(_ uid: UInt32, _ gid: UInt32) {
    for source in sources where sourceTrees.slots[FilePath(source.key)] == nil {
      let tree = builder.slot()
      cloneTree(of: source.path, into: tree, recursive: source.isRecursive)
      sourceTrees.slots[FilePath(source.key)] = tree
    }
    becomeRoot(uid, gid)
    hideMemory()
  }

  private func setSignalsAndMode() {
    let noSignals = builder.allocate(8)
    builder.call(__NR_rt_sigprocmask, 2, builder.address(noSignals), 0, 8)
    // Modes are meant as they are written; the command gets the usual mask.
    builder.call(__NR_umask, 0)
  }

  /// Until exec, nobody but root may look into this copy of the host side's memory.
  private func hideMemory() {
    builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_DUMPABLE)), 0, 0, 0, 0)
  }

  /// 0 is the writer itself.
  private func writeZero(_ path: String) { write(path, "0") }

  /// One write of a file of the machine's.
  private func write(_ path: String, _ text: String) {
    let file = openFiles.slots[FilePath(path)] ?? openToWrite(path)
    write(text, to: file)
    release(file)
  }

  func write(_ text: String, to file: Slot) {
    let bytes = builder.counted(text)
    builder.call(__NR_write, .slot(file), bytes.address, bytes.count)
  }

  func openToWrite(_ path: String) -> Slot {
    let file = builder.slot()
    openToWrite(path, into: file)
    return file
  }

  func openToWrite(_ path: String, into file: Slot) {
    let flags = Int(LINUX_O_WRONLY | LINUX_O_CLOEXEC)
    builder.call(
      __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text(path), .value(flags), into: file)
  }

  func closeRange(from first: Int) {
    builder.call(__NR_close_range, .value(first), .value(Int(UInt32.max)), 0)
  }

  private func trace() {
    guard isTraced && (ending.tracesLate || builder.step < ending.first) else { return }
    let monotonic = 1
    let time = UnsafeMutableRawPointer(message) + 16
    builder.call(__NR_clock_gettime, .value(monotonic), builder.address(time))
    builder.store(.value(Int(builder.step)), at: UnsafeMutableRawPointer(message) + 4)
    builder.call(
      __NR_write, .value(channel), builder.address(UnsafeMutableRawPointer(message)),
      .value(MemoryLayout<Report>.size))
  }

  private func loopbackUp() {
    let socket = builder.slot()
    let (inet, datagram) = (2, 2)
    builder.call(__NR_socket, .value(inet), .value(datagram | Int(LINUX_O_CLOEXEC)), 0, into: socket)
    // struct ifreq: a name of 16 bytes, then the flags: IFF_UP | IFF_RUNNING.
    let request = builder.allocate(40)
    request.copyMemory(from: "lo", byteCount: 2)
    request.storeBytes(of: 0x41, toByteOffset: 16, as: Int16.self)
    let setInterfaceFlags = 0x8914
    builder.call(__NR_ioctl, .slot(socket), .value(setInterfaceFlags), builder.address(request))
  }

  /// What is unmounted here would be unmounted on the machine: so the old root is made slave in between.
  private func pivotSharedRoot() {
    let (here, old) = (builder.text("."), builder.slot())
    let flags = Int(LINUX_O_PATH | LINUX_O_DIRECTORY | LINUX_O_CLOEXEC)
    builder.call(
      __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text("/"), .value(flags), into: old)
    builder.call(__NR_fchdir, .slot(root))
    builder.call(__NR_pivot_root, here, here)
    builder.call(__NR_fchdir, .slot(old))
    propagate(.slave, ".", isRecursive: true)
    builder.call(__NR_umount2, here, .value(Int(LINUX_MNT_DETACH)))
    builder.call(__NR_chdir, builder.text("/"))
  }

  /// The machine's mounts stay below the container's, where nothing leads.
  private func moveRoot(hiding paths: [String]) {
    let here = builder.text(".")
    let (notPermitted, noEntry, invalid): (Int32, Int32, Int32) = (1, 2, 22)
    for (index, path) in paths.enumerated() where !paths[..<index].contains(where: { $0.isSame(as: path) }) {
      let (text, cover, end) = (builder.text(path), Label(), Label())
      let errnos = [notPermitted, noEntry, invalid]
      // As many as lie on each other there. The one that covers must not be taken for one of them.
      for _ in paths.filter({ $0.isSame(as: path) }) {
        builder.call(
          __NR_umount2, text, .value(Int(LINUX_MNT_DETACH)), tolerate: errnos, otherwise: cover)
      }
      builder.jump(end)
      // In a user namespace it can be covered only.
      builder.place(cover)
      builder.call(
        __NR_mount, builder.text("tmpfs"), text, builder.text("tmpfs"),
        .value(Int(MountFlags.readOnly.rawValue)), 0,
        tolerate: errnos)
      builder.place(end)
    }
    builder.call(__NR_fchdir, .slot(root))
    builder.call(__NR_mount, here, builder.text("/"), 0, .value(Int(MountFlags.move.rawValue)), 0)
    builder.call(__NR_chroot, here)
    builder.call(__NR_chdir, builder.text("/"))
  }

  private func changeRoot() {
    builder.call(__NR_fchdir, .slot(root))
    builder.call(__NR_chroot, builder.text("."))
    builder.call(__NR_chdir, builder.text("/"))
  }

  private func pivotRoot() {
    let here = builder.text(".")
    builder.call(__NR_fchdir, .slot(root))
    builder.call(__NR_pivot_root, here, here)
    builder.call(__NR_umount2, here, .value(Int(LINUX_MNT_DETACH)))
    builder.call(__NR_chdir, builder.text("/"))
  }

  /// A filter may allow no more than the command's calls: so this comes before it, and that all is done is told then unless
  /// it may be told behind it.
  private func setUmask() {
    builder.call(__NR_umask, .value(Int(ending.umask)))
    if !ending.reportsLate { report(Report.ready) }
  }

  private func tryWorkingDirectory(_ path: String) {
    let (notPermitted, missing, denied): (Int32, Int32, Int32) = (1, 2, 13)
    let end = Label()
    builder.call(__NR_chdir, builder.text(path), tolerate: [notPermitted, missing, denied], otherwise: end)
    builder.store(1, at: arrival)
    builder.place(end)
  }

  private func workingDirectory(_ path: String) {
    let (missing, arrived) = (Label(), Label())
    builder.compare(arrival, mask: -1, equals: 1, errno: 1, otherwise: missing)
    builder.jump(arrived)
    builder.place(missing)
    builder.call(__NR_chdir, builder.text(path))
    builder.place(arrived)
    // The kernel tells of a directory outside of the root by another first letter.
    let name = builder.allocate(4096)
    builder.call(__NR_getcwd, builder.address(name), 4096)
    builder.compare(name, mask: 0xff, equals: Int(UInt8(ascii: "/")), errno: 2)
  }

  /// A name without a slash is looked for in the PATH of `env`, as a shell does it.
  private func exec(_ args: [String], _ env: [String], _ path: String?) {
    if ending.reportsLate { report(Report.ready) }
    let argv = builder.texts(args)
    let envp = builder.texts(env)
    tryEach(path.map { [$0] } ?? commandPaths(args, env)) { file, tolerated in
      builder.call(__NR_execve, builder.text(file), argv, envp, tolerate: tolerated)
    }
  }
}

/// The last steps, of which a filter may be the first.
struct Ending {
  /// The index of the filter's, or of exec.
  var first = -1
  /// Whether that all is done is told behind the filter: also where what comes in between, or exec, is sure to fail, so
  /// that nobody takes it for done.
  var reportsLate = true
  /// Whether the steps from the filter on can be traced.
  var tracesLate = true
  var umask: UInt32 = 0

  init(_ steps: [ChildStep]) {
    for (index, step) in steps.enumerated() {
      switch step {
      case .loadFilter(let filter):
        first = index
        // They are given up behind it where it needs one of them.
        let givesUpCapabilities = steps[index...].contains {
          if case .setCapabilities = $0 { true } else { false }
        }
        let ours = givesUpCapabilities ? [__NR_prctl, __NR_capset] : []
        reportsLate =
          filter.allowsCall(__NR_sendto) || filter.refusesCall(__NR_execve)
          || !ours.allSatisfy(filter.allowsCall)
        tracesLate = filter.allowsCall(__NR_write) && filter.allowsCall(__NR_clock_gettime)
      case .exec(_, _, let umask, _): (first, self.umask) = (first < 0 ? index : first, umask)
      default: break
      }
    }
  }
}

/// Whether it is this process's own, and not one that its caller has left to it.
private func closesOnExec(_ number: Int) -> Bool {
  let (getFlags, closeOnExec) = (1, 1)
  let flags = systemCall(__NR_fcntl, number, getFlags)
  return flags >= 0 && flags & closeOnExec != 0
}

/// Where this process's arguments lie, one behind the other.
private func ownCommandLine() -> (address: Int, length: Int) {
  let count = Int(CommandLine.argc)
  guard count > 0, let first = CommandLine.unsafeArgv[0], let last = CommandLine.unsafeArgv[count - 1] else {
    return (0, 0)
  }
  var end = last
  while end.pointee != 0 { end += 1 }
  return (Int(bitPattern: first), end - first)
}

extension Lowering {
  /// close, where there are many open: the others end with `closeDescriptors`.
  func release(_ descriptor: Slot) {
    released.count += 1
    if released.count > 200 { builder.call(__NR_close, .slot(descriptor)) }
  }
}

/// Counts over all steps.
final class Counter { var count = 0 }

/// The numbers of detached mounts, each for the next step that takes one.
final class InheritedTrees {
  private var numbers: ArraySlice<Int>
  init(_ numbers: [Int]) { self.numbers = numbers[...] }
  func next() -> Int? { numbers.popFirst() }
}

/// Descriptors that several steps share.
final class OpenDescriptors {
  var slots: [FilePath: Slot] = [:]
  var null: Slot?
}
