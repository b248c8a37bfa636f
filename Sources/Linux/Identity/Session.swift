import CLinux

/// Sessions and process groups: what a terminal and a shell's job control know processes by.
///
/// The calls are members, since in a file that imports Glibc too they would be ambiguous as functions: the
/// parameters are the same.
public enum Session {
  /// setsid()
  ///
  /// Makes the caller the leader of a new session and of a new process group in it, without a terminal.
  ///
  /// - Returns: the session's number: the caller's pid.
  /// - Throws: EPERM where the caller leads a process group already (after a fork the child doesn't).
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/setsid.2.html>
  @discardableResult
  public static func setsid() throws(SystemCallError) -> ProcessID {
    try ProcessID(check(systemCall(__NR_setsid), "setsid"))
  }

  /// getsid(pid)
  ///
  /// - Parameter pid: 0 for the caller.
  /// - Returns: the session's number; 0 when its leader is in no pid namespace that the caller sees.
  /// - Throws: ESRCH.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/getsid.2.html>
  public static func getsid(_ pid: ProcessID = 0) throws(SystemCallError) -> ProcessID {
    try ProcessID(check(systemCall(__NR_getsid, Int(pid)), "getsid", ["pid": pid]))
  }

  /// setpgid(pid, pgid)
  ///
  /// - Parameters:
  ///   - pid: the caller or a child of it that has not called exec yet; 0 for the caller.
  ///   - pgid: a group of the same session; 0 for a new one, with `pid` as its number.
  /// - Throws: EACCES for a child after its exec; EPERM for another session, and for a session's leader; ESRCH;
  ///   EINVAL for a negative group.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/setpgid.2.html>
  public static func setpgid(_ pid: ProcessID, _ pgid: ProcessID) throws(SystemCallError) {
    try check(systemCall(__NR_setpgid, Int(pid), Int(pgid)), "setpgid", ["pid": pid, "pgid": pgid])
  }

  /// getpgid(pid)
  ///
  /// - Parameter pid: 0 for the caller.
  /// - Throws: ESRCH.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/getpgid.2.html>
  public static func getpgid(_ pid: ProcessID = 0) throws(SystemCallError) -> ProcessID {
    try ProcessID(check(systemCall(__NR_getpgid, Int(pid)), "getpgid", ["pid": pid]))
  }
}
