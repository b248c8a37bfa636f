import Linux
import SystemPackage

/// Carries bytes from standard input to a terminal's master, and from that to standard output.
///
/// The master doesn't block: a container that doesn't read its input must not keep its output from being read.
struct TerminalRelay {
  private let master: FileDescriptor
  private var readsInput: Bool
  private var isOpen: Bool
  /// Read from standard input, and not yet taken by the terminal.
  private var pending: [UInt8] = []
  private var inputIsReady = false

  init(master: FileDescriptor, readsInput: Bool) {
    self.master = master
    self.readsInput = readsInput
    isOpen = master.rawValue >= 0
  }

  /// Waits until something can be done, or one of the other descriptors can be read; says which of these.
  mutating func wait(also others: [FileDescriptor]) throws(SystemCallError) -> [Bool] {
    let none = FileDescriptor(rawValue: -1)
    var requests = others.map { PollDescriptor($0) }
    requests.append(PollDescriptor(isOpen ? master : none, pending.isEmpty ? .in : [.in, .out]))
    requests.append(PollDescriptor(readsInput && pending.isEmpty ? .standardInput : none))
    _ = try poll(&requests)
    let ready = requests.map { !$0.revents.isEmpty }
    inputIsReady = ready[others.count + 1]
    return Array(ready.prefix(others.count))
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
      let written = try? pending.withUnsafeBytes { try master.write($0) }
      pending.removeFirst(written ?? 0)
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
    let count: Int
    do { count = try bytes.withUnsafeMutableBytes { try master.read(into: $0) } } catch Errno.wouldBlock {
      return false
    } catch { count = 0 }
    if count == 0 {
      isOpen = false
      return false
    }
    try FileDescriptor.standardOutput.writeAll(bytes.prefix(count))
    return true
  }
}
