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
  /// The descriptor to the host side, in the child.
  static let channel = 3
  /// The root of the container, a mount's descriptor.
  let root: Slot
  /// An empty read-only directory, a mount's descriptor.
  let empty: Slot
  /// The container's mounts, by which its paths are found.
  let places: Places
  let parents = OpenDescriptors()
  let isTraced: Bool
  let message: UnsafeMutablePointer<Report>

  /// - Parameter channel: the number that the child inherits for its end of the channel.
  init(_ steps: [ChildStep], streams: StandardStreams, channel: Int, isTraced: Bool) {
    self.isTraced = isTraced
    root = builder.slot()
    places = Places(root: root)
    empty = builder.slot()
    message = builder.allocate(MemoryLayout<Report>.size).bindMemory(to: Report.self, capacity: 1)
    message.initialize(to: Report(kind: Report.traced))
    replaceStreams(streams)
    keepOnlyTheChannel(channel)
    for (index, step) in steps.enumerated() {
      builder.step = Int32(index)
      // exec doesn't come back to say that it is done.
      if case .exec = step { trace() }
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
      &arguments, channel: Self.channel, textCapacity: Self.textCapacity,
      initMemory: InitMemory(commandLine: commandLine, commandLineLength: length))
  }

  private func lower(_ step: ChildStep) {
    switch step {
    case .awaitGo: awaitGo()
    case .awaitIDs: awaitIDs()
    case .joinCgroup(let path): writeZero("\(path)/tasks")
    case .enterCgroup(let path): writeZero("\(path)/cgroup.procs")
    case .newSession: builder.call(__NR_setsid)
    case .newSessionKeyring:
      // ENOSYS: a kernel without keys.
      builder.call(__NR_keyctl, .value(Int(LINUX_KEYCTL_JOIN_SESSION_KEYRING)), 0, tolerate: [38])
    case .unshareCgroup: builder.call(__NR_unshare, .value(Int(LINUX_CLONE_NEWCGROUP)))
    case .makeMountsPrivate:
      let flags = MountFlags([.recursive, .private]).rawValue
      builder.call(__NR_mount, 0, builder.text("/"), 0, .value(Int(flags)), 0)
    case .scratch(let directory): scratch(directory)
    case .overlay(let lower, let userAttributes): overlay(lower, userAttributes: userAttributes)
    case .emptyRoot: emptyRoot()
    case .mount(let mount): attach(mount)
    case .bind(let bind): attach(bind)
    case .makeNode(let device): makeNode(device)
    case .bindNode(let device): bindNode(device)
    case .makeLink(let target, let path): makeLink(target, path)
    case .terminal(let size): terminal(size)
    case .nullInput: nullInput()
    case .mask(let path): mask(path)
    case .makeReadOnly(let path): makeReadOnly(path)
    case .makeMountReadOnly(let path): makeMountReadOnly(path)
    case .makeRootReadOnly: setAttributes(root, .readOnly, recursive: false)
    case .pivotRoot: pivotRoot()
    case .setHostname(let name):
      builder.call(__NR_sethostname, builder.text(name), .value(name.utf8.count))
    case .loopbackUp: loopbackUp()
    case .dropBoundingSet(let kept): dropBoundingSet(kept)
    case .setUser(let user): setUser(user)
    case .setCapabilities(let set): setCapabilities(set)
    case .noNewPrivileges: builder.call(__NR_prctl, .value(Int(LINUX_PR_SET_NO_NEW_PRIVS)), 1, 0, 0, 0)
    case .workingDirectory(let path): builder.call(__NR_chdir, builder.text(path))
    case .closeDescriptors: closeRange(from: Self.channel + 1)
    case .becomeInit: builder.becomeInit()
    case .exec(let args, let env): exec(args, env)
    }
  }

  /// Nothing of the host side's stays open but stdio and the channel: a copy of somebody's end of a pipe would keep
  /// it from ending.
  private func keepOnlyTheChannel(_ inherited: Int) {
    if inherited != Self.channel {
      builder.call(
        __NR_dup3, .value(inherited), .value(Self.channel), .value(Int(LINUX_O_CLOEXEC)))
    }
    closeRange(from: Self.channel + 1)
  }

  private func awaitGo() {
    setSignalsAndMode()
    hideMemory()
    readGo()
  }

  /// /proc/PID of a process that hides its memory is root's: so that comes after the maps were written.
  private func awaitIDs() {
    setSignalsAndMode()
    readGo()
    builder.call(__NR_setresgid, 0, 0, 0)
    builder.call(__NR_setresuid, 0, 0, 0)
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

  private func readGo() {
    builder.call(
      __NR_read, .value(Self.channel), builder.address(builder.allocate(8)), 1, wanted: 1)
  }

  /// 0 is the writer itself.
  private func writeZero(_ path: String) {
    let file = builder.slot()
    let flags = Int(LINUX_O_WRONLY | LINUX_O_CLOEXEC)
    builder.call(
      __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text(path), .value(flags), into: file)
    builder.call(__NR_write, .slot(file), builder.text("0"), 1)
    builder.call(__NR_close, .slot(file))
  }

  private func closeRange(from first: Int) {
    builder.call(__NR_close_range, .value(first), .value(Int(UInt32.max)), 0)
  }

  private func trace() {
    guard isTraced else { return }
    let monotonic = 1
    let time = UnsafeMutableRawPointer(message) + 16
    builder.call(__NR_clock_gettime, .value(monotonic), builder.address(time))
    builder.store(.value(Int(builder.step)), at: UnsafeMutableRawPointer(message) + 4)
    builder.call(
      __NR_write, .value(Self.channel), builder.address(UnsafeMutableRawPointer(message)),
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

  private func pivotRoot() {
    let here = builder.text(".")
    builder.call(__NR_fchdir, .slot(root))
    builder.call(__NR_pivot_root, here, here)
    builder.call(__NR_umount2, here, .value(Int(LINUX_MNT_DETACH)))
    builder.call(__NR_chdir, builder.text("/"))
  }

  /// A name without a slash is looked for in the PATH of `env`, as a shell does it.
  private func exec(_ args: [String], _ env: [String]) {
    builder.call(__NR_umask, 0o022)
    let ready = builder.bytes(Report(kind: Report.ready, step: builder.step))
    builder.call(__NR_write, .value(Self.channel), builder.address(ready), .value(MemoryLayout<Report>.size))
    let argv = builder.texts(args)
    let envp = builder.texts(env)
    let name = args.first ?? ""
    guard !name.utf8.contains(UInt8(ascii: "/")) else {
      builder.call(__NR_execve, builder.text(name), argv, envp)
      return
    }
    let path = env.last { $0.begins(with: "PATH=") }?.cut(at: "=")?.1 ?? "/usr/local/bin:/usr/bin:/bin"
    let (noEntry, notDirectory, denied): (Int32, Int32, Int32) = (2, 20, 13)
    for directory in path.parts(at: ":") {
      let file = (directory.isEmpty ? "." : directory) + "/" + name
      builder.call(
        __NR_execve, builder.text(file), argv, envp, tolerate: [noEntry, notDirectory, denied])
    }
    builder.fail()
  }
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

/// Descriptors that several steps share.
final class OpenDescriptors {
  var slots: [FilePath: Slot] = [:]
  var null: Slot?
}
