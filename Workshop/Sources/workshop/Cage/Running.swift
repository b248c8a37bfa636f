import Facts
import Linux

/// The learner's program while it runs.
struct Running: ~Copyable {
  enum Goal { case answers, end }

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
  private let end = ContinuousClock.now + .seconds(Visit.limit)

  /// Without a path the probe would look for one in /proc, which an image may not have yet.
  static var environment: [String] {
    currentEnvironment().filter { !$0.hasPrefix("SWIFT_BACKTRACE=") } + [
      "SWIFT_BACKTRACE=enable=no,swift-backtrace=/probe", "PYTHONDONTWRITEBYTECODE=1",
    ]
  }

  /// With what a careless program would hand on: groups, a descriptor of the host's root, capabilities. And with a
  /// limit that isn't the highest.
  init(_ argv: [String], by caller: Caller = .root) throws {
    var stdin = try pipe()
    var stdout = try pipe()
    var stderr = try pipe()
    pid = try fork {
      try? writeFile("/proc/self/oom_score_adj", "0")
      try dup2(stdin.readEnd, 0)
      try dup2(stdout.writeEnd, 1)
      try dup2(stderr.writeEnd, 2)
      try close_range(3)
      // The pipes have lower numbers, and are closed here when their life ends.
      try dup2(try open("/", [.directory]), 20)
      try setgroups([4, 24, 27])
      var sets = try capget()
      sets.inheritable = [.netAdmin]
      try capset(sets)
      try Prctl.capAmbientRaise(.netAdmin)
      try limitFiles()
      try caller.become()
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

  var answers: Answers { Answers(output) }

  /// Reads what the program says until the probe has told all, or until the program has ended.
  mutating func read(until goal: Goal, _ guardian: inout Guard) {
    var stillness = 0
    while status == nil {
      if goal == .answers && answers.isWhole { return }
      if ContinuousClock.now > end {
        // A slow machine isn't a program that hangs: that one waits, and nothing in the cage wants to run.
        stillness = isStill() ? stillness + 1 : 0
        if stillness == 100 || ContinuousClock.now > end + .seconds(Visit.patience) { break }
      }
      var wanted = [PollDescriptor(guardian.listener)]
      if outIsOpen { wanted.append(PollDescriptor(out)) }
      if errorsIsOpen { wanted.append(PollDescriptor(errors)) }
      // Its end is looked for every hundredth of a second: whoever keeps its output open can't delay us.
      let count = (try? poll(&wanted, timeout: .milliseconds(10))) ?? 0
      if !wanted[0].revents.isEmpty { guardian.answer() }
      for entry in wanted.dropFirst() where !entry.revents.isEmpty {
        take(entry.fd.rawValue == out.rawValue)
      }
      if count == 0, let ended = try? waitpid(pid, .noHang) { status = ended.status.shellStatus }
      // A program that says the same for ever is cut.
      if output.utf8.count + complaint.utf8.count > 1 << 22 { break }
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
  }
}

/// Whether no process in the cage but this one is running, or waits for a disk.
private func isStill() -> Bool {
  processes().filter { $0 != 1 }.allSatisfy { process in
    guard let line = lines(of: "/proc/\(process)/stat").first, let name = line.lastIndex(of: ")") else {
      return true
    }
    return !["R", "D"].contains(line[name...].dropFirst(2).prefix(1))
  }
}

/// To raise it again takes root's rights.
private func limitFiles() throws {
  let limit = try prlimit(0, .nofile)
  func lower(_ number: UInt64?) -> UInt64 { min(number ?? .max, UInt64(Bundles.files)) }
  try prlimit(0, .nofile, ResourceLimit(soft: lower(limit.soft), hard: lower(limit.hard)))
}
