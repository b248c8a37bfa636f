import CLinux

/// A pipe: what is written to one end is read from the other. Both ends are close-on-exec.
public struct Pipe: ~Copyable, Sendable {
  public private(set) var readEnd: Descriptor
  public private(set) var writeEnd: Descriptor

  fileprivate init(readEnd: consuming Descriptor, writeEnd: consuming Descriptor) {
    self.readEnd = readEnd
    self.writeEnd = writeEnd
  }

  /// Closes this process's read end. When every process has, a write gives EPIPE.
  public mutating func closeReadEnd() { readEnd = Descriptor(owning: -1) }

  /// Closes this process's write end. When every process has, a read gives the end of the file.
  public mutating func closeWriteEnd() { writeEnd = Descriptor(owning: -1) }

  /// Keeps the read end, and closes this process's write end.
  public consuming func takeReadEnd() -> Descriptor { readEnd }

  /// Keeps the write end, and closes this process's read end.
  public consuming func takeWriteEnd() -> Descriptor { writeEnd }
}

/// pipe2(pipefd, O_CLOEXEC)
///
/// - Throws: EMFILE, ENFILE.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pipe.2.html>
public func pipe() throws(SystemCallError) -> Pipe {
  var ends: (CInt, CInt) = (-1, -1)
  let result = withUnsafeMutableBytes(of: &ends) {
    systemCall(__NR_pipe2, address($0.baseAddress), LINUX_O_CLOEXEC)
  }
  try check(result, "pipe2")
  return Pipe(readEnd: Descriptor(owning: ends.0), writeEnd: Descriptor(owning: ends.1))
}
