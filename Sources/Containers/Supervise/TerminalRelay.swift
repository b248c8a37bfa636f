import CLinux
import Linux
import SystemPackage

/// Carries bytes from standard input to a terminal's master, and from that to standard output.
///
/// The master doesn't block: a container that doesn't read its input must not keep its output from being read.
struct TerminalRelay {
  private let master: CInt
  private var readsInput: Bool
  private var isOpen: Bool
  /// Read from standard input, and not yet taken by the terminal.
  private var pending: [UInt8] = []
  private var inputIsReady = false

  init(master: CInt, readsInput: Bool) {
    self.master = master
    self.readsInput = readsInput
    isOpen = master >= 0
  }

  /// Waits until something can be done, or one of the other descriptors can be read; says which of these.
  mutating func wait(also others: [CInt]) throws(SystemCallError) -> [Bool] {
    let (readable, writable): (Int16, Int16) = (1, 4)
    var entries = others.map { PollEntry(descriptor: $0, events: readable) }
    entries.append(
      PollEntry(descriptor: isOpen ? master : -1, events: pending.isEmpty ? readable : readable | writable))
    entries.append(PollEntry(descriptor: readsInput && pending.isEmpty ? 0 : -1, events: readable))
    let count = entries.count
    let result = entries.withUnsafeMutableBytes { entries in
      untilUninterrupted { systemCall(__NR_ppoll, address(entries.baseAddress), count, 0, 0, 0) }
    }
    try check(result, "ppoll")
    inputIsReady = entries[count - 1].returned != 0
    return entries.prefix(others.count).map { $0.returned != 0 }
  }

  /// Moves what can be moved without waiting.
  mutating func carry() throws {
    if inputIsReady {
      inputIsReady = false
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = (try? bytes.withUnsafeMutableBytes { try FileDescriptor.standardInput.read(into: $0) }) ?? 0
      pending = Array(bytes.prefix(count))
      if pending.isEmpty { readsInput = false }
    }
    if isOpen && !pending.isEmpty {
      let written = pending.withUnsafeBytes {
        systemCall(__NR_write, Int(master), address($0.baseAddress), $0.count)
      }
      if written > 0 { pending.removeFirst(written) }
    }
    _ = try copyOutput()
  }

  /// Moves everything that the terminal still holds.
  mutating func drain() throws {
    while try copyOutput() {}
  }

  /// One portion of output; false when there is none. EIO means that nobody has the terminal open any more.
  private mutating func copyOutput() throws -> Bool {
    guard isOpen else { return false }
    var bytes = [UInt8](repeating: 0, count: 16384)
    let count = bytes.withUnsafeMutableBytes {
      systemCall(__NR_read, Int(master), address($0.baseAddress), $0.count)
    }
    if count == -Int(Errno.wouldBlock.rawValue) { return false }
    if count <= 0 {
      isOpen = false
      return false
    }
    try FileDescriptor.standardOutput.writeAll(bytes.prefix(count))
    return true
  }
}

/// struct pollfd
private struct PollEntry {
  var descriptor: CInt
  var events: Int16
  var returned: Int16 = 0
}
