import Facts
import Linux

/// The files that the learner's program finds: the host's own to read, and places in memory to write.
struct CageRoot {
  /// Directories that the program needs, which would be hidden otherwise.
  let needed: [String]
  /// Images on the host.
  let images: String
  let cgroups: [CgroupTree]

  /// A place that every machine has and nobody works in; it is covered in the cage's own table only.
  private static let root = "/sys"
  /// These are made new. What else the host has in "/" is there, read-only.
  private static let own = ["dev", "images", "proc", "run", "sys", "tmp", "lost+found", "old_root", "boot"]

  /// In a mount namespace of its own. After it the host's files can't be changed, and no path leads to them.
  func enter(workingDirectory: String) throws {
    try mount(nil, "/", nil, [.recursive, .private])
    try mount("cage", Self.root, "tmpfs", [], "mode=755")
    try bindHost()
    try mountOwn()
    for directory in needed where isHidden(directory) { try bind(directory) }
    try copyImages()
    try writeFile("\(Self.root)/\(hostMarker)", "")
    try writeFile("\(Self.root)/probe", "")
    try mount("\(images)/small/probe", "\(Self.root)/probe", nil, .bind)
    try mount_setattr("\(Self.root)/probe", MountAttributeChange(set: .readOnly))
    try chdir(Self.root)
    try pivot_root(".", ".")
    try umount2(".", .detach)
    try chdir("/")
    try mount(nil, "/", nil, [.recursive, .shared])
    try mountCgroups()
    if (try? chdir(workingDirectory)) == nil { try chdir("/") }
  }

  private func bindHost() throws {
    for name in names(in: "/") where !Self.own.contains(name) {
      guard let status = try? statx("/\(name)", .symlinkNoFollow) else { continue }
      if status.mode.type == .symbolicLink {
        try symlink(try readlink("/\(name)"), "\(Self.root)/\(name)")
      } else if status.mode.type == .directory {
        try bind("/\(name)")
      }
    }
  }

  private func isHidden(_ path: String) -> Bool {
    Self.own.contains { path == "/\($0)" || path.hasPrefix("/\($0)/") } || path.hasPrefix("/var/tmp/")
  }

  private func bind(_ path: String) throws {
    let target = Self.root + path
    try makeDirectories(target)
    try mount(path, target, nil, [.bind, .recursive])
    try mount_setattr(target, .recursive, MountAttributeChange(set: [.readOnly, .noDev, .noSuid]))
  }

  private func mountOwn() throws {
    let safe: MountFlags = [.noSuid, .noDev]
    for name in ["dev", "images", "proc", "run", "sys", "tmp"] { try mkdir("\(Self.root)/\(name)") }
    try mount("proc", "\(Self.root)/proc", "proc", safe)
    try mount("tmpfs", "\(Self.root)/dev", "tmpfs", .noSuid, "mode=755")
    for name in ["pts", "shm", "mqueue"] { try mkdir("\(Self.root)/dev/\(name)") }
    try mount("devpts", "\(Self.root)/dev/pts", "devpts", .noSuid, "newinstance,ptmxmode=666,mode=620")
    try mount("tmpfs", "\(Self.root)/dev/shm", "tmpfs", safe, "mode=1777")
    try mount("mqueue", "\(Self.root)/dev/mqueue", "mqueue", safe)
    let mask = umask([])
    let devices: [(String, UInt32, UInt32)] = [
      ("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9), ("tty", 5, 0),
    ]
    for (name, major, minor) in devices {
      try mknod(
        "\(Self.root)/dev/\(name)", .characterDevice, makedev(major, minor),
        [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    }
    umask(mask)
    try symlink("pts/ptmx", "\(Self.root)/dev/ptmx")
    try symlink("/proc/self/fd", "\(Self.root)/dev/fd")
    try mount("tmpfs", "\(Self.root)/run", "tmpfs", safe, "mode=755")
    try mount("tmpfs", "\(Self.root)/tmp", "tmpfs", safe, "mode=1777")
    // A mount of its own: a program that makes only "/" private leaves it shared.
    try mount("images", "\(Self.root)/images", "tmpfs", [], "mode=755")
    if exists("\(Self.root)/var/tmp") {
      try mount("tmpfs", "\(Self.root)/var/tmp", "tmpfs", safe, "mode=1777")
    }
  }

  /// Copies, in memory: what a program does to an image is seen, and gone with the cage.
  private func copyImages() throws {
    let child = try fork { try exec(["cp", "-a", "\(images)/.", "\(Self.root)/images"]) }
    guard try waitpid(child) == .exited(0) else { throw CheckError("cp: the images can't be copied") }
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
      try mount("tmpfs", "/sys/fs/cgroup", "tmpfs", [.noSuid, .noDev, .noExec], "mode=755")
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
