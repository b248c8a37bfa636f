private let devices = [
  ("null", "1:3"), ("zero", "1:5"), ("full", "1:7"), ("random", "1:8"), ("urandom", "1:9"), ("tty", "5:0"),
]

let level02: [Property] = [
  Property(
    2, "own-table", "The command has a table of mounts of its own.", read: "man 2 unshare: CLONE_NEWNS", looks
  ) { $0.lacksOwn("mnt") },
  Property(
    2, "host-table", "While the command runs, the host's table of mounts is as it was.",
    read: "man 7 mount_namespaces: shared subtrees; MS_PRIVATE with MS_REC", looks
  ) {
    if let silence = $0.silence { return silence }
    let during = $0.during?.mounts ?? []
    if $0.before.mounts.contains(where: { $0.isShared }) && !during.contains(where: { $0.isShared }) {
      return "the host's own mounts aren't shared any more: the change came before the new table"
    }
    let points = added($0.before.mounts, during)
    return points.isEmpty
      ? nil : "mounts of the container are on the host too: \(listed(points)); their propagation is shared"
  },
  Property(
    2, "no-mount", "No mount is left on the host when rd ends.", read: "man 7 mount_namespaces", looks
  ) {
    let points = added($0.before.mounts, $0.after.mounts)
    return points.isEmpty ? nil : "left: \(listed(points))"
  },
  Property(
    2, "proc", "/proc is there, a filesystem of type proc that belongs to the command's processes.",
    read: "man 5 proc", looks
  ) {
    if let silence = $0.silence { return silence }
    if $0.mount(at: "/proc")?.type != "proc" { return "nothing of type proc is mounted on /proc" }
    return $0.answers["proc-self"] == $0.answers["pid"]
      ? nil : "it is of another pid namespace: /proc/self is \($0.answers["proc-self"] ?? "nobody")"
  },
  Property(
    2, "sys", "/sys is there, a sysfs, read-only.", read: "man 5 sysfs", looks
  ) {
    if let silence = $0.silence { return silence }
    guard let mount = $0.mount(at: "/sys"), mount.type == "sysfs" else {
      return "nothing of type sysfs is mounted on /sys"
    }
    return mount.options.contains("ro")
      ? nil : "it can be written to: what is changed there is for the whole machine"
  },
  Property(
    2, "devices", "/dev has null, zero, full, random, urandom and tty, which everybody may read and write.",
    read: "man 2 mknod, man 2 umask", looks
  ) {
    if let silence = $0.silence { return silence }
    for (name, number) in devices {
      guard let found = $0.answers["\(name)-number"] else { return "there is no /dev/\(name)" }
      if found != number { return "/dev/\(name) is device \(found), not \(number)" }
      let mode = $0.answers["\(name)-mode"] ?? "?"
      if (Int(mode, radix: 8) ?? 0) & 0o666 != 0o666 {
        return "/dev/\(name) has mode \(mode): the umask took something"
      }
      if !$0.answers.isSo("\(name)-opens") { return "/dev/\(name) can't be opened: is the mount nodev?" }
    }
    return nil
  },
  Property(
    2, "terminals", "/dev/pts is a devpts of the container's own, and /dev/ptmx opens a new terminal there.",
    read: "man 4 pts, man 5 devpts: newinstance", looks
  ) {
    if let silence = $0.silence { return silence }
    guard let mount = $0.mount(at: "/dev/pts"), mount.type == "devpts" else {
      return "nothing of type devpts is mounted on /dev/pts"
    }
    if $0.isHosts(mount) { return "it is the host's" }
    return $0.answers.isSo("terminal") ? nil : "/dev/ptmx can't be opened"
  },
  Property(
    2, "shm", "/dev/shm is a tmpfs of the container's own, where everybody may write (mode 1777).",
    read: "man 7 shm_overview", looks
  ) {
    if let silence = $0.silence { return silence }
    guard let mount = $0.mount(at: "/dev/shm"), mount.type == "tmpfs" else {
      return "nothing of type tmpfs is mounted on /dev/shm"
    }
    if $0.isHosts(mount) { return "it is the host's" }
    let mode = $0.answers["shm-mode"] ?? "?"
    return mode == "1777" ? nil : "its mode is \(mode)"
  },
]
