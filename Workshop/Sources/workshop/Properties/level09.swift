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
    if let silence = $0.silence { return silence }
    let made = $0.answers.number("made") ?? 0
    if $0.answers["error"] == "EAGAIN", made < 20 { return nil }
    return "it made \(made)"
  },
  Property(
    9, "limits", "The limits are in the command's own cgroup when it begins; the caller's has none of them.",
    read: "man 7 cgroups", limits
  ) {
    if let trouble = $0.silence ?? $0.changedSettings { return trouble }
    guard let memory = $0.cgroup(with: ["memory.max", "memory.limit_in_bytes"]) else {
      return "its process is in the caller's cgroup when it begins"
    }
    if Int(memory.value) != 64 << 20 { return "\(memory.file) is \(memory.value) when the command begins" }
    guard let pids = $0.cgroup(with: ["pids.max"]) else { return "its process has no pids.max of its own" }
    return pids.value == "20" ? nil : "\(pids.file) is \(pids.value) when the command begins"
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
    let wanted = $0.answers.all("cgroup").filter { line in
      let controllers = line.split(separator: ":", omittingEmptySubsequences: false)[1].split(separator: ",")
      return controllers.isEmpty || controllers.contains { ["cpu", "memory", "pids"].contains($0) }
    }
    let others = wanted.filter { !$0.hasSuffix(":/") }
    if others.isEmpty { return nil }
    let reason =
      $0.lacksOwn("cgroup") == nil ? "the namespace was made before the cgroup was entered" : "the host's"
    return "it sees \(listed(others)): \(reason)"
  },
]
