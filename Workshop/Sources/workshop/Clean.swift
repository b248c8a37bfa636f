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
    let network = try removeNetwork()
    removed += network.removed
    left += network.left
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

  /// The bridge of level 14, and rules for packets whose container has gone.
  private func removeNetwork() throws -> (removed: [String], left: [String]) {
    let cables = Leftovers.cables
    var removed: [String] = []
    for table in Leftovers.tables where !cables.contains(table) {
      if try output(of: ["nft", "delete", "table", "ip", table]).isSuccess {
        removed.append("the packets' rules \(table)")
      }
    }
    guard Leftovers.hasBridge else { return (removed, []) }
    if !cables.isEmpty { return (removed, ["the bridge rd0, with \(cables.joined(separator: ", "))"]) }
    if try output(of: ["ip", "link", "delete", "rd0"]).isSuccess { removed.append("the bridge rd0") }
    return (removed, [])
  }
}
