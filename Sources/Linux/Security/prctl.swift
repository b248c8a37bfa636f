import CLinux
import SystemPackage

/// prctl(option, arg2, arg3, arg4, arg5)
///
/// The raw call, for an option that ``Prctl`` has no function for.
///
///     try prctl(26, 2)  // PR_SET_TSC, PR_TSC_SIGSEGV
///
/// - Throws: EINVAL for an unknown option, and for arguments that should be 0 and aren't.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/prctl.2.html>
@available(*, noasync, message: "most options act on the calling thread only")
@discardableResult
public func prctl(
  _ option: Int32, _ arg2: Int = 0, _ arg3: Int = 0, _ arg4: Int = 0, _ arg5: Int = 0
) throws(SystemCallError) -> Int {
  try check(
    systemCall(__NR_prctl, Int(option), arg2, arg3, arg4, arg5), "prctl",
    ["option": option, "arg2": arg2, "arg3": arg3, "arg4": arg4, "arg5": arg5])
}

/// prctl(2) by its options, each with types of its own. What is set is the calling thread's, and its children's
/// where the text doesn't say otherwise.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/prctl.2.html>
public enum Prctl {}

/// One option; the error says it by its C name.
@discardableResult
func prctlOption(
  _ option: Int, _ name: StaticString, _ arg2: Int = 0, _ arg3: Int = 0, _ arg4: Int = 0,
  shows argument: @autoclosure () -> Any? = nil
) throws(SystemCallError) -> Int {
  let result = systemCall(__NR_prctl, option, arg2, arg3, arg4, 0)
  if result >= 0 { return result }
  guard let shown = argument() else { return try check(result, "prctl", ["option": name]) }
  return try check(result, "prctl", ["option": name, "arg2": shown])
}

@available(*, noasync, message: "acts on the calling thread only")
extension Prctl {
  /// prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
  ///
  /// From now on exec gives no rights: set-ID bits and file capabilities have no effect. It can't be undone, and it
  /// is what lets a thread without CAP_SYS_ADMIN load a seccomp filter or a landlock ruleset.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_no_new_privs.2const.html>
  public static func setNoNewPrivs() throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS", 1)
  }

  /// prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
  public static func getNoNewPrivs() throws(SystemCallError) -> Bool {
    try prctlOption(LINUX_PR_GET_NO_NEW_PRIVS, "PR_GET_NO_NEW_PRIVS") != 0
  }

  /// prctl(PR_SET_PDEATHSIG, sig)
  ///
  /// The signal that the caller gets when the thread that made it ends: the thread, not its process. nil for none.
  /// Children don't inherit it; setresuid and exec of a set-ID file clear it.
  ///
  /// - Throws: EINVAL for no signal's number.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html>
  public static func setPDeathSig(_ signal: Signal?) throws(SystemCallError) {
    try prctlOption(
      LINUX_PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG", Int(signal?.rawValue ?? 0),
      shows: signal ?? Signal(rawValue: 0))
  }

  /// prctl(PR_GET_PDEATHSIG, &sig)
  public static func getPDeathSig() throws(SystemCallError) -> Signal? {
    var number: Int32 = 0
    let place = withUnsafeMutablePointer(to: &number) {
      systemCall(__NR_prctl, LINUX_PR_GET_PDEATHSIG, address($0))
    }
    try check(place, "prctl", ["option": "PR_GET_PDEATHSIG" as StaticString])
    return number == 0 ? nil : Signal(rawValue: number)
  }

  /// prctl(PR_SET_NAME, name)
  ///
  /// The calling thread's name, as /proc/PID/comm has it: its first 15 bytes.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_name.2const.html>
  public static func setName(_ name: String) throws(SystemCallError) {
    let result = withCStrings(name) { systemCall(__NR_prctl, LINUX_PR_SET_NAME, $0) }
    try check(result, "prctl", ["option": "PR_SET_NAME" as StaticString, "name": name as Any?])
  }

  /// prctl(PR_GET_NAME, name)
  public static func getName() throws(SystemCallError) -> String {
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: 16) { buffer, filled in
      buffer.initialize(repeating: 0)
      result = systemCall(__NR_prctl, LINUX_PR_GET_NAME, address(buffer.baseAddress))
      filled = buffer.firstIndex(of: 0) ?? 16
    }
    try check(result, "prctl", ["option": "PR_GET_NAME" as StaticString])
    return String(decoding: bytes, as: UTF8.self)
  }

  /// prctl(PR_SET_CHILD_SUBREAPER, on)
  ///
  /// The process becomes the parent of descendants whose own parent has ended, as pid 1 does otherwise. For the
  /// whole process, and not for its children.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_child_subreaper.2const.html>
  public static func setChildSubreaper(_ on: Bool) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_CHILD_SUBREAPER, "PR_SET_CHILD_SUBREAPER", on ? 1 : 0)
  }

  /// prctl(PR_GET_CHILD_SUBREAPER, &on)
  public static func getChildSubreaper() throws(SystemCallError) -> Bool {
    var on: Int32 = 0
    let result = withUnsafeMutablePointer(to: &on) {
      systemCall(__NR_prctl, LINUX_PR_GET_CHILD_SUBREAPER, address($0))
    }
    try check(result, "prctl", ["option": "PR_GET_CHILD_SUBREAPER" as StaticString])
    return on != 0
  }

  /// prctl(PR_SET_TIMERSLACK, nanoseconds)
  ///
  /// How much later than asked the thread's sleeps may end. 0 goes back to the default, 50,000 ns where nobody
  /// changed it.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_timerslack.2const.html>
  public static func setTimerSlack(nanoseconds: UInt) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_TIMERSLACK, "PR_SET_TIMERSLACK", Int(bitPattern: nanoseconds))
  }

  /// prctl(PR_GET_TIMERSLACK)
  ///
  /// - Returns: nanoseconds.
  public static func getTimerSlack() throws(SystemCallError) -> UInt {
    UInt(try prctlOption(LINUX_PR_GET_TIMERSLACK, "PR_GET_TIMERSLACK"))
  }
}
