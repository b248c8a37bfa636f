import CLinux
import SystemPackage

/// kill(pid, sig)
///
///     let child = try fork { try exec(["sleep", "100"]) }
///     try kill(child, .term)
///
/// - Parameters:
///   - pid: a process; 0 for the caller's process group, -n for group n, -1 for every process that it may signal.
///   - sig: `probe` sends nothing and tells whether it could.
/// - Throws: ESRCH where there is no such process; EPERM; EINVAL for a number that is no signal.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/kill.2.html>
public func kill(_ pid: ProcessID, _ sig: Signal) throws(SystemCallError) {
  try check(systemCall(__NR_kill, Int(pid), Int(sig.rawValue)), "kill", ["pid": pid, "sig": sig])
}

/// pidfd_open(pid, flags)
///
/// A descriptor that refers to the process, also when its pid is used again. It is readable when the process has
/// ended. For a child that nobody has waited for it can't be another process; for others look again, by
/// `pidfd_send_signal(_, .probe)` after reading what told the pid.
///
/// - Throws: ESRCH; EINVAL, and on later kernels ENOENT, for a tid without `thread`; EMFILE, ENFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pidfd_open.2.html>
public func pidfd_open(_ pid: ProcessID, _ flags: PIDFDFlags = []) throws(SystemCallError) -> PIDFD {
  let result = systemCall(__NR_pidfd_open, Int(pid), Int(flags.rawValue))
  try check(result, "pidfd_open", ["pid": pid, "flags": flags], needs: KernelVersion(5, 3))
  return PIDFD(Descriptor(owning: CInt(result)))
}

/// pidfd_send_signal(pidfd, sig, NULL, flags)
///
/// - Parameter flags: to whom, where not to what the pidfd was opened for; any needs Linux 6.9 (EINVAL before).
/// - Throws: ESRCH when the process has ended and been waited for; EPERM; EINVAL.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pidfd_send_signal.2.html>
public func pidfd_send_signal(
  _ pidfd: borrowing PIDFD, _ sig: Signal, _ flags: PIDFDSignalFlags = []
) throws(SystemCallError) {
  let number = pidfd.number
  let result = systemCall(__NR_pidfd_send_signal, number, Int(sig.rawValue), 0, Int(flags.rawValue))
  try check(
    result, "pidfd_send_signal", ["pidfd": number, "sig": sig, "flags": flags], needs: KernelVersion(5, 1))
}

/// pidfd_getfd(pidfd, targetfd, 0)
///
/// A copy of another process's descriptor, close-on-exec here.
///
/// - Parameter targetfd: its number there.
/// - Throws: EBADF where it has none; EPERM without the right to trace it (PTRACE_MODE_ATTACH_REALCREDS); ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pidfd_getfd.2.html>
public func pidfd_getfd(_ pidfd: borrowing PIDFD, _ targetfd: CInt) throws(SystemCallError) -> Descriptor {
  let number = pidfd.number
  let result = systemCall(__NR_pidfd_getfd, number, Int(targetfd), 0)
  try check(result, "pidfd_getfd", ["pidfd": number, "targetfd": targetfd], needs: KernelVersion(5, 6))
  return Descriptor(owning: CInt(result))
}
