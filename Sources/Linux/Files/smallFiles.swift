import CLinux
import SystemPackage

/// open(path, O_RDONLY), read until the end, close: for the small files of /proc, /sys and /etc.
///
/// - Parameter limit: in bytes; a longer file is EFBIG.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/read.2.html>
public func readFile(_ path: some PathLike, limit: Int = 16 << 20) throws(SystemCallError) -> String {
  String(decoding: try readBytes(path, limit: limit), as: UTF8.self)
}

/// The same of a file that may be no UTF-8.
package func readBytes(_ path: some PathLike, limit: Int = 16 << 20) throws(SystemCallError) -> [UInt8] {
  let file = try open(path)
  var bytes: [UInt8] = []
  while true {
    let part: [UInt8]
    do { part = try file.read(upTo: 16384) } catch {
      // A descriptor's number tells nobody anything.
      throw SystemCallError(
        call: error.call, errno: error.errno, arguments: [.init(name: "path", value: "\"\(path)\"")])
    }
    if part.isEmpty { return bytes }
    bytes += part
    if bytes.count > limit {
      throw SystemCallError(
        call: "read", errno: .fileTooLarge, arguments: [.init(name: "path", value: "\"\(path)\"")],
        hint: "it is longer than \(limit) bytes")
    }
  }
}

/// open(path, O_WRONLY | O_TRUNC | O_CREAT, 0666), one write, close.
///
/// One write, since the kernel takes a setting ("0 1000 1" in uid_map, a number in a cgroup's file) whole or not
/// at all.
///
/// - Throws: the errors of open(2) and write(2); EIO when the file takes only a part.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/write.2.html>
public func writeFile(_ path: some PathLike, _ text: String) throws(SystemCallError) {
  try writeOnce(openForWriting(path), text, path)
}

private func openForWriting(_ path: some PathLike) throws(SystemCallError) -> Descriptor {
  try open(path, [.writeOnly, .create, .truncate], [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
}

/// Several settings that go into one file, a write for each.
public struct SettingsFile: ~Copyable {
  public let path: String
  private let file: Descriptor

  /// open(path, O_WRONLY | O_TRUNC | O_CREAT, 0666)
  public init(_ path: String) throws(SystemCallError) {
    self.path = path
    file = try openForWriting(path)
  }

  /// One write, as ``writeFile(_:_:)`` does it.
  public func write(_ text: String) throws(SystemCallError) { try writeOnce(file, text, path) }
}

private func writeOnce(
  _ file: borrowing Descriptor, _ text: String, _ path: some PathLike
) throws(SystemCallError) {
  let number = Int(file.rawValue)
  let bytes = Array(text.utf8)
  let written = bytes.withUnsafeBytes { buffer in
    untilUninterrupted { systemCall(__NR_write, number, address(buffer.baseAddress), buffer.count) }
  }
  try check(
    written == bytes.count || written < 0 ? written : -Int(Errno.ioError.rawValue), "write",
    ["path": path, "text": text])
}
