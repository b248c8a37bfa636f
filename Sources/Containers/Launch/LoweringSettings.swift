import CLinux
import Linux
import OCISpec
import SystemPackage

// MARK: Namespaces

extension Lowering {
  func joinNamespace(_ namespace: NamespacePath) {
    openNamespaces()
    if namespace.kind == .mount {
      for path in lateFiles { openFiles.slots[FilePath(path)] = openToWrite(path) }
    }
    guard let open = namespaces.all[namespace] else { return }
    let end = Label()
    if let isEntered = open.isEntered {
      builder.compare(isEntered, mask: -1, equals: 0, errno: 1, otherwise: end)
    }
    builder.call(__NR_setns, .slot(open.file), .value(Int(namespace.kind.flag.rawValue)))
    builder.place(end)
    release(open.file)
  }

  func tryNamespace(_ namespace: NamespacePath) {
    openNamespaces()
    guard let open = namespaces.all[namespace] else { return }
    let (isEntered, end, notPermitted) = (builder.allocate(4), Label(), Int32(1))
    builder.call(
      __NR_setns, .slot(open.file), .value(Int(namespace.kind.flag.rawValue)), tolerate: [notPermitted],
      otherwise: end)
    builder.store(1, at: isEntered)
    builder.place(end)
    namespaces.all[namespace]?.isEntered = isEntered
  }

  /// All of them, before the first is entered: in another mount namespace their paths may lead elsewhere, and in
  /// another user namespace nowhere.
  private func openNamespaces() {
    guard namespaces.all.isEmpty else { return }
    let step = builder.step
    for (index, namespace) in namespaces.steps {
      let file = builder.slot()
      builder.step = Int32(index)
      builder.call(
        __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text(namespace.path),
        .value(Int(LINUX_O_CLOEXEC)), into: file)
      namespaces.all[namespace] = OpenNamespaces.Open(file: file)
    }
    builder.step = step
  }

  /// Root of the user namespace, or who makes files there where it has no root: with all capabilities in it anyway.
  func becomeRoot(_ uid: UInt32 = 0, _ gid: UInt32 = 0) {
    // EINVAL: the id is not mapped.
    let (user, group, invalid): (Argument, Argument, Int32) = (.value(Int(uid)), .value(Int(gid)), 22)
    builder.call(__NR_setresgid, group, group, group, tolerate: [invalid])
    builder.call(__NR_setresuid, user, user, user, tolerate: [invalid])
  }

  /// Before this process hides: then its files in /proc are root's, and not those of a user.
  func openClocks() {
    if let clocks { openToWrite("/proc/self/timens_offsets", into: clocks) }
  }

  func unshareTime(_ offsets: [String]) {
    builder.call(__NR_unshare, .value(Int(LINUX_CLONE_NEWTIME)))
    guard let clocks else { return }
    for line in offsets { write(line, to: clocks) }
    release(clocks)
  }

  func propagate(_ propagation: MountPropagation, _ path: String, isRecursive: Bool) {
    let flags = propagation.flags.union(isRecursive ? .recursive : [])
    builder.call(__NR_mount, 0, builder.text(path), 0, .value(Int(flags.rawValue)), 0)
  }
}

/// A namespace that is there.
struct NamespacePath: Hashable {
  let kind: OCISpec.Namespace.Kind
  let path: String

  init(_ kind: OCISpec.Namespace.Kind, _ path: String) {
    self.kind = kind
    self.path = path
  }
}

/// The namespaces that a child enters by their paths.
final class OpenNamespaces {
  struct Open {
    let file: Slot
    /// 1 where it has been entered.
    var isEntered: UnsafeMutableRawPointer?
  }

  /// Those that are entered at last, by the numbers of the steps.
  let steps: [(index: Int, namespace: NamespacePath)]
  var all: [NamespacePath: Open] = [:]

  init(_ steps: [ChildStep]) {
    self.steps = steps.enumerated().compactMap { index, step in
      guard case .joinNamespace(let kind, let path) = step else { return nil }
      return (index, NamespacePath(kind, path))
    }
  }
}

extension ChildStep {
  /// Whether from here on names lead where somebody else has decided.
  var entersMounts: Bool {
    if case .joinNamespace(.mount, _) = self { true } else { false }
  }
}

extension CloneFlags {
  /// The kinds of namespaces in it, in the order in which they are entered: the user namespace has the privileges for
  /// the others, and behind the mounts names lead elsewhere.
  var kinds: [OCISpec.Namespace.Kind] {
    let order: [OCISpec.Namespace.Kind] = [.user, .cgroup, .ipc, .uts, .network, .pid, .time, .mount]
    return order.filter { contains($0.flag) }
  }
}

extension OCISpec.Namespace.Kind {
  /// Below /proc/PID/ns.
  var fileName: String {
    switch self {
    case .network: "net"
    case .mount: "mnt"
    default: rawValue
    }
  }

  /// As setns(2) takes it.
  var flag: CloneFlags {
    switch self {
    case .pid: .newPID
    case .network: .newNet
    case .mount: .newNS
    case .ipc: .newIPC
    case .uts: .newUTS
    case .user: .newUser
    case .cgroup: .newCgroup
    case .time: .newTime
    }
  }
}

// MARK: Limits and priorities

extension Lowering {
  func limit(_ setting: ResourceSetting) {
    let values = builder.bytes((setting.soft, setting.hard))
    builder.call(__NR_prlimit64, 0, .value(Int(setting.resource.rawValue)), builder.address(values), 0)
  }

  func setScheduler(_ attributes: SchedulingAttributes) {
    let attr = clinux_sched_attr(
      size: UInt32(MemoryLayout<clinux_sched_attr>.size), sched_policy: attributes.policy.rawValue,
      sched_flags: attributes.flags.rawValue, sched_nice: attributes.nice,
      sched_priority: attributes.priority, sched_runtime: attributes.runtime,
      sched_deadline: attributes.deadline, sched_period: attributes.period,
      sched_util_min: attributes.utilMin, sched_util_max: attributes.utilMax)
    builder.call(__NR_sched_setattr, 0, builder.address(builder.bytes(attr)), 0)
  }

  func setIOPriority(_ priority: Linux.IOPriority) {
    let process = 1
    let value = Int(priority.priorityClass.rawValue) << Int(LINUX_IOPRIO_CLASS_SHIFT) | Int(priority.level)
    builder.call(__NR_ioprio_set, .value(process), 0, .value(value))
  }

  func setMemoryPolicy(_ policy: Linux.MemoryPolicy) {
    let mode = Int(policy.mode.rawValue | policy.flags.rawValue)
    if policy.nodes.isEmpty {
      builder.call(__NR_set_mempolicy, .value(mode), 0, 0)
      return
    }
    let (mask, size) = bits(policy.nodes)
    // The kernel takes one bit less than it is told.
    builder.call(__NR_set_mempolicy, .value(mode), mask, .value(size * 8 + 1))
  }

  func setAffinity(_ cpus: CPUSet) {
    let (mask, size) = bits(cpus)
    builder.call(__NR_sched_setaffinity, 0, .value(size), mask)
  }

  func resetAffinity() {
    // More than any kernel has; it takes what it knows.
    let size = 1024
    let mask = builder.allocate(size)
    mask.initializeMemory(as: UInt8.self, repeating: 0xff, count: size)
    let (invalid, notPermitted): (Int32, Int32) = (22, 1)
    builder.call(
      __NR_sched_setaffinity, 0, .value(size), builder.address(mask), tolerate: [invalid, notPermitted])
  }

  /// A bit for each number, and how many bytes they are.
  private func bits(_ set: CPUSet) -> (address: Argument, size: Int) {
    let words = (set.numbers.max() ?? 0) / 64 + 1
    let mask = builder.allocate(words * 8)
    for number in set.numbers {
      let word = mask.load(fromByteOffset: number / 64 * 8, as: UInt64.self)
      mask.storeBytes(of: word | 1 << UInt64(number % 64), toByteOffset: number / 64 * 8, as: UInt64.self)
    }
    return (builder.address(mask), words * 8)
  }

  /// What the container's user is to read and write must be his. Not /dev/null, which is everybody's.
  func ownStreams(_ uid: UInt32) {
    let status = builder.allocate(256)
    let (invalid, notPermitted, readOnly, other): (Int32, Int32, Int32, Int32) = (22, 1, 30, 6)
    for stream in 0...2 {
      let (change, end) = (Label(), Label())
      builder.call(
        __NR_statx, .value(stream), builder.text(""), .value(Int(LINUX_AT_EMPTY_PATH)),
        .value(Int(LINUX_STATX_TYPE)), builder.address(status))
      builder.compare(status + 128, mask: -1, equals: 1, errno: other, otherwise: change)
      builder.compare(status + 132, mask: -1, equals: 3, errno: other, otherwise: change)
      builder.jump(end)
      builder.place(change)
      builder.call(
        __NR_fchown, .value(stream), .value(Int(uid)), .value(-1),
        tolerate: [invalid, notPermitted, readOnly])
      builder.place(end)
    }
  }

  func loadFilter(_ filter: SeccompFilter) {
    let size = MemoryLayout<UInt64>.size
    let program = builder.allocate(filter.instructions.count * size)
    for (index, instruction) in filter.instructions.enumerated() {
      program.storeBytes(of: instruction.word, toByteOffset: index * size, as: UInt64.self)
    }
    // struct sock_fprog: the number of instructions, and where they are.
    let description = builder.bytes((UInt(filter.instructions.count), program))
    let setModeFilter = 1
    let listener = builder.slot()
    var flags = filter.flags
    if filter.hasListener { flags = flags.subtracting([.tsync, .tsyncESRCH]).union(.newListener) }
    let sender = filter.hasListener ? startSender(of: listener) : nil
    builder.call(
      __NR_seccomp, .value(setModeFilter), .value(Int(flags.rawValue)), builder.address(description),
      into: listener)
    if let sender {
      // With write and read, which the filter must not hold up.
      let byte = builder.address(builder.allocate(8))
      builder.call(__NR_write, .slot(sender), byte, 1, wanted: 1)
      builder.call(__NR_read, .slot(sender), byte, 1, wanted: 1)
    }
  }

  /// A thread that hands the listener to the host side, once it hears of it, and answers when the host side has passed it
  /// on: the filter, which is not the thread's, may forbid all that it takes, or have who listens asked about it.
  ///
  /// - Returns: where it is told.
  private func startSender(of listener: Slot) -> Slot {
    let (local, packets, closeOnExec) = (1, 5, Int(LINUX_O_CLOEXEC))
    let (numbers, ours, its) = (builder.allocate(8), builder.slot(), builder.slot())
    let (byte, body, end) = (builder.address(builder.allocate(8)), Label(), Label())
    builder.call(__NR_socketpair, .value(local), .value(packets | closeOnExec), 0, builder.address(numbers))
    builder.load(numbers, mask: -1, into: ours)
    builder.load(numbers + 4, mask: -1, into: its)
    builder.thread(body)
    builder.jump(end)
    builder.place(body)
    builder.call(__NR_read, .slot(its), byte, 1, wanted: 1)
    send(Report.listener, [.slot(listener)], to: .value(channel))
    readGo()
    builder.call(__NR_write, .slot(its), byte, 1)
    builder.call(__NR_exit, 0)
    builder.place(end)
    return ours
  }
}
