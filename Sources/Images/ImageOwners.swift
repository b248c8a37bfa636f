/// The ids that files can belong to in a user namespace: 0 and those behind it.
public struct ImageOwners: Hashable, Sendable {
  /// How many there are of each.
  public var uids: UInt32
  public var gids: UInt32

  public init(uids: UInt32, gids: UInt32) {
    self.uids = uids
    self.gids = gids
  }

  /// - Throws: for an owner that is not there. Given to somebody else, a file could mean something else.
  func check(_ metadata: Metadata) throws {
    try check("uid", metadata.uid, uids, "/etc/subuid")
    try check("gid", metadata.gid, gids, "/etc/subgid")
  }

  private func check(_ kind: String, _ id: UInt32, _ count: UInt32, _ file: String) throws {
    if id < count { return }
    throw Refusal(
      count == 1
        ? "it belongs to \(kind) \(id), and without a range in \(file) the caller's containers have \(kind) 0 only"
        : "it belongs to \(kind) \(id), and the range in \(file) is too short for it")
  }
}
