import Facts
import Linux

/// Version 2 has one tree; version 1 a tree for each controller; a hybrid machine has version 1 and an empty tree of 2.
func cgroups() -> [Finding] {
  let top = "/sys/fs/cgroup"
  let isV2 = exists("\(top)/cgroup.controllers")
  let kind = isV2 ? "version 2" : exists("\(top)/unified/cgroup.procs") ? "hybrid, so version 1 counts" : "version 1"
  let all = isV2
    ? lines(of: "\(top)/cgroup.controllers").flatMap { $0.split(separator: " ").map(String.init) }
    : names(in: top).filter { exists("\(top)/\($0)/cgroup.procs") }
  guard !all.isEmpty else {
    return [
      .short(
        "no cgroups at \(top)", levels: "08, 09 and later",
        remedy: "mount -t cgroup2 cgroup2 \(top); or a machine with systemd")
    ]
  }
  let needed = [("cpu", "08"), ("memory", "09"), ("pids", "09")]
  return [.good("cgroups: \(kind); controllers \(all.joined(separator: ", "))")]
    + needed.filter { !all.contains($0.0) }.map { name, level in
      .short(
        "cgroups: no controller \(name)", levels: "\(level) and later",
        remedy: name == "memory" ? "cgroup_enable=memory on the kernel's command line" : "a kernel that has it")
    } + needed.filter { all.contains($0.0) }.prefix(1).map { _ in
      made(isV2 ? top : "\(top)/cpu")
    }
}

private func made(_ tree: String) -> Finding {
  tried("a cgroup of your own in \(tree)", levels: "08 and later", remedy: "as root, and where \(tree) isn't mounted read-only") {
    let directory = "\(tree)/\(CageCgroups.prefix)\(ownPID())"
    try mkdir(directory)
    try rmdir(directory)
  }
}
