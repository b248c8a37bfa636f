import CLinux
import Linux
import SystemPackage

/// The host side's view of a child that is on its way to exec.
struct Child: ~Copyable {
  let pid: ProcessID
  private let process: PIDFD
  /// A SOCK_SEQPACKET pair's end: "go" in one direction, reports in the other.
  private let channel: Descriptor

  /// What the child has told: a report, a text, a descriptor; -1 for none.
  struct Message {
    var report: Report
    var text: String
    var descriptor: CInt
  }

  init(_ steps: [ChildStep], flags: CloneFlags, cgroup: String?, isTraced: Bool) throws {
    let sockets = try SocketPair()
    let lowering = Lowering(steps, channel: Int(sockets.theirs.rawValue), isTraced: isTraced)
    let birthplace = try cgroup.map { try openDirectory($0).release() } ?? -1
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
    channel = sockets.takeOurs()
  }

  /// Gives the keeper what it needs to kill the container.
  borrowing func handTo(_ keeper: borrowing Keeper?) throws {
    switch keeper {
    case .some(let keeper): try keeper.watch(process.descriptor.rawValue)
    case .none: break
    }
  }

  borrowing func go() throws { try channel.write("g") }

  /// The next message; nil when the child has executed the command or is dead.
  borrowing func receive() throws(SystemCallError) -> Message? {
    var report = Report()
    var descriptor: CInt = -1
    let room = MemoryLayout<Report>.size + Lowering.textCapacity
    var text = ""
    let channel = channel.rawValue
    let result = withUnsafeTemporaryAllocation(byteCount: room, alignment: 16) { buffer in
      let received = receiveMessage(channel, buffer, &descriptor)
      if received >= MemoryLayout<Report>.size {
        report = buffer.load(as: Report.self)
        let start = MemoryLayout<Report>.size
        let end = min(start + Int(report.textLength), received)
        text = String(decoding: buffer[start..<max(start, end)], as: UTF8.self)
      }
      return received
    }
    try check(result, "recvmsg")
    return result == 0
      ? nil : Message(report: report, text: firstMessage(of: text), descriptor: descriptor)
  }

  consuming func takeProcess() -> PIDFD { process }
}

/// A filesystem context's messages are lines like "e overlay: …".
private func firstMessage(of text: String) -> String {
  guard let line = text.split(separator: "\n").first else { return "" }
  return line.hasPrefix("e ") ? String(line.dropFirst(2)) : String(line)
}
