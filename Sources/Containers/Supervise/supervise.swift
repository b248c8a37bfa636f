import CLinux
import Linux

/// Stays with a container until its first process ends: passes signals on, and, where it has a terminal, carries
/// bytes between that and the caller's standard streams.
///
/// - Parameter passesInput: whether standard input goes to the container's terminal.
/// - Returns: how the first process ended. The caller's terminal is as it was.
public func supervise(
  _ container: RunningContainer, _ signals: borrowing ForwardedSignals, passesInput: Bool
) throws -> WaitStatus {
  let master = container.terminal.rawValue
  let settings = master >= 0 ? TerminalMode(of: 1) : nil
  let passing = passesInput ? settings?.raw : settings?.rawOutput
  passing?.apply(to: 1)
  defer { settings?.apply(to: 1) }
  if master >= 0 {
    setNonBlocking(master)
    resize(master)
  }
  var relay = TerminalRelay(master: master, readsInput: master >= 0 && passesInput)
  while true {
    let ready = try relay.wait(also: [container.process.descriptor.rawValue, signals.descriptor.rawValue])
    if ready[1] {
      let signal = try signals.next()
      if signal == ForwardedSignals.windowChanged && master >= 0 {
        resize(master)
      } else if signal == ForwardedSignals.continued && master >= 0 {
        // It was stopped meanwhile, and the shell has taken its terminal back.
        passing?.apply(to: 1)
        resize(master)
      } else {
        // ESRCH: it has ended meanwhile.
        _ = systemCall(
          __NR_pidfd_send_signal, Int(container.process.descriptor.rawValue), Int(signal), 0, 0)
      }
    }
    try relay.carry()
    if ready[0] {
      try relay.drain()
      return try container.wait()
    }
  }
}

private func resize(_ master: CInt) { WindowSize(of: 1)?.apply(to: master) }

private func setNonBlocking(_ descriptor: CInt) {
  let (getFlags, setFlags) = (3, 4)
  let flags = systemCall(__NR_fcntl, Int(descriptor), getFlags)
  _ = systemCall(__NR_fcntl, Int(descriptor), setFlags, flags | Int(LINUX_O_NONBLOCK))
}
