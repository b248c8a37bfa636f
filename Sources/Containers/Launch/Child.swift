import CLinux
import Linux
import SystemPackage

/// The host side's view of a child that is on its way to exec.
struct Child: ~Copyable {
  private(set) var pid: ProcessID
  private var process: PIDFD
  /// A SOCK_SEQPACKET pair's end: "go" in one direction, reports in the other.
  private let channel: Descriptor

  /// What the child has told: a report, a text, descriptors.
  struct Message: ~Copyable {
    let report: Report
    let text: String
    private var descriptors: ReceivedDescriptors

    init(report: Report, text: String, descriptors: consuming ReceivedDescriptors) {
      self.report = report
      self.text = text
      self.descriptors = descriptors
    }

    mutating func takeDescriptor() -> Descriptor? { descriptors.takeFirst() }

    mutating func takeDescriptors() -> ReceivedDescriptors { descriptors.takeAll() }
  }

  init(
    _ steps: [ChildStep], streams: StandardStreams, _ inherited: InheritedDescriptors, flags: CloneFlags,
    cgroup: String?, isTraced: Bool
  ) throws {
    let sockets = try socketpair()
    var inherited = inherited
    inherited.channel = Int(sockets.second.rawValue)
    let lowering = Lowering(steps, streams: streams, inherited, isTraced: isTraced)
    let birthplace = try cgroup.map { try open($0, [.directory, .noFollow]).release() } ?? -1
    defer { if birthplace >= 0 { _ = Descriptor(owning: birthplace) } }

    var pidfd: CInt = -1
    var arguments = clinux_clone_args()
    var flags = flags.union([.pidfd, .clearSigHand])
    if birthplace >= 0 {
      flags.insert(.intoCgroup)
      arguments.cgroup = UInt64(birthplace)
    }
    arguments.flags = flags.rawValue
    arguments.exit_signal = UInt64(LINUX_SIGCHLD)
    let result = withUnsafeMutablePointer(to: &pidfd) { pidfd in
      arguments.pidfd = UInt64(UInt(bitPattern: pidfd))
      return lowering.run(&arguments)
    }
    pid = try ProcessID(check(result, "clone3", ["flags": flags]))
    process = PIDFD(Descriptor(owning: pidfd))
    channel = sockets.takeFirst()
  }

  /// Follows the child into the process that it goes on as; the one that it was has ended.
  mutating func follow(_ new: ProcessID) throws {
    let old = pid
    pid = new
    _ = try tried { try waitpid(old) }
    process = try tried { try pidfd_open(new) }
  }

  /// Ends it wherever it is, and takes its status. It may already be the process that it goes on as, and the one that it was
  /// about to tell of that one: nobody else can.
  mutating func end() {
    while true {
      do {
        guard try hasNews(before: monotonicTime() + 1_000_000), let message = try receive() else { break }
        if message.report.kind == Report.split { try follow(ProcessID(message.report.errno)) }
      } catch { break }
    }
    // It is this process's own, and its status is not taken yet: nobody else can have its number.
    try? tried { try Linux.kill(pid, .kill) }
    _ = try? tried { try waitpid(pid) }
  }

  /// Gives the keeper what it needs to kill the container.
  borrowing func handTo(_ keeper: borrowing Keeper?) throws {
    switch keeper {
    case .some(let keeper): try keeper.watch(process)
    case .none: break
    }
  }

  /// Tells the keeper that systemd is being asked for a scope with this child in it.
  borrowing func expectScope(_ keeper: borrowing Keeper?) throws {
    switch keeper {
    case .some(let keeper): try keeper.expectScope(of: pid, channel: channel)
    case .none: break
    }
  }

  /// A child that fails before it is let go has said why, which `receive` tells.
  borrowing func go() throws {
    do { try channel.write("g") } catch {
      if error.errno != .brokenPipe { throw error }
    }
  }

  /// The next message; nil when the child has executed the command or is dead.
  borrowing func receive() throws(SystemCallError) -> Message? { try Self.receive(channel) }

  /// Whether `receive` has an answer before a time of `monotonicTime`; without one it is `receive` that waits.
  borrowing func hasNews(before deadline: Int?) throws -> Bool { try isReadable(channel, before: deadline) }

  /// The same of a channel that somebody else holds.
  static func receive(_ channel: borrowing Descriptor) throws(SystemCallError) -> Message? {
    let size = MemoryLayout<Report>.size
    var message: ReceivedMessage
    let most = CloneFlags.namespaces.kinds.count
    do { message = try recvmsg(channel, upTo: size + Lowering.textCapacity, descriptors: most) } catch {
      // A child that ends before it has read "go" resets the channel. That comes before what it has told.
      if error.errno != .connectionReset { throw error }
      message = try recvmsg(channel, upTo: size + Lowering.textCapacity, descriptors: most)
    }
    if message.bytes.isEmpty { return nil }
    let report = message.bytes.withUnsafeBytes {
      $0.count < size ? Report() : $0.loadUnaligned(as: Report.self)
    }
    let text = message.bytes.dropFirst(size).prefix(max(0, Int(report.textLength)))
    return Message(
      report: report, text: firstMessage(of: String(decoding: text, as: UTF8.self)),
      descriptors: message.descriptors.takeAll())
  }

  /// How it ended; nil where it hasn't before a time of `monotonicTime`.
  borrowing func status(before deadline: Int?) throws -> WaitStatus? {
    try isReadable(process, before: deadline) ? waitpid(pid) : nil
  }

  borrowing func kill() { Containers.kill(process) }

  consuming func takeProcess() -> PIDFD { process }
}

/// Waits until a descriptor can be read without waiting, or until a time of `monotonicTime`. Without one it doesn't wait: who
/// reads does.
func isReadable(_ descriptor: borrowing some DescriptorLike & ~Copyable, before deadline: Int?) throws -> Bool
{
  guard let deadline else { return true }
  var entries = [PollDescriptor(descriptor)]
  return try poll(&entries, timeout: .microseconds(max(0, deadline - monotonicTime()))) > 0
}

/// A filesystem context's messages are lines like "e overlay: …".
private func firstMessage(of text: String) -> String {
  guard let line = text.split(separator: "\n").first else { return "" }
  return line.hasPrefix("e ") ? String(line.dropFirst(2)) : String(line)
}
