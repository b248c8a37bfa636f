import CLinux

/// What sigprocmask(2) does with the set.
public enum SignalMaskChange: Sendable, Hashable, CustomStringConvertible {
  /// The signals are held back, beside those that are already.
  case block
  /// The signals aren't held back any more.
  case unblock
  /// These signals are held back and no others.
  case setMask

  public var description: String {
    switch self {
    case .block: "SIG_BLOCK"
    case .unblock: "SIG_UNBLOCK"
    case .setMask: "SIG_SETMASK"
    }
  }
}

// Whoever types the C name gets a fix-it.
extension SignalMaskChange {
  @available(*, unavailable, renamed: "block")
  public static var SIG_BLOCK: SignalMaskChange { .block }
  @available(*, unavailable, renamed: "unblock")
  public static var SIG_UNBLOCK: SignalMaskChange { .unblock }
  @available(*, unavailable, renamed: "setMask")
  public static var SIG_SETMASK: SignalMaskChange { .setMask }
}

/// sigprocmask(how, &set, &oldset), which is pthread_sigmask(3) in Linux
///
/// Which signals are held back from the calling thread. They wait until they are let through, or are taken by
/// `signalfd`. A thread that is made later begins with the mask of the one that makes it; so a program
/// blocks first and starts threads then. A child and what it executes have the mask too.
///
///     let before = try sigprocmask(.block, [.term, .chld])
///     defer { _ = try? sigprocmask(.setMask, before) }
///
/// SIGKILL and SIGSTOP can't be held back, and those that glibc keeps for itself aren't.
///
/// - Returns: the mask until now.
/// - Throws: nothing that a program does wrong: EFAULT and EINVAL can't happen.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sigprocmask.2.html>
@available(*, noasync, message: "acts on the calling thread only")
@discardableResult
public func sigprocmask(_ how: SignalMaskChange, _ set: SignalSet) throws(SystemCallError) -> SignalSet {
  let number =
    switch how {
    case .block: LINUX_SIG_BLOCK
    case .unblock: LINUX_SIG_UNBLOCK
    case .setMask: LINUX_SIG_SETMASK
    }
  var bits = set.rawValue & ~SignalSet.reserved
  var old: UInt64 = 0
  let result = withUnsafeMutablePointer(to: &bits) { bits in
    withUnsafeMutablePointer(to: &old) { old in
      systemCall(__NR_rt_sigprocmask, Int(number), address(bits), address(old), MemoryLayout<UInt64>.size)
    }
  }
  try check(result, "sigprocmask", ["how": how, "set": set])
  return SignalSet(rawValue: old)
}

/// sigprocmask(SIG_BLOCK, NULL, &oldset)
///
/// - Returns: which signals are held back from the calling thread.
@available(*, noasync, message: "acts on the calling thread only")
public func sigprocmask() -> SignalSet {
  var old: UInt64 = 0
  // It can't fail: the address is good, and nothing is changed.
  _ = withUnsafeMutablePointer(to: &old) {
    systemCall(__NR_rt_sigprocmask, Int(LINUX_SIG_BLOCK), 0, address($0), MemoryLayout<UInt64>.size)
  }
  return SignalSet(rawValue: old)
}

/// sigpending(&set)
///
/// - Returns: which signals wait for the calling thread or its process, because they are held back.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sigpending.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func sigpending() -> SignalSet {
  var set: UInt64 = 0
  _ = withUnsafeMutablePointer(to: &set) {
    systemCall(__NR_rt_sigpending, address($0), MemoryLayout<UInt64>.size)
  }
  return SignalSet(rawValue: set)
}
