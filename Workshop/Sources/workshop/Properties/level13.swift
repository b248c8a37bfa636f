private let asUser = Scenario(deed: .look, caller: .user(hasRange: true))
private let alone = Scenario(deed: .look, caller: .user(hasRange: false))
private let another = Scenario(options: ["--user", "1000:1001"], deed: .look, caller: .user(hasRange: true))
private let changes = Scenario(probe: ["write"], caller: .user(hasRange: true))
private let limited = Scenario(options: ["--memory", "64m"], caller: .user(hasRange: false))

let level13: [Property] = [
  Property(
    13, "user", "A user who isn't root gets a container: its root is that user outside.",
    read: "man 7 user_namespaces; man 2 clone: CLONE_NEWUSER", asUser
  ) {
    if let lack = $0.lacksOwn("user") { return lack }
    let ids = $0.ids("Uid")
    if ids != [Int(Caller.id)] { return "the command's uid is \(listed(ids.map(String.init))) outside" }
    let map = $0.probe?.uids ?? []
    return map.contains("0 \(Caller.id) 1") ? nil : "it isn't root inside: uid_map says \(quoted(map))"
  },
  Property(
    13, "user-same", "What a container of root's has from levels 00 to 12, the user's has too.",
    read: "the part on what isn't allowed in a user namespace; man 7 user_namespaces", asUser
  ) { inherited(by: $0, looks) },
  Property(
    13, "user-image", "The user's command changes files, and the image stays as it is.",
    read: "the kernel's overlayfs: userxattr", changes
  ) { inherited(by: $0, writes) },
  Property(
    13, "user-range", "Where root has set ids aside for the user, these are the container's other ids.",
    read: "man 1 newuidmap, man 5 subuid", asUser
  ) {
    if let silence = $0.silence { return silence }
    let map = $0.probe?.uids ?? []
    let ranges = map.map { $0.split(separator: " ").compactMap { UInt32($0) } }
    return ranges.contains { $0.count == 3 && $0[2] > 1000 && Caller.range.contains($0[1]) }
      ? nil : "uid_map says \(quoted(map))"
  },
  Property(
    13, "user-other", "With --user 1000:1001 the command's ids are some that were set aside.",
    read: "man 1 newgidmap, man 2 setgid", another
  ) {
    if let silence = $0.silence { return silence }
    for field in ["Uid", "Gid"] {
      let ids = $0.ids(field)
      if ids.count != 1 || !Caller.range.contains(UInt32(ids[0])) {
        return "outside, \(field) is \(listed(ids.map(String.init)))"
      }
    }
    return nil
  },
  Property(
    13, "user-groups", "The user's groups aren't kept, where the container has more ids than one.",
    read: "man 2 setgroups; man 7 user_namespaces: /proc/PID/setgroups", asUser
  ) {
    if let silence = $0.silence { return silence }
    let kept = $0.ids("Groups").filter { [4, 24, 27].contains($0) }
    return kept.isEmpty ? nil : "it has the groups \(listed(kept.map(String.init)))"
  },
  Property(
    13, "user-alone",
    "Without ids set aside, root inside is the user, no other id is there, setgroups is denied.",
    read: "man 7 user_namespaces: uid_map, gid_map and setgroups", alone
  ) {
    if let silence = $0.silence { return silence }
    let map = $0.probe?.uids ?? []
    if map != ["0 \(Caller.id) 1"] { return "uid_map says \(quoted(map))" }
    let word = $0.probe?.setgroups ?? "nothing"
    return word == "deny" ? nil : "/proc/PID/setgroups says \(word)"
  },
  Property(
    13, "user-limits", "Where no cgroup is delegated, a limit is refused: rd exits with 125 and says so.",
    read: "man 7 cgroups: delegation", limited
  ) { $0.status == 125 && !$0.complaint.isEmpty ? nil : "rd \($0.ending)" },
]

/// What properties of earlier levels, of that scenario, say of a run by another caller.
private func inherited(by report: Report, _ scenario: Scenario) -> String? {
  if let silence = report.silence { return silence }
  let levels =
    level00 + level01 + level02 + level03 + level04 + level05 + level06 + level07 + level11 + level12
  for property in levels where property.scenario == scenario {
    if let seen = property.deviation(report) {
      return "level \(twoDigits(property.level)), \(property.name): \(seen)"
    }
  }
  return nil
}

extension Report {
  /// The numbers in a field of the probe's /proc/PID/status, each once.
  fileprivate func ids(_ name: String) -> [Int] {
    Set((field(name) ?? "").split(separator: " ").compactMap { Int($0) }).sorted()
  }
}
