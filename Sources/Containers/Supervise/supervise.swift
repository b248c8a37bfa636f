import Linux
import SystemPackage

/// Stays with a container until its first process ends: passes signals on, and, where there is a terminal, carries
/// bytes between the container and the caller's standard streams.
///
/// When the caller's terminal is hung up, the container's is too. A command that is still there two seconds later is
/// killed, and counts as ended by SIGHUP.
///
/// - Returns: how the first process ended. The caller's terminal is as it was.
public func supervise(
  _ container: RunningContainer, _ signals: borrowing ForwardedSignals, _ streams: CallerStreams
) throws -> WaitStatus {
  var supervisor = try Supervisor(container, streams)
  defer { supervisor.terminal?.restore() }
  return try supervisor.run(signals)
}

private struct Supervisor: ~Copyable {
  let container: RunningContainer
  /// The caller's, while the container has one.
  let terminal: CallerTerminal?
  private var relay: Relay
  private var master: Endpoint?
  /// Keeps the container's terminal alive while nobody in there has it open: the master gives no EIO.
  private var peer: Descriptor?
  /// When the time to end after a hangup is over, in microseconds.
  private var deadline: Int?
  private var hasEnded = false

  init(_ container: RunningContainer, _ streams: CallerStreams) throws {
    self.container = container
    let flows = streams.takeFlows()
    guard streams.hasTerminal, let new = container.takeTerminal() else {
      terminal = nil
      relay = Relay(flows)
      return
    }
    terminal = CallerTerminal(passesInput: streams.passesInput)
    peer = try new.openPeer()
    let master = try Endpoint(dup(new))
    self.master = master
    var both = [Flow(from: master, to: try Endpoint(callers: .standardOutput, .writeOnly))]
    if streams.passesInput {
      both.append(Flow(from: try Endpoint(callers: .standardInput, []), to: master))
    }
    relay = Relay(both)
    pass()
  }

  mutating func run(_ signals: borrowing ForwardedSignals) throws -> WaitStatus {
    let none = FileDescriptor(rawValue: -1)
    while true {
      let left = deadline.map { Duration.microseconds(max(0, $0 - monotonicTime())) }
      let process = hasEnded ? none : container.process.fileDescriptor
      let ready = try relay.wait(also: [process, signals.descriptor.fileDescriptor], timeout: left)
      if ready[1], try !take(signals.descriptor.read().signal) { break }
      relay.carry()
      if ready[0] { hasEnded = true }
      if hasEnded {
        relay.drain()
        if !relay.hasPending { break }
      } else if relay.isHungUp && master != nil {
        hangUp()
      } else if let deadline, deadline <= monotonicTime() {
        try? pidfd_send_signal(container.process, .kill)
        _ = try container.wait()
        return .signaled(.hup, coreDumped: false)
      }
    }
    return try container.wait()
  }

  /// Passes a signal on.
  ///
  /// - Returns: false when it says not to wait for a stopped terminal any longer.
  private func take(_ signal: Signal) -> Bool {
    if terminal != nil && [.winch, .cont].contains(signal) {
      // SIGCONT: this was stopped meanwhile, and the shell has taken its terminal back.
      pass()
    } else if hasEnded {
      return ![.term, .int, .hup, .quit].contains(signal)
    } else {
      // ESRCH: it has ended meanwhile.
      try? pidfd_send_signal(container.process, signal)
    }
    return true
  }

  private func pass() {
    terminal?.pass()
    if let master { terminal?.resize(master.fileDescriptor) }
  }

  /// Closes the container's terminal: its session gets SIGHUP.
  private mutating func hangUp() {
    relay = Relay([])
    master = nil
    peer = nil
    deadline = monotonicTime() + 2_000_000
  }
}
