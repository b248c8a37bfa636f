import Linux
import SystemPackage

/// A cgroup that may be there already: it outlives its containers.
func makeSharedCgroup(_ path: String) throws(SystemCallError) {
  do { try mkdir(path) } catch { if error.errno != .fileExists { throw error } }
}

/// The container's own cgroup: what is in one that is there already would be the container's, and end with it.
///
/// - Returns: whether it is new.
func takeCgroup(_ path: String) throws -> Bool {
  do {
    try mkdir(path)
    return true
  } catch {
    if error.errno != .fileExists { throw error }
    if !(try readFile("\(path)/cgroup.procs")).isEmpty {
      throw ContainerError("the container's cgroup is not empty: there are processes in \(path)")
    }
    if (try? readFile("\(path)/freezer.state"))?.begins(with: "FROZEN") == true
      || (try? readFile("\(path)/cgroup.freeze"))?.begins(with: "1") == true
    {
      throw ContainerError("the container's cgroup unexpectedly frozen: \(path)")
    }
    return false
  }
}

/// The files are those that a delegatee may write, and not the limits, which are the giver's.
func giveCgroup(_ path: String, to owner: UInt32) throws(SystemCallError) {
  let listed =
    (try? readFile("/sys/kernel/cgroup/delegate"))
    ?? "cgroup.procs\ncgroup.subtree_control\ncgroup.threads"
  try lchown(path, owner: owner)
  for file in listed.parts(at: "\n") where !file.isEmpty && !file.utf8.contains(UInt8(ascii: "/")) {
    do { try lchown("\(path)/\(file)", owner: owner) } catch {
      // One of a controller that this cgroup doesn't have.
      if error.errno != .noSuchFileOrDirectory { throw error }
    }
  }
}

/// All at once, or each that goes: what isn't there is missed when it is written to.
func enable(_ controllers: [String], in path: String) {
  let file = "\(path)/cgroup.subtree_control"
  do { try writeFile(file, controllers.map { "+\($0)" }.joined(separator: " ")) } catch {
    for controller in controllers { try? writeFile(file, "+\(controller)") }
  }
}

/// A new cgroup of version 1 has neither processors nor memory.
///
/// - Parameter isNew: that it has none is known.
func fillCpuset(_ path: String, isNew: Bool) throws {
  for file in ["cpuset.cpus", "cpuset.mems"] {
    if !isNew, !isBlank(try readFile("\(path)/\(file)")) { continue }
    let above = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    try writeFile("\(path)/\(file)", try readFile("\(above)/\(file)"))
  }
}

private func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy { $0 == UInt8(ascii: "\n") } }
