import Facts
import Linux

/// Removes a file, or a directory with all that is in it. It never goes through a mount point: what is mounted there
/// stays, and so do the directories that lead to it.
///
/// - Returns: the paths that stay.
@discardableResult
func removeDirectory(_ path: String) -> [String] {
  let above = parentDirectory(of: path)
  guard let directory = try? open(above.isEmpty ? "/" : above, [.directory]) else { return [] }
  return remove("\(path.split(separator: "/").last ?? "")", in: directory, path)
}

private func remove(_ name: String, in parent: borrowing Descriptor, _ path: String) -> [String] {
  guard let status = try? statx(at: parent, name, .symlinkNoFollow) else { return [] }
  if status.mode.type == .directory {
    // Another filesystem, and also another part of this one, is EXDEV.
    guard let directory = try? openat2(at: parent, name, [.directory, .noFollow], resolve: .noXDev) else {
      return [path]
    }
    let inside = (try? getdents64(directory)) ?? []
    let left = inside.flatMap { remove("\($0.name)", in: directory, "\(path)/\($0.name)") }
    if !left.isEmpty { return left }
    return (try? rmdir(at: parent, name)) == nil ? [path] : []
  }
  return (try? unlink(at: parent, name)) == nil ? [path] : []
}
