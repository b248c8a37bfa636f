/// A line of /proc/PID/mountinfo.
public struct Mount: Hashable, Sendable {
  /// The filesystem's number: "0:25".
  public let device: String
  /// Which directory of the filesystem is mounted.
  public let root: String
  public let point: String
  public let options: [String]
  public let isShared: Bool
  public let type: String

  init?(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard let dash = words.firstIndex(of: "-"), dash > 5, dash + 1 < words.count else { return nil }
    (device, root, point) = (words[2], unescaped(words[3]), unescaped(words[4]))
    options = words[5].split(separator: ",").map(String.init)
    isShared = words[6..<dash].contains { $0.hasPrefix("shared:") }
    type = words[dash + 1]
  }
}

/// The mounts that a process sees, in their order.
public func mounts(_ process: String) -> [Mount] {
  lines(of: "/proc/\(process)/mountinfo").compactMap(Mount.init)
}

/// mountinfo has "\040" for a space.
private func unescaped(_ path: String) -> String {
  var bytes: [UInt8] = []
  var rest = Array(path.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
