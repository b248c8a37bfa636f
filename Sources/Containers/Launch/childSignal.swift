import CLinux
import Linux

/// rt_sigaction(signal, {SIG_DFL}) of SIGCHLD and SIGPIPE, which a caller may have ignored.
///
/// With SIGCHLD ignored the kernel reaps children itself, and no one's status can be taken. Neither is the container's
/// to inherit. What else the caller ignores it means for the container too, as nohup does.
public func resetIgnoredSignals() {
  // struct sigaction of the kernel: handler, flags, restorer, mask
  var action = (0, 0, 0, UInt64(0))
  withUnsafeMutableBytes(of: &action) { action in
    for signal in [Int(LINUX_SIGCHLD), Int(LINUX_SIGPIPE)] {
      _ = systemCall(__NR_rt_sigaction, signal, address(action.baseAddress), 0, 8)
    }
  }
}
