private let terminates = Scenario(deed: .signal(15))
private let killed = Scenario(deed: .signal(9))
private let orphans = Scenario(probe: ["orphan"], deed: .look)
private let kills = Scenario(probe: ["kill-all"])

let level06: [Property] = [
  Property(6, "own-pid", "The command is in a PID namespace of its own.", read: "man 7 pid_namespaces", looks)
  {
    $0.lacksOwn("pid")
  },
  Property(
    6, "processes", "/proc shows the container's processes and no others.",
    read: "man 7 pid_namespaces: /proc", looks
  ) {
    if let silence = $0.silence { return silence }
    let seen = $0.answers.all("process")
    // The container's are pid 1 and the command, or the command alone; a shell in between is one more.
    if $0.answers["proc-self"] == $0.answers["pid"] && seen.count <= 4 { return nil }
    return "/proc shows \(seen.count) processes, and /proc/self is \($0.answers["proc-self"] ?? "nobody")"
  },
  Property(
    6, "kill-all", "kill -9 -1 in the container ends none of the host's processes.",
    read: "man 7 pid_namespaces, man 2 kill", kills
  ) { $0.neighbourIsAlive ? nil : "a process of the host's was ended" },
  Property(
    6, "sigterm", "SIGTERM sent to rd ends a command that has no handler for it; rd exits with 143.",
    read: "man 7 pid_namespaces: signals of pid 1; man 2 kill", terminates
  ) {
    if let silence = $0.silence { return silence }
    return $0.status == 143 ? nil : "rd \($0.ending)"
  },
  Property(
    6, "zombies", "A process whose parent has ended is waited for by pid 1.", read: "man 2 wait", orphans
  ) {
    if let silence = $0.silence { return silence }
    return $0.probe?.zombies.isEmpty == true ? nil : "it is a zombie: nobody has waited for it"
  },
  Property(
    6, "end", "When the command ends, rd ends, and so do the processes that the command has left behind.",
    read: "man 7 pid_namespaces: the end of pid 1", orphans
  ) {
    if let silence = $0.silence { return silence }
    if $0.status != 0 { return "rd \($0.ending)" }
    return $0.left.isEmpty ? nil : "still there: \(listed($0.left))"
  },
  Property(
    6, "killed", "When SIGKILL ends rd, which can't do anything then, the container ends too.",
    read: "man 2 PR_SET_PDEATHSIG", killed
  ) {
    if let silence = $0.silence { return silence }
    return $0.left.isEmpty ? nil : "still there: \(listed($0.left))"
  },
]
