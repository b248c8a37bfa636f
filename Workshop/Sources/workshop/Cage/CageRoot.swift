import Facts
import Linux

/// The files that the learner's program finds: the host's own, below overlays whose changes stay in memory. So the
/// host's filesystems themselves are out of reach, for root and for remount too.
struct CageRoot {
  let cgroups: [CgroupTree]
  /// Directories that the program is read from.
  let needed: [String]

  /// A place that every machine has and nobody works in; it is covered in the cage's own table only.
  private static let place = "/sys"
  private static let root = "/sys/root"
  /// These are made new. Those for passing files are no overlays: an overlay's upper directory can't lie on one.
  private static let own = [
    "/bundles", "/dev", "/images", "/proc", "/run", "/sys", "/tmp", "/var/tmp", "/volume",
  ]
  /// Filesystems without files of anybody's.
  private static let kernels: Set = [
    "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2", "configfs", "debugfs", "devpts", "devtmpfs",
    "efivarfs", "fusectl", "hugetlbfs", "mqueue", "nsfs", "proc", "pstore", "ramfs", "rpc_pipefs",
    "securityfs", "sysfs", "tracefs",
  ]

  /// In a mount namespace of its own. After it no path leads to the host's files. Gives the directory where the
  /// overlays have what is changed in them.
  func enter(workingDirectory: String) throws -> Descriptor {
    let host = mounts("self")
    try mount(nil, "/", nil, [.recursive, .private])
    try mount("cage", Self.place, "tmpfs", [.noSuid, .noDev], "mode=755,size=256m")
    for name in ["root", "changes", "work"] { try mkdir("\(Self.place)/\(name)") }
    try overlay("/", number: 0)
    try mountOwn()
    let places = host.filter { !Self.kernels.contains($0.type) && !isOwn($0.point) }.map(\.point)
    let hidden = ([workingDirectory] + needed).filter { isOwn($0) && exists($0) }
    for (number, place) in Set(places + hidden).sorted().enumerated() where place != "/" {
      try? makeDirectories("\(Self.root)\(place)")
      try? overlay(place, number: number + 1)
    }
    openWays(to: needed + [workingDirectory])
    try mountSetUserIDs()
    try mountImages()
    try mountVolume()
    try mount("bundles", Self.root + Bundles.place, "tmpfs", [.noSuid, .noDev], "mode=755,size=1m")
    try Bundles.make(below: Self.root)
    let changes = try open("\(Self.place)/changes", [.directory])
    try chdir(Self.root)
    try pivot_root(".", ".")
    try umount2(".", .detach)
    try chdir("/")
    try mount(nil, "/", nil, [.recursive, .shared])
    try mountCgroups()
    do { try chdir(workingDirectory) } catch {
      throw CheckError("\(workingDirectory) is on a filesystem that no overlay takes; go to another")
    }
    return changes
  }

  private func isOwn(_ path: String) -> Bool { Self.own.contains { path == $0 || path.hasPrefix("\($0)/") } }

  private func overlay(_ point: String, number: Int) throws {
    // Below the place's own path, by which a change is named later.
    let upper = "\(Self.place)/changes/\(number)" + (point == "/" ? "" : point)
    let work = "\(Self.place)/work/\(number)"
    for directory in [upper, work] { try makeDirectories(directory) }
    let status = try statx(point)
    try chmod(upper, status.mode.permissions)
    if number == 0 {
      for place in Self.own where !exists(place) || ["/bundles", "/images", "/volume"].contains(place) {
        try makeDirectories(upper + place)
      }
      for name in [hostMarker, "probe"] { try writeFile("\(upper)/\(name)", "") }
    }
    try mount(
      "overlay", Self.root + (point == "/" ? "" : point), "overlay", [.noSuid, .noDev],
      // With redirect_dir the kernel marks the directories that are new.
      "lowerdir=\(point),upperdir=\(upper),workdir=\(work),redirect_dir=on")
  }

  private func mountOwn() throws {
    let safe: MountFlags = [.noSuid, .noDev]
    try mount("proc", "\(Self.root)/proc", "proc", safe)
    try mount("tmpfs", "\(Self.root)/dev", "tmpfs", .noSuid, "mode=755,size=64k")
    for name in ["pts", "shm", "mqueue"] { try mkdir("\(Self.root)/dev/\(name)") }
    try mount("devpts", "\(Self.root)/dev/pts", "devpts", .noSuid, "newinstance,ptmxmode=666,mode=620")
    try mount("tmpfs", "\(Self.root)/dev/shm", "tmpfs", safe, "mode=1777,size=64m")
    try mount("mqueue", "\(Self.root)/dev/mqueue", "mqueue", safe)
    let mask = umask([])
    for (name, (major, minor)) in Guard.devices {
      try mknod(
        "\(Self.root)/dev/\(name)", .characterDevice, makedev(major, minor),
        [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    }
    umask(mask)
    try symlink("pts/ptmx", "\(Self.root)/dev/ptmx")
    try symlink("/proc/self/fd", "\(Self.root)/dev/fd")
    try mount("tmpfs", "\(Self.root)/run", "tmpfs", safe, "mode=755,size=64m")
    // Where mount(8) keeps what the kernel doesn't.
    try mkdir("\(Self.root)/run/mount")
    for place in ["/tmp", "/var/tmp"] {
      try mount("tmpfs", Self.root + place, "tmpfs", safe, "mode=1777,size=64m")
    }
  }

  /// In memory: what a program does to an image is seen, and gone with the cage. A mount of their own: a program that
  /// makes only "/" private leaves it shared.
  private func mountImages() throws {
    try mount("images", "\(Self.root)/images", "tmpfs", [], "mode=755,size=128m")
    try Images.make(in: "\(Self.root)/images")
    try mount("\(Self.root)/images/small/probe", "\(Self.root)/probe", nil, .bind)
  }

  /// Directories for `--volume`: one with a filesystem of its own below, and one at a place that programs cover.
  private func mountVolume() throws {
    let place = "\(Self.root)/volume"
    try mount("volume", place, "tmpfs", [.noSuid, .noDev], "mode=755,size=1m")
    try writeFile("\(place)/file", "the host's\n")
    try mkdir("\(place)/below")
    try mount("below", "\(place)/below", "tmpfs", [.noSuid, .noDev, .noExec], "mode=755,size=1m")
    try writeFile("\(place)/below/file", "the host's too\n")
    try mkdir("\(Self.root)/run/volume")
    try writeFile("\(Self.root)/run/volume/file", "the host's\n")
  }

  /// A user who isn't root starts the program too, and its directories may be closed to him.
  private func openWays(to paths: [String]) {
    for path in paths {
      var place = Self.root
      for name in path.split(separator: "/") {
        place += "/\(name)"
        guard let mode = try? statx(place).mode, mode.type == .directory else { continue }
        let wanted = mode.permissions.union([.groupReadExecute, .otherReadExecute])
        if wanted != mode.permissions { try? chmod(place, wanted) }
      }
    }
  }

  /// The programs that map what root has set aside: nothing else in the cage gives rights.
  private func mountSetUserIDs() throws {
    let copies = "\(Self.place)/helpers"
    try mkdir(copies)
    try mount("helpers", copies, "tmpfs", .noDev, "mode=755,size=1m")
    for name in ["newuidmap", "newgidmap"] where exists("\(Self.root)/usr/bin/\(name)") {
      try copyFile("/usr/bin/\(name)", "\(copies)/\(name)", isProgram: true)
      try chmod(
        "\(copies)/\(name)", [.setUserID, .ownerReadWriteExecute, .groupReadExecute, .otherReadExecute])
      try mount("\(copies)/\(name)", "\(Self.root)/usr/bin/\(name)", nil, .bind)
    }
  }

  /// In the cage, where "/sys" is its own. The trees lie where the host has them, and begin at the cage's cgroups.
  private func mountCgroups() throws {
    try mount("sysfs", "/sys", "sysfs", [.noSuid, .noDev, .noExec])
    if let only = cgroups.first(where: \.isOnlyTree) {
      try mount("cgroup2", only.point, "cgroup2", [.noSuid, .noDev, .noExec])
      // A cgroup with processes can't give controllers to those below it; so this process goes one down.
      try mkdir("\(only.point)/host")
      try writeFile("\(only.point)/host/cgroup.procs", "0")
    } else {
      try mount("tmpfs", "/sys/fs/cgroup", "tmpfs", [.noSuid, .noDev, .noExec], "mode=755,size=64k")
      for tree in cgroups {
        try makeDirectories(tree.point)
        if tree.isV2 {
          try mount("cgroup2", tree.point, "cgroup2", [.noSuid, .noDev, .noExec])
        } else {
          try mount("cgroup", tree.point, "cgroup", [.noSuid, .noDev, .noExec], tree.mountOptions)
          linkControllers(tree)
        }
      }
    }
    try mount(nil, "/sys", nil, [.remount, .bind, .readOnly, .noSuid, .noDev, .noExec])
  }

  /// "cpu" leads to "cpu,cpuacct", as on most machines.
  private func linkControllers(_ tree: CgroupTree) {
    let parts = tree.controllers.split(separator: ",")
    for name in parts where parts.count > 1 {
      try? symlink(tree.controllers, "/sys/fs/cgroup/\(name)")
    }
  }
}

extension CgroupTree {
  var mountOptions: String { controllers.hasPrefix("name=") ? "none,\(controllers)" : controllers }
}
