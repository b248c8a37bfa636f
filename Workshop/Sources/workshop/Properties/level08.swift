import Facts

private let shares = Scenario(options: ["--cpu-shares", "512"], deed: .look)

let level08: [Property] = [
  Property(
    8, "own-cgroup", "The command is in a cgroup that was made for it.", read: "man 7 cgroups: cgroup.procs",
    shares
  ) {
    if let silence = $0.silence { return silence }
    return $0.cgroup(with: ["cpu.weight", "cpu.shares"]) == nil
      ? "its process is in the caller's cgroup" : nil
  },
  Property(
    8, "cpu", "With --cpu-shares 512 its cgroup has less weight than the 1024 that everybody has.",
    read: "the kernel's cgroup-v2: cpu.weight; in version 1, cpu.shares", shares
  ) {
    if let silence = $0.silence { return silence }
    guard let found = $0.cgroup(with: ["cpu.weight", "cpu.shares"]) else {
      return "it has no cgroup of its own"
    }
    let isRight =
      found.file.hasSuffix("cpu.shares") ? found.value == 512 : (1..<100).contains(found.value ?? 0)
    return isRight ? nil : "\(found.file) is \(found.value.map { "\($0)" } ?? "empty")"
  },
  Property(
    8, "host-cgroups", "The caller's own cgroup keeps its settings.", read: "man 7 cgroups", shares
  ) { hostSettings($0) },
  Property(8, "no-cgroup", "No cgroup is left when rd ends.", read: "man 2 rmdir, man 7 cgroups", shares) {
    let names = Set($0.json["after"]["cgroups"].members.keys).subtracting(
      $0.json["before"]["cgroups"].members.keys)
    let directories = names.filter {
      $0.split(separator: "/").last?.contains("cgroup.") == false && $0.hasSuffix(".max") == false
    }
    return names.isEmpty ? nil : "left: \(listed(directories.sorted()))"
  },
]

/// Settings that the caller's cgroup had before are the same meanwhile.
func hostSettings(_ report: Report) -> String? {
  if let silence = report.silence { return silence }
  let during = report.json["during"]["host"]["cgroups"]
  let names = report.json["before"]["cgroups"].members.filter {
    !$0.key.hasSuffix(".procs") && $0.value != during[$0.key]
  }.keys.sorted()
  return names.isEmpty ? nil : "changed: \(listed(names))"
}

extension Report {
  /// The setting in the cgroup that was made for the command: of the new ones, one that has its process.
  func cgroup(with settings: [String]) -> (file: String, value: Int?)? {
    let before = json["before"]["cgroups"].members
    let during = json["during"]["host"]["cgroups"].members
    let pid = probe["pid"].string ?? "?"
    for (path, value) in during.sorted(by: { $0.key < $1.key }) where before[path] == nil {
      guard let setting = settings.first(where: { path.hasSuffix("/\($0)") }) else { continue }
      let directory = path.dropLast(setting.count + 1)
      let inside = during.contains {
        $0.key.hasPrefix(directory) && $0.key.hasSuffix("/cgroup.procs")
          && ($0.value.string ?? "").split(separator: " ").contains { $0 == pid }
      }
      if inside { return (path, value.string.flatMap { Int($0) }) }
    }
    return nil
  }
}
