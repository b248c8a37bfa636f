private let shares = Scenario(options: ["--cpu-shares", "512"], deed: .look)

let level08: [Property] = [
  Property(
    8, "own-cgroup", "The command is in a cgroup that was made for it, from its first instruction on.",
    read: "man 7 cgroups: cgroup.procs", shares
  ) {
    if let silence = $0.silence { return silence }
    return $0.cgroup(with: ["cpu.weight", "cpu.shares"]) == nil
      ? "its process is in the caller's cgroup when it begins" : nil
  },
  Property(
    8, "cpu", "With --cpu-shares 512 its cgroup has less weight than the 1024 that everybody has.",
    read: "the kernel's cgroup-v2: cpu.weight; in version 1, cpu.shares", shares
  ) {
    if let silence = $0.silence { return silence }
    guard let found = $0.cgroup(with: ["cpu.weight", "cpu.shares"]) else {
      return "it has no cgroup of its own"
    }
    let value = Int(found.value) ?? 0
    let isRight = found.file.hasSuffix("cpu.shares") ? value == 512 : (1..<100).contains(value)
    return isRight ? nil : "\(found.file) is \(found.value) when the command begins"
  },
  Property(
    8, "host-cgroups", "The caller's own cgroup keeps its settings.", read: "man 7 cgroups", shares
  ) { $0.silence ?? $0.changedSettings },
  Property(8, "no-cgroup", "No cgroup is left when rd ends.", read: "man 2 rmdir, man 7 cgroups", shares) {
    let new = Set($0.after.cgroups.keys).subtracting($0.before.cgroups.keys).sorted()
    return new.isEmpty ? nil : "still there: \(listed(new))"
  },
]

extension Report {
  /// Which settings of the caller's cgroups were others when the command began, or while it ran.
  var changedSettings: String? {
    for moment in [start?.cgroups, during?.cgroups].compactMap(\.self) {
      for (directory, settings) in before.cgroups.sorted(by: { $0.key < $1.key }) {
        // A file that is new comes with a controller.
        let names = changed(settings, moment[directory] ?? [:]).filter {
          $0 != "cgroup.procs" && settings[$0] != nil
        }
        if !names.isEmpty { return "changed: \(listed(names.map { "\(directory)/\($0)" }))" }
      }
    }
    return nil
  }

  /// The setting in the cgroup that was made for the command and had it inside when it began.
  func cgroup(with settings: [String]) -> (file: String, value: String)? {
    let moment = start?.cgroups ?? [:]
    for (directory, found) in moment.sorted(by: { $0.key < $1.key }) where before.cgroups[directory] == nil {
      guard let setting = settings.first(where: { found[$0] != nil }) else { continue }
      let inside = moment.contains { path, settings in
        (path == directory || path.hasPrefix("\(directory)/"))
          && (settings["cgroup.procs"] ?? "").split(separator: " ").contains { Int($0) == start?.pid }
      }
      if inside { return ("\(directory)/\(setting)", found[setting] ?? "") }
    }
    return nil
  }
}
