import Linux

/// One line of /proc/self/mountinfo.
public struct MountEntry: Hashable, Sendable {
  /// What statx(2) calls the mount, as long as it is there.
  public var id: UInt64
  /// What of its filesystem is seen.
  public var root: String
  public var mountPoint: String
  public var type: String
  /// Of the mount, and of its filesystem after it.
  public var options: [String]
  public var superOptions: [String]

  public var isReadOnly: Bool { options.contains("ro") || superOptions.contains("ro") }

  public init(
    id: UInt64 = 0, root: String = "/", mountPoint: String, type: String, options: [String] = [],
    superOptions: [String] = []
  ) {
    self.id = id
    self.root = root
    self.mountPoint = mountPoint
    self.type = type
    self.options = options
    self.superOptions = superOptions
  }

  /// "36 35 98:0 /root /mnt rw,noatime shared:1 - ext4 /dev/sda rw"; nil for a line of another shape.
  init?(line: String) {
    let fields = line.parts(at: " ")
    guard let dash = fields.firstIndex(of: "-"), dash >= 6, fields.count >= dash + 4,
      let id = UInt64(fields[0])
    else { return nil }
    self.id = id
    root = unescape(fields[3])
    mountPoint = unescape(fields[4])
    options = fields[5].parts(at: ",")
    type = fields[dash + 1]
    superOptions = fields[dash + 3].parts(at: ",")
  }
}

/// mountinfo's octal escapes: a space is \040.
private func unescape(_ field: String) -> String {
  guard field.utf8.contains(UInt8(ascii: "\\")) else { return field }
  var bytes: [UInt8] = []
  var rest = Array(field.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), rest.count >= 3,
      let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The mounts of a namespace, in the order in which they were made: a later one hides an earlier one.
public func parseMountTable(_ text: String) -> [MountEntry] {
  text.parts(at: "\n").compactMap { MountEntry(line: $0) }
}
