import CLinux
import SystemPackage

/// sigwaitinfo(&set, &info)
///
/// Waits for a signal of the set, and takes it. The signals must be held back by ``sigprocmask(_:_:)``, in every
/// thread, or they do what they do otherwise. Continues after EINTR.
///
///     try sigprocmask(.block, [.term, .chld])
///     let signal = try sigwaitinfo([.term, .chld])
///     print("\(signal.signal) from process \(signal.pid)")
///
/// - Throws: nothing that a program does wrong: EAGAIN, EINTR and EINVAL can't happen.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sigwaitinfo.2.html>
public func sigwaitinfo(_ set: SignalSet) throws(SystemCallError) -> SignalInfo {
  var bits = set.rawValue
  var info = clinux_siginfo_child()
  let result = withUnsafeMutablePointer(to: &bits) { bits in
    withUnsafeMutablePointer(to: &info) { info in
      untilUninterrupted {
        systemCall(__NR_rt_sigtimedwait, address(bits), address(info), 0, MemoryLayout<UInt64>.size)
      }
    }
  }
  try check(result, "sigwaitinfo", ["set": set])
  return SignalInfo(info)
}

extension SignalInfo {
  /// From a siginfo_t. Of what the kernel sends, only SIGCHLD has a process; a timer's and a descriptor's have other
  /// things in its place.
  fileprivate init(_ info: clinux_siginfo_child) {
    let number = Signal(rawValue: info.signo)
    let isOfChild = number == .chld && info.code > 0
    let isOfProcess = info.code <= 0 && ![Int32(LINUX_SI_TIMER), Int32(LINUX_SI_SIGIO)].contains(info.code)
    let hasSender = isOfChild || isOfProcess
    self.init(
      signal: number, code: info.code, pid: hasSender ? info.pid : 0, uid: hasSender ? info.uid : 0,
      status: isOfChild ? WaitStatus(code: info.code, status: info.status) : nil,
      // si_value has the place of si_status.
      value: isOfChild ? 0 : info.status)
  }
}
