import CLinux

/// How a child ended, or what became of it.
public enum WaitStatus: Hashable, Sendable {
  case exited(Int32)
  case signaled(Signal, coreDumped: Bool)
  case stopped(Signal)
  case continued

  init(rawValue: CInt) {
    let signal = rawValue & 0x7f
    if rawValue == 0xffff {
      self = .continued
    } else if rawValue & 0xff == 0x7f {
      self = .stopped(Signal(rawValue: (rawValue >> 8) & 0xff))
    } else if signal == 0 {
      self = .exited((rawValue >> 8) & 0xff)
    } else {
      self = .signaled(Signal(rawValue: signal), coreDumped: rawValue & 0x80 != 0)
    }
  }

  /// What a shell gives for it: the exit status, or 128 and the signal's number; nil while it lives.
  public var shellStatus: Int32? {
    switch self {
    case .exited(let code): code
    case .signaled(let signal, _): 128 + signal.rawValue
    case .stopped, .continued: nil
    }
  }
}

/// What waitpid(2) takes as `options`.
public struct WaitOptions: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Return at once when no child has changed.
  public static let noHang = WaitOptions(rawValue: Int32(LINUX_WNOHANG))
  /// Report stopped children too.
  public static let untraced = WaitOptions(rawValue: Int32(LINUX_WUNTRACED))
  /// Report children that SIGCONT has continued too.
  public static let continued = WaitOptions(rawValue: Int32(LINUX_WCONTINUED))
  /// Children with any exit signal.
  public static let all = WaitOptions(rawValue: Int32(LINUX_WALL))
  /// Only children with another exit signal than SIGCHLD.
  public static let clone = WaitOptions(rawValue: Int32(bitPattern: UInt32(LINUX_WCLONE)))

  public static var names: [(flag: Self, name: String)] {
    [
      (.noHang, "WNOHANG"), (.untraced, "WUNTRACED"), (.continued, "WCONTINUED"), (.all, "__WALL"),
      (.clone, "__WCLONE"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension WaitOptions {
  @available(*, unavailable, renamed: "noHang")
  public static var WNOHANG: WaitOptions { .noHang }
  @available(*, unavailable, renamed: "untraced")
  public static var WUNTRACED: WaitOptions { .untraced }
  @available(*, unavailable, renamed: "continued")
  public static var WCONTINUED: WaitOptions { .continued }
  @available(*, unavailable, renamed: "all")
  public static var __WALL: WaitOptions { .all }
  @available(*, unavailable, renamed: "clone")
  public static var __WCLONE: WaitOptions { .clone }
}

/// waitpid(pid, &status, 0)
///
/// Waits until the child has ended, and takes its status. Continues after EINTR.
///
/// - Throws: ECHILD when the caller has no such child.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/waitpid.2.html>
@discardableResult
public func waitpid(_ pid: ProcessID) throws(SystemCallError) -> WaitStatus {
  // Without WNOHANG the call returns only with a child.
  guard let found = try waitpid(pid, []) else {
    throw SystemCallError(call: "waitpid", errno: .noChildProcess)
  }
  return found.status
}

/// waitpid(pid, &status, options)
///
/// - Parameter pid: a child; -1 for any, 0 for any of the caller's process group, -n for any of group n.
/// - Returns: which child and its status; nil when `noHang` is given and nothing has changed.
/// - Throws: ECHILD when the caller has no such child; EINVAL.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/waitpid.2.html>
public func waitpid(
  _ pid: ProcessID, _ options: WaitOptions
) throws(SystemCallError) -> (pid: ProcessID, status: WaitStatus)? {
  var status: CInt = 0
  let result = withUnsafeMutablePointer(to: &status) { status in
    untilUninterrupted { systemCall(__NR_wait4, Int(pid), address(status), Int(options.rawValue)) }
  }
  try check(result, "waitpid", ["pid": pid, "options": options])
  return result == 0 ? nil : (ProcessID(result), WaitStatus(rawValue: status))
}
