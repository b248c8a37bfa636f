import Linux

/// What /proc/PID/stat tells of a process.
struct ProcessStatus {
  /// In ticks since the machine's start.
  let startTime: UInt64
  /// Whether only its status is left.
  let hasEnded: Bool
  /// Whether its first thread has ended, and others live on.
  let isHeadless: Bool
  /// Whether it, or who it is a copy of since it was made, has executed a program: the kernel's flag PF_FORKNOEXEC.
  let hasExecuted: Bool

  /// nil where there is no such process; what can't be read may be there.
  init?(_ pid: ProcessID) throws(SystemCallError) {
    let text: String
    do { text = try readFile("/proc/\(pid)/stat") } catch {
      if [.noSuchFileOrDirectory, .noSuchProcess].contains(error.errno) { return nil }
      throw error
    }
    // The name in parentheses may hold anything.
    guard let end = text.utf8.lastIndex(of: UInt8(ascii: ")")) else { return nil }
    let fields = String(decoding: text.utf8[end...].dropFirst(2), as: UTF8.self).parts(at: " ")
    guard fields.count > 19, let time = UInt64(fields[19]), let flags = UInt64(fields[6]),
      let threads = Int(fields[17])
    else { return nil }
    startTime = time
    hasExecuted = flags & 0x40 == 0
    let isFirstThreadGone = ["Z", "X"].contains(fields[0])
    hasEnded = isFirstThreadGone && threads <= 1
    isHeadless = isFirstThreadGone && threads > 1
  }

  /// Whether it is the process that began then, which was written down in this time namespace or in the machine's: in
  /// another one the clock that processes' starts are told by may have jumped.
  func began(at time: UInt64) -> Bool {
    if startTime == time { return true }
    let difference = Int64(clamping: startTime) - bootTimeOffset() - Int64(clamping: time)
    return difference.magnitude <= 1
  }
}

/// How many ticks of a process's start the caller's time namespace adds; 0 in the machine's.
private func bootTimeOffset() -> Int64 {
  guard let text = try? readFile("/proc/self/timens_offsets"),
    let line = text.parts(at: "\n").first(where: { $0.begins(with: "boottime") })
  else { return 0 }
  let numbers = line.split(whereSeparator: \.isWhitespace).dropFirst().compactMap { Int64($0) }
  guard numbers.count == 2 else { return 0 }
  return numbers[0] * 100 + numbers[1] / 10_000_000
}
