private let given = Scenario(
  options: ["--volume", "/volume:/data/dir"], probe: ["volume", "/data/dir"], deed: .look)
private let readOnly = Scenario(
  options: ["--volume", "/volume:/data:ro"], probe: ["volume", "/data"], deed: .look)
private let linked = Scenario(
  options: ["--volume", "/volume:/to-etc/data"], probe: ["volume", "/etc/data"], deed: .look)
private let fromRun = Scenario(
  options: ["--volume", "/run/volume:/data"], probe: ["volume", "/data"], deed: .look)
private let entered = Scenario(options: ["--memory", "64m"], deed: .exec())
private let asked = Scenario(deed: .exec(probe: ["exit", "7"]))
private let byUser = Scenario(deed: .exec(), caller: .user(hasRange: true))

let level15: [Property] = [
  Property(
    15, "volume", "With --volume /volume:/data/dir the command sees and changes the host's files there.",
    read: "man 2 mount: MS_BIND with MS_REC", given
  ) {
    if let lack = $0.lacksVolume { return lack }
    if !$0.answers.isSo("writes") { return "it can't write there" }
    if !$0.answers.isSo("writes-below") { return "it can't write to the filesystem below" }
    let isThere = $0.after.files["/volume/new"] != nil && $0.during?.files["/volume/new"] != nil
    return isThere ? nil : "what it wrote isn't in the host's directory"
  },
  Property(
    15, "volume-image", "The image isn't changed by a volume: the directory for it is made above.",
    read: "the kernel's overlayfs: upper", given
  ) {
    if let silence = $0.silence { return silence }
    let names = changed($0.before.images, $0.after.images)
    return names.isEmpty ? nil : "changed: \(listed(names.map { "/images\($0)" }))"
  },
  Property(
    15, "read-only", "With :ro nothing of the volume can be changed, in what is mounted below it neither.",
    read: "man 2 mount: MS_REMOUNT with MS_BIND and MS_RDONLY", readOnly
  ) {
    if let lack = $0.lacksVolume { return lack }
    if $0.answers.isSo("writes") { return "the command made a file in it" }
    return $0.answers.isSo("writes-below") ? "the command made a file in the filesystem below" : nil
  },
  Property(
    15, "volume-host", "The host's mounts and files are as they were: nothing is read-only, nothing is more.",
    read: "man 7 mount_namespaces; man 2 mount: MS_REMOUNT", readOnly
  ) { $0.silence ?? $0.changedHost },
  Property(
    15, "volume-run", "With --volume /run/volume:/data it is the host's, not of rd's own /run.",
    read: "the parts on the source and on the task; man 2 open: O_PATH", fromRun
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers["reads"] == "the host's" ? nil : "the file in it isn't there"
  },
  Property(
    15, "volume-link", "A symbolic link of the image is followed in the image, not to the host's files.",
    read: "man 7 path_resolution; man 2 openat2: RESOLVE_IN_ROOT", linked
  ) {
    // What a volume has done to the host says more than a command that said nothing.
    $0.changedHost ?? $0.lacksVolume
  },
  Property(
    15, "exec", "rd exec runs a command in the namespaces, the root and the cgroup of the first.",
    read: "man 2 setns, man 2 pidfd_open", entered
  ) { $0.strayed },
  Property(
    15, "exec-rights", "A command of rd exec has no more rights and open files than the first.",
    read: "man 2 setns: capabilities; levels 10 to 12", entered
  ) { $0.excess },
  Property(
    15, "exec-status", "When the command of rd exec exits with 7, rd exec does, and the first goes on.",
    read: "man 2 wait; man 2 setns: CLONE_NEWPID", asked
  ) {
    if let silence = $0.silence { return silence }
    if $0.entered?.status != 7 { return "rd exec \($0.entered?.ending ?? "wasn't tried")" }
    return $0.status == 0 ? nil : "the first rd \($0.ending)"
  },
  Property(
    15, "exec-user", "A user who isn't root enters his container too.", read: "man 2 setns: CLONE_NEWUSER",
    byUser
  ) { $0.strayed ?? $0.excess },
]

extension Report {
  fileprivate var lacksVolume: String? {
    if let silence { return silence }
    let line = answers["reads"].map { "\"\($0)\"" } ?? "nothing"
    if line != "\"the host's\"" { return "its file says \(line)" }
    return answers["reads-below"] == nil ? "the filesystem that is mounted below isn't there" : nil
  }

  /// What a volume has changed on the host.
  fileprivate var changedHost: String? {
    // Meanwhile rd may have files of its own.
    let names = changed(before.files, after.files).filter { !$0.hasPrefix("/volume/") }
    if !names.isEmpty { return "changed: \(listed(names))" }
    for moment in [during, after].compactMap(\.self) {
      let points = added(before.mounts, moment.mounts)
      if !points.isEmpty { return "mounted on the host too: \(listed(points))" }
      let closed = moment.mounts.filter { mount in
        mount.options.contains("ro")
          && before.mounts.contains { $0.point == mount.point && !$0.options.contains("ro") }
      }
      if !moment.volumeIsWritable {
        return "/volume is read-only on the host too: without MS_BIND it is for all"
      }
      if !closed.isEmpty { return "read-only on the host too: \(listed(closed.map(\.point)))" }
    }
    return nil
  }

  /// Why nothing can be said of the second command.
  private var secondsSilence: String? {
    if let silence { return silence }
    guard let entered else { return "rd exec wasn't tried: the command's process wasn't found" }
    if !entered.answers.isWhole { return "its command said nothing: rd exec \(entered.ending)" }
    return entered.probe == nil ? "its command's process wasn't found" : nil
  }

  /// In what the second command isn't where the first is.
  fileprivate var strayed: String? {
    if let secondsSilence { return secondsSilence }
    guard let first = probe, let second = entered?.probe else { return nil }
    let others = changed(first.namespaces, second.namespaces)
    if !others.isEmpty { return "it is in another namespace than the first: \(listed(others))" }
    let names = entered?.answers.all("root-name") ?? []
    if names != answers.all("root-name") { return "its / has \(listed(names))" }
    if entered?.answers["cwd"] != "/" { return "its working directory is outside of the container" }
    let strange = second.cgroups.filter { !first.cgroups.contains($0) }
    return strange.isEmpty ? nil : "it isn't in the first's cgroup, but in \(listed(strange))"
  }

  /// What the second command has and the first hasn't.
  fileprivate var excess: String? {
    if let secondsSilence { return secondsSilence }
    guard let first = probe, let second = entered?.probe else { return nil }
    for name in ["CapBnd", "CapPrm", "CapEff", "CapInh", "CapAmb", "NoNewPrivs", "Uid", "Gid", "Groups"]
    where first.status[name] != second.status[name] {
      return "\(name) is \(second.status[name] ?? "?"), and the first's \(first.status[name] ?? "?")"
    }
    func filters(_ view: ProcessView) -> Int { Int(view.status["Seccomp_filters"] ?? "") ?? 0 }
    if filters(second) < filters(first) { return "no filter is asked at its system calls" }
    let more = second.files.filter { !["0 ", "1 ", "2 "].contains(String($0.prefix(2))) }
    return more.isEmpty ? nil : "it has descriptor \(listed(more))"
  }
}
