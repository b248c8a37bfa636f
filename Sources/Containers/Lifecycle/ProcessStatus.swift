import Linux

/// Three fields of /proc/PID/stat.
struct ProcessStatus {
  /// In ticks since the machine's start.
  let startTime: UInt64
  /// Whether only its status is left.
  let hasEnded: Bool
  /// Whether it, or who it is a copy of since it was made, has executed a program: the kernel's flag PF_FORKNOEXEC.
  let hasExecuted: Bool

  /// nil where there is no such process.
  init?(_ pid: ProcessID) {
    // The name in parentheses may hold anything.
    guard let text = try? readFile("/proc/\(pid)/stat"), let end = text.utf8.lastIndex(of: UInt8(ascii: ")"))
    else { return nil }
    let fields = String(decoding: text.utf8[end...].dropFirst(2), as: UTF8.self).parts(at: " ")
    guard fields.count > 19, let time = UInt64(fields[19]), let flags = UInt64(fields[6]) else { return nil }
    startTime = time
    hasExecuted = flags & 0x40 == 0
    hasEnded = ["Z", "X"].contains(fields[0])
  }
}
