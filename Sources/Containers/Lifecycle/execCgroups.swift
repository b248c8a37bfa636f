import Linux
import OCISpec
import SystemPackage

/// Where a process that enters a container goes: its cgroups of version 1, and the one of version 2.
///
/// That is where its first process is, which may be below the one that was made for it, or what `subs` say.
func cgroupPaths(_ record: ContainerRecord, _ subs: [String]) throws -> (v1: [String], v2: String?) {
  let v2 = record.unified
  var v1 = record.cgroups.filter { $0 != v2 }
  if subs.isEmpty { return (v1, v2.map { currentCgroup(record, $0) }) }
  var own = v2
  for sub in subs {
    let (controllers, path) = sub.cut(at: ":") ?? ("", sub)
    let names = pathComponents(path)
    if names.contains("..") {
      throw ContainerError("--cgroup \(sub): bad sub cgroup path: .. has no place in it")
    }
    let end = names.map { "/\($0)" }.joined()
    let chosen = try indexes(of: controllers, v1, sub)
    for index in chosen { v1[index] = try existing(v1[index] + end, sub) }
    if controllers.isEmpty { own = try own.map { try existing($0 + end, sub) } }
  }
  return (v1, own)
}

private func existing(_ path: String, _ sub: String) throws -> String {
  if fileKind(path) == .directory { return path }
  throw ContainerError(
    "--cgroup \(sub): error adding pid of the process to \(path): no such file or directory")
}

/// Which of the cgroups have these controllers; all without any.
private func indexes(of controllers: String, _ cgroups: [String], _ sub: String) throws -> [Int] {
  if controllers.isEmpty { return Array(cgroups.indices) }
  let hierarchies = controllerMounts()
  return try controllers.parts(at: ",").map { controller in
    guard let top = hierarchies.first(where: { $0.controllers.contains(controller) })?.mountPoint,
      let index = cgroups.firstIndex(where: { $0.begins(with: "\(top)/") })
    else { throw ContainerError("--cgroup \(sub): unknown controller \(controller)") }
    return index
  }
}

/// The hierarchies of version 1, by what each controls.
private func controllerMounts() -> [(controllers: [String], mountPoint: String)] {
  parseMountTable((try? readFile("/proc/self/mountinfo")) ?? "")
    .filter { $0.type == "cgroup" }.map { ($0.superOptions, $0.mountPoint) }
}

/// A cgroup of v2 that has passed controllers on takes no process: then the first one's is taken.
private func currentCgroup(_ record: ContainerRecord, _ own: String) -> String {
  guard let pid = record.pid, let text = try? readFile("/proc/\(pid)/cgroup"),
    let line = text.parts(at: "\n").first(where: { $0.begins(with: "0::") })
  else { return own }
  let current = pathComponents(line.parts(at: ":", maxSplits: 2)[2])
  return own + current.rest(behindEndOf: pathComponents(own)).map { "/\($0)" }.joined()
}

extension [String] {
  /// What comes behind as much of the end of another path as there is in this one. The other's beginning is where the
  /// hierarchy is mounted.
  fileprivate func rest(behindEndOf other: [String]) -> ArraySlice<String> {
    for length in (1...Swift.max(1, other.count)).reversed() where length <= count {
      let end = other.suffix(length)
      if let start = (0...(count - length)).first(where: { self[$0..<$0 + length].elementsEqual(end) }) {
        return self[(start + length)...]
      }
    }
    return []
  }
}
