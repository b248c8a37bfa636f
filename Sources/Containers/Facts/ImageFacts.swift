import Linux

/// What `compile`'s caller must know of an image: its users and groups, read by a parser of our own from regular
/// files of bounded size below the image's root.
public struct ImageFacts: Hashable, Sendable {
  public struct User: Hashable, Sendable {
    public var name: String
    public var uid: UInt32
    public var gid: UInt32
    public var home: String
  }

  public struct Group: Hashable, Sendable {
    public var name: String
    public var gid: UInt32
    public var members: [String]
  }

  public var users: [User]
  public var groups: [Group]

  public init(passwd: String = "", group: String = "") {
    users = lines(of: passwd).compactMap { fields in
      guard fields.count >= 7, let uid = UInt32(fields[2]), let gid = UInt32(fields[3]) else { return nil }
      return User(name: fields[0], uid: uid, gid: gid, home: fields[5])
    }
    groups = lines(of: group).compactMap { fields in
      guard fields.count >= 4, let gid = UInt32(fields[2]) else { return nil }
      return Group(name: fields[0], gid: gid, members: fields[3].parts(at: ",").filter { !$0.isEmpty })
    }
  }

  /// The home directory of a user, if the image knows one. The groups aren't read for it.
  static func home(of uid: UInt32, rootDirectory: String) -> String? {
    let entry = ImageFacts(passwd: readInRoot(rootDirectory, "etc/passwd")).users.first { $0.uid == uid }
    return entry.flatMap { $0.home.isEmpty ? nil : $0.home }
  }

  /// A file that is missing, too long, or no regular file counts as empty.
  public static func read(rootDirectory: String) -> ImageFacts {
    ImageFacts(
      passwd: readInRoot(rootDirectory, "etc/passwd"), group: readInRoot(rootDirectory, "etc/group"))
  }
}

/// A user of a container: ids, groups, and the home directory.
public struct ResolvedUser: Hashable, Sendable {
  public var uid: UInt32
  public var gid: UInt32
  public var groups: [UInt32]
  public var home: String
}

extension ImageFacts {
  /// Resolves "UID", "UID:GID", "NAME", "NAME:GROUP". A number is a number, whatever the image calls it.
  ///
  /// - Returns: nil with the part that means nothing here.
  public func resolve(_ text: String) throws -> ResolvedUser {
    let parts = text.parts(at: ":", maxSplits: 1)
    let entry: User?
    let uid: UInt32
    if let number = try number(parts[0], in: text) {
      uid = number
      entry = users.first { $0.uid == number }
    } else {
      guard let found = users.first(where: { $0.name.isSame(as: parts[0]) }) else {
        throw CompileError("--user \(text)", "the image has no user \(parts[0]) in /etc/passwd")
      }
      uid = found.uid
      entry = found
    }
    let home = entry.map(\.home).flatMap { $0.isEmpty ? nil : $0 } ?? "/"
    if parts.count == 2 {
      return ResolvedUser(uid: uid, gid: try group(parts[1], in: text), groups: [], home: home)
    }
    let memberships =
      entry.map { entry in
        groups.filter { $0.members.contains { $0.isSame(as: entry.name) } }.map(\.gid)
      } ?? []
    return ResolvedUser(uid: uid, gid: entry?.gid ?? 0, groups: memberships, home: home)
  }

  private func group(_ name: String, in text: String) throws -> UInt32 {
    if let number = try number(name, in: text) { return number }
    guard let found = groups.first(where: { $0.name.isSame(as: name) }) else {
      throw CompileError("--user \(text)", "the image has no group \(name) in /etc/group")
    }
    return found.gid
  }

  /// nil for a name. The largest number means "no change" to the kernel, and is no id.
  private func number(_ word: String, in text: String) throws -> UInt32? {
    if word.isEmpty { throw CompileError("--user \(text)", "a part is empty") }
    guard word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      let isNegative = word.utf8.first == UInt8(ascii: "-")
      if isNegative { throw CompileError("--user \(text)", "\(word) is no user id") }
      return nil
    }
    guard let number = UInt32(word), number < .max else {
      throw CompileError("--user \(text)", "\(word) is larger than any id")
    }
    return number
  }
}

/// The fields of each line, taken apart by bytes: to Swift "\r\n" is one Character, and so is ":" with an accent.
private func lines(of text: String) -> [[String]] {
  text.parts(at: "\n").map { line in
    let end = line.utf8.last == UInt8(ascii: "\r") ? line.utf8.dropLast() : line.utf8[...]
    return String(decoding: end, as: UTF8.self).parts(at: ":")
  }
}

private func readInRoot(_ root: String, _ path: String) -> String {
  let limit = 1 << 20
  // Looked at before it is opened: to open a device can do something.
  guard let found = find(path, in: root), let status = try? found.fileDescriptor.stat(),
    status.type == .regular, status.size <= limit,
    let file = try? open("/proc/self/fd/\(found.rawValue)")
  else { return "" }
  withExtendedLifetime(found) {}
  var bytes: [UInt8] = []
  let most = 65536
  while let part = try? file.read(upTo: most), bytes.count <= limit {
    bytes += part
    // A regular file gives less than was asked for at its end alone.
    if part.count < most { break }
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// The file at a path in the image, opened only to be looked at. The image itself may be a symbolic link: the user has
/// named it.
private func find(_ path: String, in root: String) -> Descriptor? {
  guard let directory = try? open(root, [.path, .directory]) else { return nil }
  return try? openat2(at: directory, path, [.path], resolve: [.inRoot, .noMagicLinks])
}
