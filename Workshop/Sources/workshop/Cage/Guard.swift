import Facts
import Glibc
import Linux

/// Asked by the kernel before the calls in the cage that could reach the machine, or that tell when the command
/// begins. It looks at memory that a program of several threads could change meanwhile: it stops mistakes.
struct Guard: ~Copyable {
  static let devices: KeyValuePairs<String, (UInt32, UInt32)> = [
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
  ]
  /// Filesystems that are the namespaces' own, or made new. The others are one for the whole machine, or a disk.
  private static let filesystems: Set = [
    "cgroup", "cgroup2", "devpts", "mqueue", "overlay", "proc", "ramfs", "sysfs", "tmpfs",
  ]

  /// What the overlays of the cage have of changes.
  let changes: Descriptor
  let listener: SeccompListener
  /// The command, when it began.
  private(set) var start: Start?

  /// From here on this process, too, may make no call that asks: nobody would answer.
  init(changes: consuming Descriptor) throws {
    self.changes = changes
    listener = try Seccomp.setModeFilterWithListener(Call.filter)
  }

  /// Answers those who ask, for so long.
  mutating func wait(milliseconds: Int) {
    var wanted = [PollDescriptor(listener)]
    guard let count = try? poll(&wanted, timeout: .milliseconds(milliseconds)), count > 0 else { return }
    answer()
  }

  mutating func answer() {
    // Nobody, where the caller was ended meanwhile.
    guard let notification = try? listener.receive() else { return }
    try? listener.send(response(notification), to: notification.id)
  }

  private mutating func response(_ notification: SeccompNotification) -> SeccompResponse {
    let arguments = notification.data.arguments
    let refused = SeccompResponse.errno(.notPermitted)
    func text(_ index: Int) -> String? { string(arguments[index], of: notification.pid) }
    switch Call(number: UInt32(notification.data.number)) {
    case .execve: begin(notification.pid, text(0))
    case .execveat: begin(notification.pid, text(1))
    case .mount:
      let flags = MountFlags(rawValue: UInt(arguments[3]))
      if flags.contains(.remount) && !flags.contains(.bind) {
        return isCgroup(text(1) ?? "", of: notification.pid) ? refused : .continue
      }
      let others: MountFlags = [.bind, .move, .private, .slave, .shared, .unbindable]
      if !flags.isDisjoint(with: others) { break }
      return Self.filesystems.contains(text(2) ?? "") ? .continue : refused
    case .fsopen: return Self.filesystems.contains(text(0) ?? "") ? .continue : refused
    case .mknod: return isHarmless(mode: arguments[1], device: arguments[2]) ? .continue : refused
    case .mknodat: return isHarmless(mode: arguments[2], device: arguments[3]) ? .continue : refused
    case .bpf, .fspick, nil: return refused
    }
    return .continue
  }

  private mutating func begin(_ process: ProcessID, _ path: String?) {
    guard path?.hasSuffix("/probe") == true else { return }
    start = Start(pid: Int(process), cgroups: cgroupSettings())
  }

  private func isHarmless(mode: UInt64, device: UInt64) -> Bool {
    let kind = UInt32(truncatingIfNeeded: mode) & S_IFMT
    let number = UInt32(truncatingIfNeeded: device)
    // An overlay's mark for what was removed is device 0.
    let isKnown = number == 0 || Self.devices.contains { number == $0.value.0 << 8 | $0.value.1 }
    return kind == S_IFCHR ? isKnown : kind != S_IFBLK
  }
}

/// A filesystem of cgroups is one for the whole machine, whatever the namespace: read-only here is read-only for all.
private func isCgroup(_ path: String, of process: ProcessID) -> Bool {
  let seen = "/proc/\(process)/" + (path.hasPrefix("/") ? "root" : "cwd/") + path
  guard let device = try? statx(seen).device else { return false }
  return mounts("\(process)").contains { $0.type.hasPrefix("cgroup") && $0.device == "\(device)" }
}

/// The moment before the first instruction of the command.
struct Start: Sendable {
  let pid: Int
  let cgroups: [String: [String: String]]
}

/// A text in another process's memory.
private func string(_ address: UInt64, of process: ProcessID) -> String? {
  guard address != 0, let memory = try? open("/proc/\(process)/mem") else { return nil }
  var bytes: [UInt8] = []
  // Page by page: what comes after the text's own may not be there.
  while bytes.count < 4096 {
    let next = address + UInt64(bytes.count)
    var page = [UInt8](repeating: 0, count: 4096 - Int(next % 4096))
    let count = pread(memory.rawValue, &page, page.count, off_t(Int64(bitPattern: next)))
    guard count > 0 else { return nil }
    let part = page.prefix(count).prefix { $0 != 0 }
    bytes += part
    if part.count < count { break }
  }
  return String(decoding: bytes, as: UTF8.self)
}
