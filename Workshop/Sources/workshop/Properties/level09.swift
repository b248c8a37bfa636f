import Facts

private let limits = Scenario(options: ["--memory", "64m", "--pids-limit", "20"], deed: .look)
private let hungry = Scenario(options: ["--memory", "64m"], probe: ["memory"])
private let many = Scenario(options: ["--pids-limit", "20"], probe: ["processes"])

let level09: [Property] = [
  Property(
    9, "memory", "With --memory 64m a command that takes 256 MiB is ended by the kernel; rd exits with 137.",
    read: "the kernel's cgroup-v2: memory.max; in version 1, memory.limit_in_bytes", hungry
  ) { $0.status == 137 ? nil : "rd \($0.ending)" },
  Property(
    9, "pids", "With --pids-limit 20 the command can't make 20 processes: fork gives EAGAIN.",
    read: "the kernel's cgroup-v2: pids.max", many
  ) {
    guard let facts = JSON($0.output.split(separator: "\n").last ?? "") else {
      return "the command said nothing: rd \($0.ending)"
    }
    if facts["error"] == "EAGAIN", facts["made"].int ?? 99 < 20 { return nil }
    return "it made \(facts["made"])"
  },
  Property(
    9, "limits", "The limits are in the command's own cgroup; the caller's has none of them.",
    read: "man 7 cgroups", limits
  ) {
    if let changed = hostSettings($0) { return changed }
    guard let memory = $0.cgroup(with: ["memory.max", "memory.limit_in_bytes"]) else {
      return "its process is in the caller's cgroup"
    }
    if memory.value != 64 << 20 { return "\(memory.file) is \(memory.value.map { "\($0)" } ?? "max")" }
    let pids = $0.cgroup(with: ["pids.max"])
    return pids?.value == 20 ? nil : "pids.max is \(pids?.value.map { "\($0)" } ?? "max")"
  },
  Property(
    9, "own-cgroup-ns", "The command is in a cgroup namespace of its own.", read: "man 7 cgroup_namespaces",
    limits
  ) {
    $0.lacksOwn("cgroup")
  },
  Property(
    9, "cgroup-root", "The command sees its cgroup as /.", read: "man 7 cgroup_namespaces", limits
  ) {
    if let silence = $0.silence { return silence }
    let wanted = $0.facts["cgroup"].strings.filter { line in
      let controllers = line.split(separator: ":", omittingEmptySubsequences: false)[1].split(separator: ",")
      return controllers.isEmpty || controllers.contains { ["cpu", "memory", "pids"].contains($0) }
    }
    let others = wanted.filter { !$0.hasSuffix(":/") }
    return others.isEmpty
      ? nil : "it sees \(listed(others)): the namespace was made before the cgroup was entered"
  },
]
