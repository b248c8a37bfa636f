import Linux
import SystemPackage

/// A descriptor that bytes come from or go to, closed with the last flow that has it.
final class Endpoint {
  private let descriptor: Descriptor
  /// Whether the user sits behind it.
  let isCallers: Bool

  /// One of this process's own, made non-blocking.
  init(_ descriptor: consuming Descriptor) throws(SystemCallError) {
    try setNonBlocking(descriptor, true)
    self.descriptor = descriptor
    isCallers = false
  }

  /// The terminal behind a standard stream, opened anew: so it doesn't block here, and stays as it is for everybody
  /// else. Where it can't be, for lack of a /proc say, the stream itself, which may block.
  init(callers stream: FileDescriptor, _ access: OpenFlags) throws(SystemCallError) {
    let path = "/proc/self/fd/\(stream.rawValue)"
    var opened = Descriptor(owning: -1)
    if !isMaster(stream), let new = try? open(path, access.union([.noCTTY, .nonBlock])) { opened = new }
    if opened.rawValue < 0 { opened = try dup(stream) }
    descriptor = opened
    isCallers = true
  }

  var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }

  /// What became of a read or a write.
  enum Outcome {
    case moved(Int)
    /// Not now: EAGAIN.
    case later
    /// No more: the end of the file, or an error.
    case end(Errno?)
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
    outcome { try fileDescriptor.read(into: buffer) }
  }

  func write(_ bytes: [UInt8]) -> Outcome {
    outcome { try bytes.withUnsafeBytes { try fileDescriptor.write($0) } }
  }

  private func outcome(_ call: () throws -> Int) -> Outcome {
    do {
      let count = try call()
      return count > 0 ? .moved(count) : .end(nil)
    } catch let errno as Errno {
      return errno == .wouldBlock ? .later : .end(errno)
    } catch { return .end(nil) }
  }
}

/// A master's name in /proc leads to /dev/ptmx, and opening that makes another terminal.
private func isMaster(_ stream: FileDescriptor) -> Bool {
  guard let copy = try? dup(stream) else { return false }
  return (try? TerminalMaster(copy).terminalNumber()) != nil
}
