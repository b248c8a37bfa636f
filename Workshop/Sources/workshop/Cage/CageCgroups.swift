import Facts
import Linux

/// One tree of cgroups of this machine, and our cgroup in it.
struct CgroupTree {
  /// Where it is mounted, on the host and in the cage alike.
  let point: String
  /// "cpu,cpuacct", "name=systemd"; empty for version 2.
  let controllers: String
  let isV2: Bool
  /// Has the limits; out of the cage's sight.
  let directory: String

  /// The cage's root.
  var inner: String { "\(directory)/cage" }

  var isOnlyTree: Bool { point == "/sys/fs/cgroup" }
}

/// The cage's cgroups: one in each tree, so that none of the host's is in reach. They have the limits.
struct CageCgroups {
  /// Pids are those of a pid namespace. Another one may see the same cgroups, and have cages there too.
  static let prefix: String = {
    let namespace = link("/proc/self/ns/pid") ?? ""
    return "cooper.workshop-\(namespace.filter(\.isNumber))-"
  }()
  let trees: [CgroupTree]

  /// Makes them, with limits that a wrong program meets before the machine feels it.
  init() throws {
    removeStale()
    trees = try hostTrees().map { found in
      CgroupTree(
        point: found.point, controllers: found.controllers, isV2: found.isV2,
        directory: "\(found.directory)/\(Self.prefix)\(ownPID())")
    }
    do {
      for tree in trees {
        if tree.isOnlyTree {
          try writeFile("\(parentDirectory(of: tree.directory))/cgroup.subtree_control", "+cpu +memory +pids")
        }
        try mkdir(tree.directory)
        limit(tree)
        if tree.isOnlyTree {
          try writeFile("\(tree.directory)/cgroup.subtree_control", "+cpu +memory +pids")
        }
        try mkdir(tree.inner)
        if !tree.isV2 { takeProcessors(tree.inner) }
      }
    } catch {
      remove()
      throw error
    }
  }

  private func limit(_ tree: CgroupTree) {
    let limits = [
      "pids.max": "200", "memory.limit_in_bytes": "\(1 << 30)", "memory.memsw.limit_in_bytes": "\(1 << 30)",
      "memory.max": "\(1 << 30)", "memory.swap.max": "0",
    ]
    for (file, value) in limits.sorted(by: { $0.key < $1.key }) where exists("\(tree.directory)/\(file)") {
      try? writeFile("\(tree.directory)/\(file)", value)
    }
    if !tree.isV2 { takeProcessors(tree.directory) }
  }

  /// A cpuset of version 1 takes nobody in before it has processors and memory.
  private func takeProcessors(_ directory: String) {
    for file in ["cpuset.cpus", "cpuset.mems"] where exists("\(directory)/\(file)") {
      if let value = try? readFile("\(parentDirectory(of: directory))/\(file)") {
        try? writeFile("\(directory)/\(file)", value)
      }
    }
  }

  func add(_ process: ProcessID) throws {
    for tree in trees { try writeFile("\(tree.inner)/cgroup.procs", "\(process)") }
  }

  /// With all that was made in them. The processes have been ended before.
  func remove() {
    for tree in trees { removeTree(tree.directory) }
  }
}

/// Directories only: the files in them are the kernel's.
private func removeTree(_ directory: String) {
  for name in directories(in: directory) { removeTree("\(directory)/\(name)") }
  // A process that has ended may take a moment to leave.
  for _ in 1...200 {
    if (try? rmdir(directory)) != nil || !exists(directory) { return }
    pause(milliseconds: 10)
  }
}

/// What a checker that was killed has left.
private func removeStale() {
  for tree in (try? hostTrees()) ?? [] {
    for name in directories(in: tree.directory) where name.hasPrefix(CageCgroups.prefix) {
      let owner = name.dropFirst(CageCgroups.prefix.count)
      // A number is used again, and now it may be this process's.
      if owner == "\(ownPID())" || !exists("/proc/\(owner)") { removeTree("\(tree.directory)/\(name)") }
    }
  }
}

/// The trees that this machine has mounted, and the directory in each that this process may make a cgroup in.
private func hostTrees() throws -> [(point: String, controllers: String, isV2: Bool, directory: String)] {
  let all = mounts("self")
  return lines(of: "/proc/self/cgroup").compactMap { line in
    let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let isV2 = parts[0] == "0"
    let wanted = parts[1].split(separator: ",").map { $0.hasPrefix("name=") ? $0.dropFirst(5) : $0 }
    let mount = all.last {
      guard $0.point.hasPrefix("/sys/fs/cgroup") else { return false }
      if isV2 { return $0.type == "cgroup2" }
      let name = $0.point.split(separator: "/").last ?? ""
      return $0.type == "cgroup" && name.split(separator: ",").elementsEqual(wanted)
    }
    guard let point = mount?.point else { return nil }
    return (point, parts[1], isV2, point)
  }
}
