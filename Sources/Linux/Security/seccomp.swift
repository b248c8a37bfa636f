import CLinux
import SystemPackage

/// How a thread's system calls are filtered.
public enum SeccompMode: Int, Hashable, Sendable {
  case disabled = 0
  case strict = 1
  case filter = 2
}

/// The sizes, in bytes, of what a listener of the running kernel reads and writes.
public struct SeccompNotifSizes: Hashable, Sendable {
  public var notification: Int
  public var response: Int
  public var data: Int

  public init(notification: Int, response: Int, data: Int) {
    self.notification = notification
    self.response = response
    self.data = data
  }
}

/// seccomp(2), by its operations.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public enum Seccomp {
  /// seccomp(SECCOMP_SET_MODE_STRICT, 0, NULL)
  ///
  /// From now on the thread may read, write, exit and return from a signal's handler; another call kills it. glibc's
  /// `_exit` is another call (exit_group).
  ///
  /// - Throws: EINVAL where a filter is loaded.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp.2.html>
  public static func setModeStrict() throws(SystemCallError) {
    let result = systemCall(__NR_seccomp, LINUX_SECCOMP_SET_MODE_STRICT)
    try check(result, "seccomp", ["operation": "SECCOMP_SET_MODE_STRICT" as StaticString])
  }

  /// seccomp(SECCOMP_SET_MODE_FILTER, flags, &program)
  ///
  /// Loads a filter, which every later system call of the thread and of its children passes, beside those loaded
  /// before.
  ///
  /// - Throws: EACCES without no_new_privs or CAP_SYS_ADMIN; EINVAL for an empty or a wrong program, one longer than
  ///   4,096 instructions, and an unknown flag; ENOMEM; ESRCH with `tsync` where a thread has filters that the
  ///   caller hasn't; EFAULT.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp.2.html>
  public static func setModeFilter(_ filter: [BPFInstruction], _ flags: SeccompFilterFlags = [])
    throws(SystemCallError)
  {
    let result = withProgram(filter) {
      systemCall(__NR_seccomp, LINUX_SECCOMP_SET_MODE_FILTER, Int(flags.rawValue), $0)
    }
    try checkFilter(result, filter, flags)
    if result > 0, flags.contains(.tsync) { throw cannotFollow(result, filter, flags) }
  }

  /// seccomp(SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_NEW_LISTENER, &program)
  ///
  /// Loads a filter whose answer `userNotif` asks the listener. Linux 5.0.
  ///
  /// The listener sees pointers, not what they point to, and the caller can change that while the listener looks: it
  /// is no way to refuse calls, but one to do them for the caller.
  ///
  /// - Throws: as `setModeFilter`; EBUSY where one of the thread's filters has a listener already; EINVAL with
  ///   `tsync` and without `tsyncESRCH`.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  public static func setModeFilterWithListener(
    _ filter: [BPFInstruction], _ flags: SeccompFilterFlags = []
  ) throws(SystemCallError) -> SeccompListener {
    let flags = flags.union(.newListener)
    let result = withProgram(filter) {
      systemCall(__NR_seccomp, LINUX_SECCOMP_SET_MODE_FILTER, Int(flags.rawValue), $0)
    }
    try checkFilter(result, filter, flags)
    return SeccompListener(Descriptor(owning: CInt(result)))
  }

  /// seccomp(SECCOMP_GET_ACTION_AVAIL, 0, &action)
  ///
  /// - Returns: whether the running kernel knows this answer. Linux 4.14.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp.2.html>
  public static func getActionAvail(_ action: SeccompAction) throws(SystemCallError) -> Bool {
    var number = action.rawValue
    let result = withUnsafeMutablePointer(to: &number) {
      systemCall(__NR_seccomp, LINUX_SECCOMP_GET_ACTION_AVAIL, 0, address($0))
    }
    if result == -Int(Errno.notSupportedOnSocket.rawValue) { return false }
    let name: StaticString = "SECCOMP_GET_ACTION_AVAIL"
    try check(result, "seccomp", ["operation": name, "action": action])
    return true
  }

  /// seccomp(SECCOMP_GET_NOTIF_SIZES, 0, &sizes)
  ///
  /// - Throws: EINVAL before Linux 5.0.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/seccomp_unotify.2.html>
  public static func getNotifSizes() throws(SystemCallError) -> SeccompNotifSizes {
    var sizes = clinux_seccomp_notif_sizes()
    let result = withUnsafeMutablePointer(to: &sizes) {
      systemCall(__NR_seccomp, LINUX_SECCOMP_GET_NOTIF_SIZES, 0, address($0))
    }
    try check(result, "seccomp", ["operation": "SECCOMP_GET_NOTIF_SIZES" as StaticString])
    return SeccompNotifSizes(
      notification: Int(sizes.seccomp_notif), response: Int(sizes.seccomp_notif_resp),
      data: Int(sizes.seccomp_data))
  }

  private static func checkFilter(_ result: Int, _ filter: [BPFInstruction], _ flags: SeccompFilterFlags)
    throws(SystemCallError)
  {
    let name: StaticString = "SECCOMP_SET_MODE_FILTER"
    try check(result, "seccomp", ["operation": name, "flags": flags, "len": filter.count])
  }

  private static func cannotFollow(_ thread: Int, _ filter: [BPFInstruction], _ flags: SeccompFilterFlags)
    -> SystemCallError
  {
    SystemCallError(
      call: "seccomp", errno: .noSuchProcess,
      arguments: [
        .init(name: "operation", value: "SECCOMP_SET_MODE_FILTER"),
        .init(name: "flags", value: "\(flags)"), .init(name: "len", value: "\(filter.count)"),
      ], hint: "thread \(thread) has filters that the caller hasn't")
  }
}

@available(*, noasync, message: "acts on the calling thread only")
extension Prctl {
  /// prctl(PR_GET_SECCOMP)
  ///
  /// In strict mode this call itself kills the thread.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_get_seccomp.2const.html>
  public static func getSeccomp() throws(SystemCallError) -> SeccompMode {
    let mode = try prctlOption(LINUX_PR_GET_SECCOMP, "PR_GET_SECCOMP")
    return SeccompMode(rawValue: mode) ?? .filter
  }
}
