/// Where a member belongs: the directory, relative to the root, and the name in it.
struct MemberPath {
  /// Empty for the root itself.
  private(set) var parent = RawPath([])
  let name: RawPath

  /// nil for the root: "." or "./".
  ///
  /// - Throws: for a name that begins at the machine's root or has ".." in it. No tar of a root filesystem needs
  ///   either, and what ".." means depends on symbolic links.
  init?(_ path: RawPath) throws {
    if path.bytes.first == UInt8(ascii: "/") { throw Refusal("it leads outside: its name begins with /") }
    let names = path.names.filter { !$0.elementsEqual(".".utf8) }
    if names.contains(where: { $0.elementsEqual("..".utf8) }) {
      throw Refusal("it leads outside: its name has .. in it")
    }
    guard let last = names.last else { return nil }
    name = RawPath(last)
    for name in names.dropLast() { parent.append(name) }
  }

  var whole: RawPath {
    var path = parent
    path.append(name.bytes)
    return path
  }
}
