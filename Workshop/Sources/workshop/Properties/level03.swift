import Facts

private let escapes = Scenario(probe: ["escape"], deed: .look)

let level03: [Property] = [
  Property(
    3, "no-escape", "A second chroot doesn't lead root in the container to the host's files.",
    read: "man 2 pivot_root, and the section \"The way out of a chroot\"", escapes
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers.isSo("is-out")
      ? "it did: the command stood in the host's /, beside /\(hostMarker)" : nil
  },
  Property(
    3, "no-old-root", "The host's root is no longer in the command's table of mounts.",
    read: "man 2 pivot_root: put_old; man 2 umount: MNT_DETACH", looks
  ) {
    if let silence = $0.silence { return silence }
    let places = hostMounts($0)
    return places.isEmpty ? nil : "mounts of the host are still there: \(listed(places))"
  },
  Property(
    3, "root-mount", "The command's / is a mount.", read: "man 2 pivot_root: new_root", looks
  ) {
    if let silence = $0.silence { return silence }
    return $0.mount(at: "/") != nil
      ? nil : "it is a directory of a mount that has its root elsewhere: a chroot"
  },
]

/// Where the command's table has what is mounted on the host, the image's own filesystem apart.
private func hostMounts(_ report: Report) -> [String] {
  let images = report.before.mounts.first { $0.point == "/images" }?.device
  let found = report.probe?.mounts.filter { mount in
    if !report.isHosts(mount) || mount.type == "sysfs" { return false }
    // Two mounts of proc in one pid namespace are one filesystem; so are two of mqueue in one of ipc.
    // The host's devices may be bound, one by one.
    if mount.point.hasPrefix("/dev/") && mount.root != "/" { return false }
    if mount.type == "proc" && mount.point == "/proc" { return false }
    if mount.type == "mqueue" && mount.point == "/dev/mqueue" { return false }
    return !(mount.device == images && mount.point == "/")
  }
  return (found ?? []).map(\.point)
}
