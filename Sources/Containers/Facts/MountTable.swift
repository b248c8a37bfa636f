import Linux

/// One line of /proc/self/mountinfo.
public struct MountEntry: Hashable, Sendable {
  /// What statx(2) calls the mount, as long as it is there.
  public var id: UInt64
  /// The mount that it is in.
  public var parent: UInt64
  /// What of its filesystem is seen.
  public var root: String
  public var mountPoint: String
  public var type: String
  /// Of the mount, and of its filesystem after it.
  public var options: [String]
  public var superOptions: [String]

  public var isReadOnly: Bool { options.contains("ro") || superOptions.contains("ro") }

  public init(
    id: UInt64 = 0, parent: UInt64 = 0, root: String = "/", mountPoint: String, type: String,
    options: [String] = [], superOptions: [String] = []
  ) {
    self.id = id
    self.parent = parent
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
      let id = UInt64(fields[0]), let parent = UInt64(fields[1])
    else { return nil }
    self.id = id
    self.parent = parent
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

extension [MountEntry] {
  /// The mount that an absolute path without symbolic links leads to: from mount to mount, as the kernel goes.
  func mount(at path: String) -> MountEntry? {
    let ids = Set(map(\.id))
    // The first one is in nothing that the table has, or in itself.
    var found = next(on: path) { $0.parent == $0.id || !ids.contains($0.parent) }
    while let mount = found, let deeper = next(on: path, { $0.parent == mount.id && $0.id != mount.id }) {
      found = deeper
    }
    return found
  }

  /// Of those mounts that lie on the way the one that is met first.
  private func next(on path: String, _ isPossible: (MountEntry) -> Bool) -> MountEntry? {
    func isOnTheWay(_ point: String) -> Bool {
      point == "/" || path == point || path.begins(with: point + "/")
    }
    return filter { isPossible($0) && isOnTheWay($0.mountPoint) }
      .min { $0.mountPoint.utf8.count < $1.mountPoint.utf8.count }
  }
}
