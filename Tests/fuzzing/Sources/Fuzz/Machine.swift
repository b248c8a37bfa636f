import Containers

/// Made-up machines.
enum Machine: CaseIterable {
  case v1, hybrid, v2, rootless

  static let all = allCases.map { (machine: $0, host: $0.facts) }

  private var facts: HostFacts {
    var host = HostFacts(
      mounts: [
        MountEntry(mountPoint: "/", type: "ext4", options: ["rw", "relatime"]),
        MountEntry(mountPoint: "/proc", type: "proc", options: ["rw", "nosuid", "noatime"]),
        MountEntry(mountPoint: "/sys", type: "sysfs", options: ["ro"]),
        MountEntry(mountPoint: "/sys/fs/resctrl", type: "resctrl"),
      ], cgroups: cgroups)
    host.hasAppArmor = true
    host.hasSELinux = self == .hybrid
    switch self {
    case .v1, .hybrid: break
    case .v2:
      host.systemd = SystemdInstance(
        isUsers: false, bus: "/run/dbus/system_bus_socket", cgroup: "/sys/fs/cgroup",
        controllers: Self.unified)
    case .rootless:
      (host.uid, host.gid) = (1000, 1000)
      host.user.uids = IDRange(first: 100_000, count: 65_536)
      host.user.gids = IDRange(first: 100_000, count: 65_536)
      (host.user.newuidmap, host.user.newgidmap) = ("/usr/bin/newuidmap", "/usr/bin/newgidmap")
    }
    return host
  }

  private var cgroups: [CgroupHierarchy] {
    let old = [
      ["cpu", "cpuacct"], ["cpuset"], ["memory"], ["blkio"], ["pids"], ["devices"], ["hugetlb"], ["rdma"],
      ["net_cls", "net_prio"], ["freezer"],
    ].map { controllers in
      CgroupHierarchy(
        .v1, "/sys/fs/cgroup/\(controllers.joined(separator: ","))", controllers: controllers,
        hasSwapLimit: controllers == ["memory"])
    }
    switch self {
    case .v1: return old
    case .hybrid: return old + [CgroupHierarchy(.v2, "/sys/fs/cgroup/unified", controllers: [])]
    case .v2, .rootless:
      return [
        CgroupHierarchy(
          .v2, "/sys/fs/cgroup", controllers: Self.unified, enabled: ["cpu"], hasSwapLimit: self == .v2)
      ]
    }
  }

  private static let unified = ["cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma"]
}
