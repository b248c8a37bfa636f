import CLinux
import SystemPackage

/// A signal as it came out of a ``SignalDescriptor``.
public struct SignalInfo: Hashable, Sendable {
  public let signal: Signal
  /// Why it was sent, as the man page of sigaction(2) lists it: 0 for kill, above 0 for the kernel's own reasons.
  public let code: Int32
  /// Who sent it; for SIGCHLD, which child. 0 for a process that this pid namespace doesn't see.
  public let pid: ProcessID
  /// The sender's real user.
  public let uid: UserID
  /// For SIGCHLD, what became of the child. Several children may have ended for one signal: wait for all.
  public let status: WaitStatus?
  /// What sigqueue(3) sent with it.
  public let value: Int32

  public init(
    signal: Signal, code: Int32 = 0, pid: ProcessID, uid: UserID, status: WaitStatus? = nil, value: Int32 = 0
  ) {
    self.signal = signal
    self.code = code
    self.pid = pid
    self.uid = uid
    self.status = status
    self.value = value
  }
}

/// Where signals arrive that are held back from the thread. It is readable when one waits.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/signalfd.2.html>
public struct SignalDescriptor: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }

  /// read(fd, &info, sizeof info)
  ///
  /// Waits for a signal of the set, and takes it. Continues after EINTR.
  ///
  /// - Throws: EAGAIN with `nonBlock` when none waits.
  public borrowing func read() throws(SystemCallError) -> SignalInfo {
    let fd = number
    var info = clinux_signalfd_siginfo()
    let size = MemoryLayout<clinux_signalfd_siginfo>.size
    let result = withUnsafeMutablePointer(to: &info) { info in
      untilUninterrupted { systemCall(__NR_read, fd, address(info), size) }
    }
    try check(result, "read", ["fd": fd, "count": size])
    return SignalInfo(info)
  }
}

/// signalfd(-1, &mask, flags | SFD_CLOEXEC)
///
/// A descriptor from which signals are read. They must be held back by ``sigprocmask(_:_:)``, in every thread, or
/// they do what they do otherwise.
///
///     try sigprocmask(.block, [.term, .int, .chld])
///     let signals = try signalfd([.term, .int, .chld])
///     let first = try signals.read()
///     print("\(first.signal) from process \(first.pid)")
///
/// A read gives what waits for the reading thread or its process, not for the one that made the descriptor.
///
/// - Throws: EMFILE, ENFILE, ENOMEM; EINVAL for unknown flags.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/signalfd.2.html>
public func signalfd(
  _ mask: SignalSet, _ flags: SignalFDFlags = []
) throws(SystemCallError) -> SignalDescriptor {
  let bits = Int(flags.rawValue) | LINUX_O_CLOEXEC
  let result = signalfd(-1, mask, bits)
  try check(result, "signalfd", ["mask": mask, "flags": flags])
  return SignalDescriptor(Descriptor(owning: CInt(result)))
}

/// signalfd(fd, &mask, 0)
///
/// From now on the descriptor gives the signals of this set, and no others.
///
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/signalfd.2.html>
public func signalfd(_ fd: borrowing SignalDescriptor, _ mask: SignalSet) throws(SystemCallError) {
  let number = fd.number
  try check(signalfd(number, mask, 0), "signalfd", ["fd": number, "mask": mask])
}

private func signalfd(_ fd: Int, _ mask: SignalSet, _ flags: Int) -> Int {
  var bits = mask.rawValue
  return withUnsafeMutablePointer(to: &bits) {
    systemCall(__NR_signalfd4, fd, address($0), MemoryLayout<UInt64>.size, flags)
  }
}

extension SignalInfo {
  init(_ info: clinux_signalfd_siginfo) {
    let number = Signal(rawValue: Int32(bitPattern: info.ssi_signo))
    signal = number
    code = info.ssi_code
    pid = ProcessID(bitPattern: info.ssi_pid)
    uid = info.ssi_uid
    let isOfChild = number == .chld && info.ssi_code > 0
    status = isOfChild ? WaitStatus(code: info.ssi_code, status: info.ssi_status) : nil
    value = info.ssi_int
  }
}
