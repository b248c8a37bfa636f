import SystemPackage

/// Where a member belongs: the directory, relative to the root, and the name in it.
struct MemberPath: Hashable {
  /// Empty for the root itself.
  let parent: FilePath
  let name: FilePath

  /// nil for the root: "." or "./".
  ///
  /// - Throws: for a name that begins at the machine's root or has ".." in it. No tar of a root filesystem needs
  ///   either, and what ".." means depends on symbolic links.
  init?(_ path: FilePath) throws {
    if path.isAbsolute { throw Refusal("it leads outside: its name begins with /") }
    let parts = path.components.filter { $0.kind != .currentDirectory }
    if parts.contains(where: { $0.kind == .parentDirectory }) {
      throw Refusal("it leads outside: its name has .. in it")
    }
    guard let last = parts.last else { return nil }
    parent = FilePath(root: nil, parts.dropLast())
    name = FilePath(root: nil, [last])
  }

  var whole: FilePath { parent.pushing(name) }
}
