import Linux

/// The signals that go on to the container's first process, held back from this one from now on.
///
/// To be made before `launch`, so that none is lost between. SIGTSTP, SIGTTIN and SIGTTOU keep stopping this
/// process, SIGCHLD is its own business, and what its own faults raise can't wait. SIGPIPE is held back and goes
/// nowhere: a container that doesn't read its input is no reason to end.
public struct ForwardedSignals: ~Copyable {
  let descriptor: SignalDescriptor

  public init() throws(SystemCallError) {
    let set = SignalSet.all.subtracting([
      .kill, .stop, .tstp, .ttin, .ttou, .chld, .pipe, .segv, .ill, .bus, .fpe, .trap, .abrt, .sys,
    ])
    try sigprocmask(.block, set.union([.pipe]))
    descriptor = try signalfd(set)
  }
}
