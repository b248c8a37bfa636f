import Facts
import Linux

/// Who starts the learner's program.
enum Caller: Hashable, Sendable {
  case root
  /// With ids that root has set aside, or without.
  case user(hasRange: Bool)

  /// Of the user, as uid and gid.
  static let id: UInt32 = 61234
  /// What is set aside.
  static let range = 200_000..<UInt32(265_536)
  private static let name = "workshop-user"

  /// In the cage, as root: the user is known there, and the images belong to him, as one's own do.
  func prepare() throws {
    guard case .user(let hasRange) = self else { return }
    try append("/etc/passwd", "\(Self.name):x:\(Self.id):\(Self.id)::/:/bin/sh")
    let range = hasRange ? "\(Self.name):\(Self.range.lowerBound):\(Self.range.count)\n" : ""
    for file in ["/etc/subuid", "/etc/subgid"] { try writeFile(file, range) }
    for directory in ["/images", "/volume"] { try giveAway(directory) }
  }

  /// This process becomes him; the groups stay.
  func become() throws {
    if self == .root { return }
    try setresgid(Self.id, Self.id, Self.id)
    try setresuid(Self.id, Self.id, Self.id)
  }

  private func giveAway(_ path: String) throws {
    try lchown(path, owner: Self.id, group: Self.id)
    guard try statx(path, .symlinkNoFollow).mode.type == .directory else { return }
    for name in names(in: path) { try giveAway("\(path)/\(name)") }
  }

  private func append(_ path: String, _ line: String) throws {
    let text = (try? readFile(path)) ?? ""
    try writeFile(path, text + (text.isEmpty || text.hasSuffix("\n") ? "" : "\n") + line + "\n")
  }
}
