import Linux
import SystemPackage

/// Where a path of a root filesystem leads that ends in links to what isn't there, as an image's /etc/resolv.conf may. A
/// path that leads to something stays as it is.
///
/// It only says what is to be made: who makes it looks the path up again, and leaves no root.
func throughLinks(_ path: String, root: String) -> String {
  var rest = pathComponents(path)
  // What the kernel's own filesystems are mounted on may be no link, wherever it leads.
  if ["proc", "sys", "dev"].contains(rest.first) { return path }
  guard let root = try? open(root, [.path, .directory]) else { return path }
  func find(_ names: [String]) -> Descriptor? {
    let relative = names.isEmpty ? "." : names.joined(separator: "/")
    return try? openat2(at: root, FilePath(relative), .path, resolve: [.inRoot, .noMagicLinks])
  }
  if find(rest) != nil { return path }
  var (names, links): ([String], Int) = ([], 0)
  while !rest.isEmpty {
    let name = rest.removeFirst()
    if name == ".." {
      _ = names.popLast()
      continue
    }
    guard let parent = find(names), let target = try? readlink(at: parent, FilePath(name)).string else {
      names.append(name)
      continue
    }
    links += 1
    if links > 40 { return path }
    if target.begins(with: "/") { names = [] }
    rest = pathComponents(target) + rest
  }
  return "/" + names.joined(separator: "/")
}
