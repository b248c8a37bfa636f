import CLinux
import Linux
import OCISpec

/// The numbers of descriptors that a child inherits for its own.
struct InheritedDescriptors {
  /// Its end of the channel to the host side.
  var channel: Int?
  /// One more: the socket by which it is started, or the pidfd of the process whose namespaces it enters.
  var other: Int?
  /// These namespaces themselves, in the order of `CloneFlags.kinds`, where the pidfd doesn't lead to them.
  var namespaces: [Int] = []
  /// Detached mounts that the host side has made.
  var trees: [Int] = []
  /// How many of the caller's it keeps, from 3 on.
  var preserved = 0
}

/// The numbers under which a child has what it inherits, from the channel on.
struct DescriptorNumbers {
  let channel: Int
  let other: Int?
  /// Namespaces: those to enter, or places for its own, which it tells.
  let namespaces: [Int]
  let trees: [Int]
  /// What `closeDescriptors` leaves open ends here.
  let lastKept: Int

  init(_ inherited: InheritedDescriptors, _ steps: [ChildStep]) {
    channel = 3 + inherited.preserved
    other = inherited.other == nil ? nil : channel + 1
    let told = steps.firstResult { if case .tellNamespaces(let flags) = $0 { flags } else { nil } }
    let first = (other ?? channel) + 1
    namespaces = [Int](first..<(first + (told?.kinds.count ?? inherited.namespaces.count)))
    trees = [Int]((first + namespaces.count)..<(first + namespaces.count + inherited.trees.count))
    let waits = steps.contains { if case .awaitStart = $0 { true } else { false } }
    lastKept = waits ? first + namespaces.count - 1 : first - 1
  }
}

extension Lowering {
  /// One message without a text. Who is at the other end may have gone: then nobody needs it.
  func report(_ kind: Int32) {
    let report = builder.bytes(Report(kind: kind, step: builder.step))
    let (noSignal, brokenPipe, reset): (Int, Int32, Int32) = (0x4000, 32, 104)
    builder.call(
      __NR_sendto, .value(channel), builder.address(report), .value(MemoryLayout<Report>.size),
      .value(noSignal), 0, 0, tolerate: [brokenPipe, reset])
  }

  /// Waits for one byte of the host side, and leaves in silence when that has gone.
  func readGo() {
    builder.call(__NR_read, .value(channel), builder.address(builder.allocate(8)), 1, wanted: 1)
  }

  func sync() {
    report(Report.sync)
    readGo()
  }

  /// sendmsg with descriptors as SCM_RIGHTS.
  ///
  /// - Parameter tolerated: who is at the other end may have gone, as for `report`.
  func send(
    _ kind: Int32, _ descriptors: [Argument], to socket: Argument, tolerate tolerated: [Int32] = [32, 104]
  ) {
    let report = builder.bytes(Report(kind: kind, step: builder.step))
    let buffer = builder.bytes((report, MemoryLayout<Report>.size))
    // struct cmsghdr: its length, SOL_SOCKET, SCM_RIGHTS; then the numbers, and zeros up to a multiple of 8.
    let header = MemoryLayout<(Int, Int32, Int32)>.size
    let length = header + 4 * descriptors.count
    let control = builder.allocate(length + 4)
    control.storeBytes(of: (length, 1, 1), as: (Int, Int32, Int32).self)
    // struct msghdr: name, name length, buffers, their number, control, its length, flags
    let message = builder.bytes((Int(0), Int(0), buffer, Int(1), control, (length + 7) & ~7, Int(0)))
    for (index, descriptor) in descriptors.enumerated() {
      builder.store(descriptor, at: control + header + 4 * index)
    }
    let noSignal = 0x4000
    builder.call(__NR_sendmsg, socket, builder.address(message), .value(noSignal), tolerate: tolerated)
  }

  /// Its own namespaces, which nobody but root may open of a process that hides its memory.
  func tellNamespaces(_ flags: CloneFlags) {
    for (kind, number) in zip(flags.kinds, numbers.namespaces) {
      let file = builder.slot()
      let closeOnExec = Int(LINUX_O_CLOEXEC)
      builder.call(
        __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text("/proc/self/ns/\(kind.fileName)"),
        .value(closeOnExec), into: file)
      builder.call(__NR_dup3, .slot(file), .value(number), .value(closeOnExec))
      release(file)
    }
    send(Report.namespaces, numbers.namespaces.map(Argument.value), to: .value(channel))
  }

  /// The connection takes the channel's place.
  func awaitStart() {
    guard let other else { return }
    endBySignals()
    report(Report.ready)
    // The end of the channel tells the maker that all is done.
    let caller = builder.slot()
    let closeOnExec = Int(LINUX_O_CLOEXEC)
    builder.call(__NR_close, .value(channel))
    let again = Label()
    builder.place(again)
    builder.call(__NR_accept4, .value(other), 0, 0, .value(closeOnExec), into: caller)
    if !numbers.namespaces.isEmpty { answer(caller, again) }
    // accept4 may have got the channel's number itself.
    let same: Int32 = 22
    builder.call(__NR_dup3, .slot(caller), .value(channel), .value(closeOnExec), tolerate: [same])
    closeRange(from: channel + 1)
  }

  /// Goes on where the caller says "go". Else it tells its namespaces, to whoever asks for them, and waits for the next:
  /// also for want of a word within a second, and whatever fails.
  private func answer(_ caller: Slot, _ again: Label) {
    let (request, any) = (builder.allocate(8), [ProgramBuilder.anyErrno])
    let (go, other, done) = (Label(), Label(), Label())
    func wait(atMost seconds: Int) {
      let (socketLevel, receiveTimeout, time) = (1, 20, builder.bytes((seconds, Int(0))))
      builder.call(
        __NR_setsockopt, .slot(caller), .value(socketLevel), .value(receiveTimeout), builder.address(time),
        16,
        tolerate: any)
    }
    builder.store(0, at: request)
    wait(atMost: 1)
    builder.call(__NR_read, .slot(caller), builder.address(request), 1, tolerate: any)
    builder.compare(request, mask: 0xff, equals: Int(StartRequest.go), errno: 1, otherwise: other)
    builder.jump(go)
    builder.place(other)
    builder.compare(request, mask: 0xff, equals: Int(StartRequest.namespaces), errno: 1, otherwise: done)
    send(Report.namespaces, numbers.namespaces.map(Argument.value), to: .slot(caller), tolerate: any)
    builder.place(done)
    builder.call(__NR_close, .slot(caller))
    builder.jump(again)
    builder.place(go)
    // As long as it takes.
    wait(atMost: 0)
  }

  /// The kernel keeps from the first process of a pid namespace what it doesn't handle. Until there is a command that
  /// decides, a signal that asks for an end is one. exec forgets the handlers.
  private func endBySignals() {
    // struct kernel_sigaction: handler, flags, restorer, mask. There is nothing to restore, but SA_RESTORER must be said.
    let (leave, restorer) = (clinux_exit_address(), UInt(0x0400_0000))
    let action = builder.bytes((leave, restorer, leave, UInt64(0)))
    for signal in [Signal.hup, .int, .quit, .term] {
      builder.call(__NR_rt_sigaction, .value(Int(signal.rawValue)), builder.address(action), 0, 8)
    }
  }

  /// Where the command may lie: its path, or its name in each directory of PATH.
  func commandPaths(_ args: [String], _ env: [String]) -> [String] {
    let name = args.first ?? ""
    if name.utf8.contains(UInt8(ascii: "/")) { return [name] }
    let path = env.last { $0.begins(with: "PATH=") }?.cut(at: "=")?.1 ?? "/usr/local/bin:/usr/bin:/bin"
    return path.parts(at: ":").map { ($0.isEmpty ? "." : $0) + "/" + name }
  }

  /// A call for each path, of which the first that succeeds counts.
  func tryEach(_ paths: [String], _ call: (_ path: String, _ tolerated: [Int32]) -> Void) {
    let (noEntry, notDirectory, denied): (Int32, Int32, Int32) = (2, 20, 13)
    if paths.count == 1 { return call(paths[0], []) }
    for path in paths { call(path, [noEntry, notDirectory, denied]) }
    builder.fail()
  }

  /// All at once, by the pidfd; or each by its own.
  func enterNamespaces(_ flags: CloneFlags) {
    guard let other else { return }
    if numbers.namespaces.isEmpty {
      builder.call(__NR_setns, .value(other), .value(Int(flags.rawValue)))
    } else {
      enterEach(Array(zip(flags.kinds, numbers.namespaces)))
    }
    if flags.contains(.newUser) { becomeRoot() }
  }

  /// One that belongs to the caller's user namespace can be entered before that is left, and the others only then.
  private func enterEach(_ namespaces: [(kind: OCISpec.Namespace.Kind, number: Int)]) {
    let notPermitted: Int32 = 1
    let others = namespaces.filter { $0.kind != .user }.map { ($0, builder.allocate(4)) }
    func enter(_ namespace: (kind: OCISpec.Namespace.Kind, number: Int), tolerate: [Int32], otherwise: Label?)
    {
      builder.call(
        __NR_setns, .value(namespace.number), .value(Int(namespace.kind.flag.rawValue)), tolerate: tolerate,
        otherwise: otherwise)
    }
    for (namespace, isEntered) in others where others.count < namespaces.count {
      let next = Label()
      enter(namespace, tolerate: [notPermitted], otherwise: next)
      builder.store(1, at: isEntered)
      builder.place(next)
    }
    for namespace in namespaces where namespace.kind == .user {
      enter(namespace, tolerate: [], otherwise: nil)
    }
    for (namespace, isEntered) in others {
      let next = Label()
      builder.compare(isEntered, mask: -1, equals: 0, errno: notPermitted, otherwise: next)
      enter(namespace, tolerate: [], otherwise: nil)
      builder.place(next)
    }
  }

  func findCommand(_ args: [String], _ env: [String]) {
    let found = Label()
    let (execute, effectiveIDs, denied) = (1, 0x200, Int32(13))
    let status = builder.allocate(256)
    tryEach(commandPaths(args, env)) { file, tolerated in
      let next = Label()
      let path = builder.text(file)
      let orElse = tolerated.isEmpty ? nil : next
      builder.call(
        __NR_faccessat2, .value(Int(LINUX_AT_FDCWD)), path, .value(execute), .value(effectiveIDs),
        tolerate: tolerated, otherwise: orElse)
      // Who may enter a directory may not execute it.
      builder.call(
        __NR_statx, .value(Int(LINUX_AT_FDCWD)), path, 0, .value(Int(LINUX_STATX_TYPE)),
        builder.address(status), tolerate: tolerated, otherwise: orElse)
      builder.compare(status + 28, mask: 0o170000, equals: 0o100000, errno: denied, otherwise: orElse)
      builder.jump(found)
      builder.place(next)
    }
    builder.place(found)
  }
}
