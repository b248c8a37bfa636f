import Linux
import SystemPackage

/// Stays with a container until its first process ends: passes signals on, and, where it has a terminal, carries
/// bytes between that and the caller's standard streams.
///
/// - Parameter passesInput: whether standard input goes to the container's terminal.
/// - Returns: how the first process ended. The caller's terminal is as it was.
public func supervise(
  _ container: RunningContainer, _ signals: borrowing ForwardedSignals, passesInput: Bool
) throws -> WaitStatus {
  let master = container.terminal.fileDescriptor
  let hasTerminal = master.rawValue >= 0
  let settings = hasTerminal ? try? tcgetattr(.standardOutput) : nil
  let passing = passesInput ? settings?.raw : settings?.rawOutput
  apply(passing)
  defer { apply(settings) }
  if hasTerminal {
    try setNonBlocking(master, true)
    resize(master)
  }
  var relay = TerminalRelay(master: master, readsInput: hasTerminal && passesInput)
  while true {
    let ready = try relay.wait(also: [container.process.fileDescriptor, signals.descriptor.fileDescriptor])
    if ready[1] {
      let signal = try signals.descriptor.read().signal
      if signal == .winch && hasTerminal {
        resize(master)
      } else if signal == .cont && hasTerminal {
        // It was stopped meanwhile, and the shell has taken its terminal back.
        apply(passing)
        resize(master)
      } else {
        // ESRCH: it has ended meanwhile.
        try? pidfd_send_signal(container.process, signal)
      }
    }
    try relay.carry()
    if ready[0] {
      try relay.drain()
      return try container.wait()
    }
  }
}

/// Sets the caller's terminal; where that has gone, nothing is left to set.
private func apply(_ mode: TerminalMode?) {
  if let mode { try? tcsetattr(.standardOutput, .now, mode) }
}

private func resize(_ master: FileDescriptor) {
  if let size = try? tcgetwinsize(.standardOutput) { try? tcsetwinsize(master, size) }
}

extension TerminalMode {
  /// What comes is passed on as it is; input stays as it was.
  fileprivate var rawOutput: TerminalMode {
    var mode = self
    mode.output.subtract(.oPost)
    return mode
  }
}
