import CLinux

/// Which children waitid(2) waits for; a pidfd is an overload of its own.
public enum WaitTarget: Hashable, Sendable, CustomStringConvertible {
  case all
  case process(ProcessID)
  /// 0 is the caller's own group. Linux 5.4.
  case group(ProcessID)

  public var description: String {
    switch self {
    case .all: "P_ALL"
    case .process(let pid): "P_PID \(pid)"
    case .group(let group): "P_PGID \(group)"
    }
  }

  fileprivate var arguments: (type: Int, id: Int) {
    switch self {
    case .all: (Int(LINUX_P_ALL), 0)
    case .process(let pid): (Int(LINUX_P_PID), Int(pid))
    case .group(let group): (Int(LINUX_P_PGID), Int(group))
    }
  }
}

/// A child whose state has changed.
public struct ChildStatus: Hashable, Sendable {
  /// In the caller's pid namespace.
  public let pid: ProcessID
  /// Its real user.
  public let uid: UInt32
  public let status: WaitStatus

  public init(pid: ProcessID, uid: UInt32, status: WaitStatus) {
    self.pid = pid
    self.uid = uid
    self.status = status
  }
}

/// waitid(P_PIDFD, pidfd, &info, options, NULL)
///
///     let child = try clone3(.init(.newPID)) { try exec(["/bin/sh"]) }
///     try waitid(child.pidfd)
///
/// - Returns: nil when `noHang` is given and nothing has changed.
/// - Throws: ECHILD where it is no child of the caller's; EAGAIN while it lives, for a pidfd with `nonBlock`;
///   EINVAL for options that name no change, and before Linux 5.4.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/waitid.2.html>
@discardableResult
public func waitid(
  _ pidfd: borrowing PIDFD, _ options: WaitIDOptions = .exited
) throws(SystemCallError) -> ChildStatus? {
  try waitid((Int(LINUX_P_PIDFD), pidfd.number), "P_PIDFD \(pidfd.number)", options)
}

/// waitid(idtype, id, &info, options, NULL)
///
/// - Returns: nil when `noHang` is given and nothing has changed.
/// - Throws: ECHILD when the caller has no such child; EINVAL for options that name no change.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/waitid.2.html>
@discardableResult
public func waitid(
  _ target: WaitTarget, _ options: WaitIDOptions = .exited
) throws(SystemCallError) -> ChildStatus? {
  try waitid(target.arguments, target.description, options)
}

private func waitid(
  _ target: (type: Int, id: Int), _ name: @autoclosure () -> String, _ options: WaitIDOptions
) throws(SystemCallError) -> ChildStatus? {
  var info = clinux_siginfo_child()
  let result = withUnsafeMutablePointer(to: &info) { info in
    untilUninterrupted {
      systemCall(__NR_waitid, target.type, target.id, address(info), Int(options.rawValue), 0)
    }
  }
  // Described here, since `check` describes its arguments only when there is an error.
  if result < 0 { try check(result, "waitid", ["id": Bare(name()), "options": options]) }
  return info.pid == 0
    ? nil
    : ChildStatus(pid: info.pid, uid: info.uid, status: WaitStatus(code: info.code, status: info.status))
}

extension WaitStatus {
  /// From the `si_code` and `si_status` of a siginfo_t.
  init(code: Int32, status: Int32) {
    let signal = Signal(rawValue: status)
    switch Int(code) {
    case Int(LINUX_CLD_EXITED): self = .exited(status)
    case Int(LINUX_CLD_KILLED): self = .signaled(signal, coreDumped: false)
    case Int(LINUX_CLD_DUMPED): self = .signaled(signal, coreDumped: true)
    case Int(LINUX_CLD_CONTINUED): self = .continued
    // CLD_STOPPED, and CLD_TRAPPED for a tracer.
    default: self = .stopped(signal)
    }
  }
}
