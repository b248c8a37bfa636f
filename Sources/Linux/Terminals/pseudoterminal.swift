import CLinux
import SystemPackage

/// The master of a pseudoterminal: what is written to it is typed at the terminal, and what programs print there is
/// read from it.
///
///     let master = try posix_openpt()
///     try master.unlock()
///     let terminal = try master.openPeer()
///     let child = try fork {
///       try Session.setsid()
///       try setControllingTerminal(terminal)
///       for number: CInt in 0...2 { try dup2(terminal, number) }
///       try exec(["/bin/sh"])
///     }
///
/// When nobody has the terminal open any more, a read of the master gives EIO.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man7/pty.7.html>
public struct TerminalMaster: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }

  /// unlockpt(fd): ioctl(fd, TIOCSPTLCK, &zero)
  ///
  /// A new terminal can't be opened before.
  ///
  /// - Throws: ENOTTY where it is no master.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCSPTLCK.2const.html>
  public borrowing func unlock() throws(SystemCallError) { try setLock(0) }

  /// ioctl(fd, TIOCSPTLCK, &one)
  ///
  /// The terminal can't be opened any more: EIO.
  public borrowing func lock() throws(SystemCallError) { try setLock(1) }

  private borrowing func setLock(_ lock: CInt) throws(SystemCallError) {
    let fd = number
    var lock = lock
    let result = withUnsafeMutablePointer(to: &lock) {
      systemCall(__NR_ioctl, fd, Int(LINUX_TIOCSPTLCK), address($0))
    }
    try check(result, "ioctl", ["fd": fd, "op": Bare("TIOCSPTLCK"), "arg": lock])
  }

  /// ioctl(fd, TIOCGPTLCK, &lock)
  public borrowing func isLocked() throws(SystemCallError) -> Bool {
    try get(Int(LINUX_TIOCGPTLCK), "TIOCGPTLCK") != 0
  }

  /// ioctl(fd, TIOCGPTN, &number)
  ///
  /// The terminal's name in its devpts: `pts/NUMBER`. ptsname(3) puts "/dev/pts/" before it, which is wrong where
  /// the devpts is mounted elsewhere; ``openPeer(_:)`` needs no name.
  ///
  /// - Throws: ENOTTY where it is no master.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/ptsname.3.html>
  public borrowing func terminalNumber() throws(SystemCallError) -> Int32 {
    try get(Int(LINUX_TIOCGPTN), "TIOCGPTN")
  }

  private borrowing func get(_ request: Int, _ name: StaticString) throws(SystemCallError) -> Int32 {
    let fd = number
    var value: CInt = 0
    let result = withUnsafeMutablePointer(to: &value) { systemCall(__NR_ioctl, fd, request, address($0)) }
    try check(result, "ioctl", ["fd": fd, "op": name])
    return value
  }

  /// ioctl(fd, TIOCGPTPEER, flags | O_CLOEXEC)
  ///
  /// Opens the terminal without a path, so that nobody's mount can stand between. Linux 4.13.
  ///
  /// - Parameter flags: `readWrite`, `noCTTY`, `nonBlock`.
  /// - Throws: EIO while it is locked, or gone; ENOTTY where it is no master.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCGPTPEER.2const.html>
  public borrowing func openPeer(
    _ flags: OpenFlags = [.readWrite, .noCTTY]
  ) throws(SystemCallError) -> Descriptor {
    let fd = number
    let result = systemCall(
      __NR_ioctl, fd, Int(LINUX_TIOCGPTPEER), Int(flags.rawValue) | LINUX_O_CLOEXEC)
    try check(result, "ioctl", ["fd": fd, "op": Bare("TIOCGPTPEER"), "flags": flags])
    return Descriptor(owning: CInt(result))
  }
}

/// posix_openpt(flags | O_CLOEXEC): open("/dev/ptmx", flags | O_CLOEXEC)
///
/// Makes a pseudoterminal.
///
/// - Parameters:
///   - flags: `readWrite`, `noCTTY`, `nonBlock`.
///   - path: another devpts's master: a container's has it at /dev/pts/ptmx below its root.
/// - Throws: ENOSPC when there are as many as may be; ENOENT, EACCES, EMFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/posix_openpt.3.html>
public func posix_openpt(
  _ flags: OpenFlags = [.readWrite, .noCTTY], path: some PathLike = "/dev/ptmx"
) throws(SystemCallError) -> TerminalMaster {
  TerminalMaster(try open(path, flags))
}

/// ioctl(fd, TIOCSCTTY, steal)
///
/// Makes a terminal the controlling terminal of the caller's session: the caller leads it (``Session/setsid()``),
/// and it has none yet. From then on ^C goes to the session's foreground process group.
///
/// - Parameter steal: take it away from another session; needs CAP_SYS_ADMIN.
/// - Throws: EPERM where the caller leads no session, the session has a terminal, or the terminal a session; ENOTTY
///   where it is no terminal.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCSCTTY.2const.html>
public func setControllingTerminal(
  _ fd: borrowing some DescriptorLike & ~Copyable, steal: Bool = false
) throws(SystemCallError) {
  let number = fd.number
  let result = systemCall(__NR_ioctl, number, Int(LINUX_TIOCSCTTY), steal ? 1 : 0)
  try check(result, "ioctl", ["fd": number, "op": Bare("TIOCSCTTY"), "arg": steal ? 1 : 0])
}

/// ioctl(fd, TIOCNOTTY)
///
/// The caller has no controlling terminal any more. Of a session's leader, the whole session has none, and the
/// foreground process group gets SIGHUP and SIGCONT.
///
/// - Throws: ENOTTY where it isn't the caller's controlling terminal.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCNOTTY.2const.html>
public func giveUpControllingTerminal(
  _ fd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) {
  let number = fd.number
  try check(
    systemCall(__NR_ioctl, number, Int(LINUX_TIOCNOTTY)), "ioctl", ["fd": number, "op": Bare("TIOCNOTTY")])
}

/// tcgetpgrp(fd): ioctl(fd, TIOCGPGRP, &pgrp)
///
/// - Returns: the process group in the foreground of the caller's controlling terminal; of a master's terminal, too.
/// - Throws: ENOTTY where it isn't that.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/tcgetpgrp.3.html>
public func tcgetpgrp(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> ProcessID {
  let number = fd.number
  var group: ProcessID = 0
  let result = withUnsafeMutablePointer(to: &group) {
    systemCall(__NR_ioctl, number, Int(LINUX_TIOCGPGRP), address($0))
  }
  try check(result, "tcgetpgrp", ["fd": number])
  return group
}

/// tcsetpgrp(fd, pgrp): ioctl(fd, TIOCSPGRP, &pgrp)
///
/// Puts a process group of the caller's session into the foreground. A caller in the background gets SIGTTOU, unless
/// it holds that back.
///
/// - Throws: ENOTTY where it isn't the caller's controlling terminal; EPERM for a group of another session; ESRCH,
///   EINVAL.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/tcsetpgrp.3.html>
public func tcsetpgrp(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ pgrp: ProcessID
) throws(SystemCallError) {
  let number = fd.number
  var group = pgrp
  let result = withUnsafeMutablePointer(to: &group) {
    systemCall(__NR_ioctl, number, Int(LINUX_TIOCSPGRP), address($0))
  }
  try check(result, "tcsetpgrp", ["fd": number, "pgrp": pgrp])
}
