import Linux
import SystemPackage

/// Where a path of an image leads whose symbolic links end where nothing is: there a mount's target is made. nil for a
/// path without such a link.
///
/// It is only where to begin. Whoever makes the target looks every name up again, below the root.
func danglingTarget(_ path: String, root: String) -> String? {
  var left = pathComponents(path)[...]
  // What the kernel's own filesystems are mounted on may be no link, wherever it leads.
  if ["proc", "sys", "dev"].contains(left.first) { return nil }
  var found: [String] = []
  var links = 0
  while let name = left.popFirst() {
    if name == ".." {
      _ = found.popLast()
      continue
    }
    let place = "\(root)/\((found + [name]).joined(separator: "/"))"
    guard let link = try? readlink(place) else {
      found.append(name)
      continue
    }
    links += 1
    // The kernel's own limit.
    if links > 40 { return nil }
    if link.string.begins(with: "/") { found = [] }
    left = pathComponents(link.string)[...] + left
  }
  let target = "/\(found.joined(separator: "/"))"
  return links > 0 && fileKind(root + target) == nil ? target : nil
}
