import Facts
import Linux

/// `workshop clean`: takes away what programs of the course have left on this machine, and names what stays.
struct Clean {
  init(_ arguments: [String]) throws { try Arguments(arguments).end() }

  func run() throws -> Int32 {
    try needRoot("mounts and cgroups are root's")
    let folder = try Folder.current()
    guard exists("\(folder.path)/\(Record.name)") else {
      throw CheckError(
        "\(folder.path): this isn't a folder of the workshop's: workshop setup and start make one")
    }
    var unmounted = Unmounted()
    for place in [folder.path, Classic.containers] { unmounted.unmountAll(below: place) }
    for point in Leftovers.places { unmounted.unmount(point) }
    var removed = unmounted.done.map { "the mount at \($0)" }
    var left = unmounted.left.map { "the mount at \($0)" }
    for cgroup in Leftovers.cgroups {
      if let processes = remove(cgroup) {
        left.append("the cgroup \(cgroup), with the processes \(processes.joined(separator: ", "))")
      } else {
        removed.append("the cgroup \(cgroup)")
      }
    }
    for path in Leftovers.containers {
      let stays = removeDirectory(path)
      if stays.isEmpty { removed.append(path) }
      left += stays
    }
    for line in removed { say("gone: \(line)") }
    for line in left { say("LEFT: \(line)") }
    if removed.isEmpty && left.isEmpty { say("There was nothing to take away.") }
    say("Yours, and as it was: \(names(in: folder.path).joined(separator: ", "))")
    return left.isEmpty ? 0 : 1
  }

  /// Gives the processes that are in it, or below it, when it stays.
  private func remove(_ cgroup: String) -> [String]? {
    let below = names(in: cgroup).map { "\(cgroup)/\($0)" }.filter { exists("\($0)/.") }
    let inside = below.compactMap(remove).flatMap { $0 }
    if (try? rmdir(cgroup)) != nil { return nil }
    return inside + lines(of: "\(cgroup)/cgroup.procs")
  }
}

/// What the course's programs make outside of the folder.
private enum Leftovers {
  /// A program that forgot its own table of mounts covers the machine's /run, and puts an overlay there.
  static var places: [String] {
    let names = Set(names(in: "/run"))
    let covers = mountPoints().count { $0 == "/run" }
    // One cover alone may be the machine's own. What mount(8) makes says nothing.
    guard names.isSuperset(of: ["root", "upper", "work"]),
      covers > 1 || names.subtracting(["mount"]).count == 3
    else { return [] }
    return mountPoints(below: "/run").filter { $0 == "/run/root" } + ["/run"]
  }

  static var containers: [String] { names(in: Classic.containers).map { "\(Classic.containers)/\($0)" } }

  static var cgroups: [String] {
    let top = "/sys/fs/cgroup"
    let trees = exists("\(top)/cgroup.controllers") ? [top] : names(in: top).map { "\(top)/\($0)" }
    return trees.flatMap { tree in
      // "cpu" may be a link to "cpu,cpuacct".
      (try? readlink(tree)) == nil ? names(in: tree).filter(isOurs).map { "\(tree)/\($0)" } : []
    }
  }

  private static func isOurs(_ name: String) -> Bool {
    if name.hasPrefix("cooper.rd-") { return true }
    guard name.hasPrefix(CageCgroups.prefix) else { return false }
    return !exists("/proc/\(name.dropFirst(CageCgroups.prefix.count))")
  }
}
