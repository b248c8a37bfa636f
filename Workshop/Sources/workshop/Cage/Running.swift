import Facts
import Linux

/// The learner's program while it runs.
struct Running: ~Copyable {
  enum Goal { case line, end }

  let pid: ProcessID
  private(set) var output = ""
  private(set) var complaint = ""
  /// As a shell gives it; nil when it had to be ended.
  private(set) var status: Int32?
  private var input: Descriptor
  private let out: Descriptor
  private let errors: Descriptor
  private var outIsOpen = true
  private var errorsIsOpen = true
  private var remaining = Visit.limit * 100

  /// Without a path the probe would look for one in /proc, which an image may not have yet.
  static var environment: [String] {
    currentEnvironment().filter { !$0.hasPrefix("SWIFT_BACKTRACE=") } + [
      "SWIFT_BACKTRACE=enable=no,swift-backtrace=/probe"
    ]
  }

  /// With what a careless program would hand on: groups, a descriptor of the host's root, capabilities.
  init(_ argv: [String]) throws {
    var stdin = try pipe()
    var stdout = try pipe()
    var stderr = try pipe()
    pid = try fork {
      try dup2(stdin.readEnd, 0)
      try dup2(stdout.writeEnd, 1)
      try dup2(stderr.writeEnd, 2)
      try dup2(try open("/", [.directory]), 9)
      try setgroups([4, 24, 27])
      var sets = try capget()
      sets.inheritable = [.netAdmin]
      try capset(sets)
      try Prctl.capAmbientRaise(.netAdmin)
      do { try exec(argv, environment: Running.environment) } catch { _exit(126) }
    }
    stdin.closeReadEnd()
    stdout.closeWriteEnd()
    stderr.closeWriteEnd()
    input = stdin.takeWriteEnd()
    out = stdout.takeReadEnd()
    errors = stderr.takeReadEnd()
  }

  mutating func closeInput() { input = Descriptor(owning: -1) }

  /// Reads what the program says until there is a whole line, or until it has ended.
  mutating func read(until goal: Goal) {
    while remaining > 0 && status == nil {
      if goal == .line && output.contains("\n") { return }
      var wanted: [PollDescriptor] = []
      if outIsOpen { wanted.append(PollDescriptor(out)) }
      if errorsIsOpen { wanted.append(PollDescriptor(errors)) }
      // Its end is looked for every hundredth of a second: whoever keeps its output open can't delay us.
      let count = (try? poll(&wanted, timeout: .milliseconds(10))) ?? 0
      for entry in wanted where !entry.revents.isEmpty { take(entry.fd.rawValue == out.rawValue) }
      if count > 0 { continue }
      remaining -= 1
      if let ended = try? waitpid(pid, .noHang) {
        status = ended.status.shellStatus
        return
      }
    }
    if status == nil { try? kill(pid, .kill) }
  }

  private mutating func take(_ isOut: Bool) {
    let bytes = isOut ? try? out.read(upTo: 65536) : try? errors.read(upTo: 65536)
    guard let bytes, !bytes.isEmpty else {
      if isOut { outIsOpen = false } else { errorsIsOpen = false }
      return
    }
    let text = String(decoding: bytes, as: UTF8.self)
    if isOut { output += text } else { complaint += text }
    // A program that says the same for ever is cut.
    if output.utf8.count + complaint.utf8.count > 1 << 22 { remaining = 0 }
  }
}
