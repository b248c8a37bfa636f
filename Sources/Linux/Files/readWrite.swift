import CLinux
import SystemPackage

extension Descriptor {
  /// read(fd, buf, count)
  ///
  /// Reads at most `count` bytes: fewer when fewer are there, none at the end. Continues after EINTR.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/read.2.html>
  public borrowing func read(upTo count: Int) throws(SystemCallError) -> [UInt8] {
    let number = Int(rawValue)
    var result = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      result = untilUninterrupted { systemCall(__NR_read, number, address(buffer.baseAddress), count) }
      filled = max(result, 0)
    }
    try check(result, "read", ["fd": rawValue, "count": count])
    return bytes
  }

  /// write(fd, buf, count), as often as it takes to write everything. Continues after EINTR.
  ///
  /// - Throws: EPIPE when nobody can read any more (and SIGPIPE, unless it is ignored); EAGAIN; ENOSPC.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/write.2.html>
  public borrowing func write(_ bytes: some Sequence<UInt8>) throws(SystemCallError) {
    let number = Int(rawValue)
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { buffer in
        untilUninterrupted { systemCall(__NR_write, number, address(buffer.baseAddress), buffer.count) }
      }
      try check(written, "write", ["fd": rawValue, "count": rest.count])
      rest = rest.dropFirst(written)
    }
  }

  /// write(fd, buf, count) with a text's UTF-8.
  public borrowing func write(_ text: String) throws(SystemCallError) { try write(text.utf8) }
}

/// Repeats a call while a signal interrupts it.
package func untilUninterrupted(_ call: () -> Int) -> Int {
  while true {
    let result = call()
    if result != -Int(Errno.interrupted.rawValue) { return result }
  }
}
