import Facts
import Linux

private let top = "/sys/fs/cgroup"

/// Version 2 has one tree, version 1 a tree for each controller.
func cgroups() -> [Finding] {
  let isV2 = exists("\(top)/cgroup.controllers")
  let controllers = isV2 ? controllersOfV2() : names(in: top).filter { exists("\(top)/\($0)/cgroup.procs") }
  guard !controllers.isEmpty else {
    return [
      .short(
        "no cgroups in \(top)", levels: "08, 09 and later",
        remedy: "a machine with systemd; or mount -t cgroup2 cgroup2 \(top)")
    ]
  }
  // A hybrid machine has version 1, and beside it a tree of version 2 without controllers.
  let kind = isV2 ? "version 2" : exists("\(top)/unified/cgroup.procs") ? "hybrid: version 1" : "version 1"
  var findings = [Finding.good("cgroups, \(kind), with \(controllers.joined(separator: ", "))")]
  var trees: [String] = []
  for (name, level) in [("cpu", "08"), ("memory", "09"), ("pids", "09")] {
    if controllers.contains(name) {
      trees.append(isV2 ? top : "\(top)/\(name)")
    } else {
      findings.append(missing(name, level))
    }
  }
  for tree in Set(trees).sorted() { findings.append(ownCgroup(in: tree)) }
  return findings
}

private func controllersOfV2() -> [String] {
  lines(of: "\(top)/cgroup.controllers").flatMap { $0.split(separator: " ").map(String.init) }
}

private func missing(_ controller: String, _ level: String) -> Finding {
  .short(
    "cgroups without the controller \(controller)", levels: "\(level) and later",
    remedy: controller == "memory"
      ? "cgroup_enable=memory on the kernel's command line" : "a kernel that has it")
}

private func ownCgroup(in tree: String) -> Finding {
  tried(
    "a cgroup of your own in \(tree)", levels: "08 and later",
    remedy: "as root, and where \(tree) isn't mounted read-only"
  ) {
    let directory = "\(tree)/\(CageCgroups.prefix)\(ownPID())"
    try mkdir(directory)
    try rmdir(directory)
  }
}
