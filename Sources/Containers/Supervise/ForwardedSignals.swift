import CLinux
import Linux

/// The signals that go on to the container's first process, held back from this one from now on.
///
/// To be made before `launch`, so that none is lost between. SIGTSTP, SIGTTIN and SIGTTOU keep stopping this
/// process, and SIGCHLD and SIGPIPE are its own business.
public struct ForwardedSignals: ~Copyable {
  static let windowChanged: Int32 = 28
  static let continued: Int32 = 18
  let descriptor: Descriptor

  public init() throws(SystemCallError) {
    let kept: [Int32] = [9, 11, 4, 7, 8, 5, 6, 13, 17, 19, 20, 21, 22, 31, 32, 33]
    var set = UInt64.max
    for signal in kept { set &= ~(1 << UInt64(signal - 1)) }
    let block = 0
    let result = withUnsafeMutablePointer(to: &set) { set in
      _ = systemCall(__NR_rt_sigprocmask, block, address(set), 0, 8)
      return systemCall(__NR_signalfd4, -1, address(set), 8, Int(LINUX_O_CLOEXEC))
    }
    descriptor = Descriptor(owning: CInt(try check(result, "signalfd")))
  }

  /// The signal that has come.
  borrowing func next() throws(SystemCallError) -> Int32 {
    // struct signalfd_siginfo: 128 bytes, the number first
    let bytes = try descriptor.read(upTo: 128)
    return bytes.withUnsafeBytes { $0.count >= 4 ? $0.loadUnaligned(as: Int32.self) : 0 }
  }
}
