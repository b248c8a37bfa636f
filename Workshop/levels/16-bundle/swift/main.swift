import Linux

let (options, bundle) = readBundle(Options())

/// Everybody else has root's rights in a user namespace: over what belongs to that, and nothing else.
let isRoot = geteuid() == 0
/// Other ids than one's own are to be had where root has set some aside.
let ranges = isRoot ? nil : subordinateIDs()

/// What is held back from doing what it does by itself, and waited for.
let signals: SignalSet = [.chld, .hup, .int, .quit, .term, .usr1, .usr2]

/// A place for the changes, in memory, for this process and its children only. It is over /run, which
/// every machine has. Nothing is to be removed: the mount goes with the last process that has this table.
func makePlace() throws {
  // Our table of mounts is a copy of the host's,
  // and no mount goes from one to the other any more. Where "/" is shared, as systemd makes it, it would.
  try mount(nil, "/", nil, [.recursive, .private])
  try mount("tmpfs", "/run", "tmpfs", [.noSuid, .noDev])
  for name in ["upper", "work", "root"] { try mkdir("/run/\(name)") }
}

/// The image below, which stays as it is, and the changes above. An image may be several, "TOP:BASE".
func mountLayers(_ image: String) throws {
  // That a directory hides the one below is kept in an attribute of it, and only root may set trusted ones.
  let layers = "lowerdir=\(image),upperdir=/run/upper,workdir=/run/work" + (isRoot ? "" : ",userxattr")
  try mount("overlay", "/run/root", "overlay", [], layers)
}

/// The filesystems that every program expects.
func mountFilesystems(_ root: String) throws {
  try mount("proc", "\(root)/proc", "proc", [.noSuid, .noDev, .noExec])
  // Read-only: what is written there is for the whole machine.
  try mount("sysfs", "\(root)/sys", "sysfs", [.readOnly, .noSuid, .noDev, .noExec])
  try mount("tmpfs", "\(root)/dev", "tmpfs", [.noSuid, .noExec], "mode=755,size=64k")
  for name in ["pts", "shm", "mqueue"] { try mkdir("\(root)/dev/\(name)") }
  // Terminals of our own: without newinstance older kernels show the host's.
  try mount("devpts", "\(root)/dev/pts", "devpts", [.noSuid, .noExec], "newinstance,ptmxmode=666,mode=620")
  try mount("shm", "\(root)/dev/shm", "tmpfs", [.noSuid, .noDev, .noExec], "mode=1777,size=64m")
  // Of the namespace that the process is in: so this comes after unshare.
  try mount("mqueue", "\(root)/dev/mqueue", "mqueue", [.noSuid, .noDev, .noExec])
  try makeDevices("\(root)/dev")
}

/// A device is a number: who opens a file that has it talks to a driver. Only those that harm nobody.
func makeDevices(_ dev: String) throws {
  let devices: [String: (UInt32, UInt32)] = [
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
  ]
  // The umask would take the others' right to write away.
  let mask = umask([])
  for (name, (major, minor)) in devices {
    if !isRoot {
      // Only the machine's root makes devices. So it is the host's, on an empty file.
      _ = try open("\(dev)/\(name)", .create)
      try mount("/dev/\(name)", "\(dev)/\(name)", nil, .bind)
      continue
    }
    try mknod(
      "\(dev)/\(name)", .characterDevice, makedev(major, minor),
      [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
  }
  umask(mask)
  try symlink("pts/ptmx", "\(dev)/ptmx")
  try symlink("/proc/self/fd", "\(dev)/fd")
  for (number, name) in ["stdin", "stdout", "stderr"].enumerated() {
    try symlink("/proc/self/fd/\(number)", "\(dev)/\(name)")
  }
}

/// Files and directories of the host's, shown in the image.
func mountVolumes(_ root: String, _ sources: [CInt]) throws {
  for (volume, source) in zip(options.volumes, sources) {
    // The image may have a symbolic link there, to /etc for example: the host's is not what it means.
    let place = try placeInside(root, volume.target, isDirectory: isDirectory(source))
    try mount("/proc/self/fd/\(source)", place, nil, [.bind, .recursive])
    // A bind mount takes no other flags. They are changed afterwards, each mount's; those it has stay.
    if volume.isReadOnly { try makeReadOnly(place) }
  }
}

/// What is mounted there, and below.
func makeReadOnly(_ place: String) throws {
  for (place, flags) in try mounts(at: place) {
    try mount(nil, place, nil, [.bind, .remount, .readOnly, flags])
  }
}

/// Files of the kernel's that say too much, or that set something, in spite of all.
func maskPaths() throws {
  for path in bundle.masked where exists(path) {
    // On a file only a file can be mounted.
    do { try mount("tmpfs", path, "tmpfs", .readOnly) } catch { try mount("/dev/null", path, nil, .bind) }
  }
  for path in bundle.readOnly where exists(path) {
    try mount(path, path, nil, [.bind, .recursive])
    try makeReadOnly(path)
  }
  // The root alone: what is mounted below stays as it is.
  if bundle.isReadOnly { try mount(nil, "/", nil, [.bind, .remount, .readOnly]) }
}

/// The root of the table of mounts becomes another one, and the old root leaves the table.
func changeRoot(_ root: String) throws {
  try chdir(root)
  // The old root is put on top of the new one, for the moment until it goes: so it needs no directory.
  try pivot_root(".", ".")
  // Whoever uses it still, goes on to: detached, it waits for nobody.
  try umount2(".", .detach)
  try chdir("/")
}

/// The way out of a chroot. A process has one root: with the next one, the working directory is outside of
/// it, where no ".." is held back. After pivot_root there is nothing outside.
func escape() throws {
  try chroot("dev")
  for _ in 1...64 { try chdir("..") }
  try chroot(".")
}

/// Waits for the end of `child`, and passes signals on to it: all that pid 1 has to do, and rd.
func supervise(_ child: ProcessID) throws -> Int32 {
  while true {
    let signal = try sigwaitinfo(signals)
    // What the kernel sends, the terminal's ^C, has reached the command already.
    if signal.signal != .chld && signal.code <= 0 { try kill(child, signal.signal) }
    // There may be one SIGCHLD for several children. Whose parent has ended becomes a child of pid 1.
    while let (pid, status) = try waitpid(-1, .noHang) {
      if pid == child { return shellStatus(status) }
    }
  }
}

/// A new network has one device, the loopback, and it is down.
func raiseLoopback() throws {
  // ioctl(fd, SIOCSIFFLAGS, &ifreq), with the name and the flag IFF_UP. Any socket will do.
  try setInterfaceFlags(socket(.datagram), "lo", .up)
}

/// What the child does, pid 1 of the container: it prepares everything, and stays for the command.
func contain(_ gate: borrowing Descriptor) throws -> Int32 {
  // When rd is killed, so is pid 1, and with it the kernel kills all the others.
  try Prctl.setPDeathSig(.kill)
  // The parent comes first. When it is gone there is nothing to read.
  if try gate.read(upTo: 1).isEmpty { _exit(125) }
  // /run is covered next, and then the paths are others.
  let sources = try options.volumes.map { try open($0.source, .path).release() }
  try makePlace()
  // The cgroup that the process is in becomes "/" to it: so this comes after the gate.
  try unshare(.newCgroup)
  try raiseLoopback()
  if let hostname = options.hostname { try sethostname(hostname) }
  for (path, value) in bundle.sysctls { try writeFile(path, value) }
  if let image = options.image {
    try mountLayers(image)
    try mountFilesystems("/run/root")
    try mountVolumes("/run/root", sources)
    try changeRoot("/run/root")
    try maskPaths()
  }
  // Files that the caller left open are closed: a directory of the host's would lead out too.
  try close_range(3)
  let command = try fork()
  if command == 0 { try become() }
  return try supervise(command)
}

/// What is left of root's rights: enough to install a package or run a web server, nothing of the machine's.
let usual: CapabilitySet = [
  .chown, .dacOverride, .fowner, .fsetid, .kill, .setgid, .setuid, .netBindService,
]
let kept = bundle.capabilities ?? usual

/// There are five sets, and each is a way to get a capability back.
func dropCapabilities() throws {
  // Bounding: what a program may get by exec, root's or a file's.
  for capability in CapabilitySet(through: lastCapability()) where !kept.contains(capability) {
    try Prctl.capBSetDrop(capability)
  }
  // Ambient: what every exec passes on.
  try Prctl.capAmbientClearAll()
  // Effective: what the kernel looks at; permitted: what may become so; inheritable: what files may use.
  try capset(CapabilitySets(effective: kept, permitted: kept, inheritable: []))
}

/// In the only order that works: each step needs root's rights, which the last one takes away.
func changeUser(_ user: User) throws {
  // The groups of whoever started rd: they would open files to the command.
  // With one id they stay: that was the condition.
  if isRoot || ranges != nil { try setgroups(bundle.groups) }
  try setgid(user.gid)
  try setuid(user.uid)
}

/// What the child's child does: at the end of it this process is the command.
func become() throws -> Never {
  // What one process may use: to raise it takes a right, which goes next.
  for (resource, limit) in bundle.limits { try prlimit(0, resource, limit) }
  try dropCapabilities()
  try changeUser(options.user)
  // From here on no exec gives any right: not by set-user-ID, not by a file's capabilities.
  try Prctl.setNoNewPrivs()
  // A program for the kernel, asked at every system call of this process and its children. Without the line
  // above it would take CAP_SYS_ADMIN: a filter could make a set-user-ID program fail halfway.
  try Seccomp.setModeFilter(filter)
  // What is held back stays so after exec.
  try sigprocmask(.unblock, signals)
  if options.isEscape { try escape() }
  // As the user: it may be a directory that root can't enter, or that only root can.
  if let cwd = bundle.cwd { try chdir(cwd) }
  // It returns only when it fails: when there is no such command.
  do { try exec(options.command, environment: bundle.environment) } catch { fail(127, error) }
}

/// Version 2 of cgroups has one tree, with all controllers; version 1 has a tree for each.
let isV2 = exists("/sys/fs/cgroup/cgroup.controllers")
let all = isV2 ? ["/sys/fs/cgroup"] : ["cpu", "memory", "pids"].map { "/sys/fs/cgroup/\($0)" }
let trees = isRoot ? all : delegatedTrees()

/// Makes a cgroup with its limits, and only then puts `process` into it: it never runs without them.
func enterCgroup(_ name: String, _ process: ProcessID) throws {
  // A controller is in a cgroup where the one above says so.
  for tree in trees where isV2 { try writeFile("\(tree)/cgroup.subtree_control", "+cpu +memory +pids") }
  for tree in trees { try mkdir("\(tree)/\(name)") }
  if let shares = options.cpuShares {
    // A part of the time when others want it too. The others have 1024 in version 1, 100 in version 2.
    if isV2 {
      try writeFile(file("cpu.weight", of: name), "\(min(max(shares * 100 / 1024, 1), 10000))")
    } else {
      try writeFile(file("cpu.shares", of: name), "\(shares)")
    }
  }
  if let memory = options.memory {
    // What has no room would go to the swap. Version 2 counts it alone, version 1 with the memory.
    try writeFile(file(isV2 ? "memory.max" : "memory.limit_in_bytes", of: name), "\(memory)")
    let swap = file(isV2 ? "memory.swap.max" : "memory.memsw.limit_in_bytes", of: name)
    // A kernel that has no swap has no such file.
    if exists(swap) { try writeFile(swap, isV2 ? "0" : "\(memory)") }
  }
  if let pids = options.pidsLimit { try writeFile(file("pids.max", of: name), "\(pids)") }
  for tree in trees { try writeFile("\(tree)/\(name)/cgroup.procs", "\(process)") }
}

/// The file of a setting; its name begins with the controller's.
func file(_ setting: String, of cgroup: String) -> String {
  let tree = isV2 ? trees[0] : "/sys/fs/cgroup/" + setting.prefix { $0 != "." }
  return "\(tree)/\(cgroup)/\(setting)"
}

/// The files in it are the kernel's, and go with it. With a process in it, it would stay.
func removeCgroup(_ name: String) {
  for tree in trees { try? rmdir("\(tree)/\(name)") }
}

/// Which id inside is which one of the host's: "INSIDE OUTSIDE COUNT". Until then the child is nobody.
func mapUsers(_ process: ProcessID) throws {
  if let ranges {
    // These have root's rights, and look up what was set aside.
    try call("newuidmap \(process) 0 \(getuid()) 1 1 \(ranges.uids.first) \(ranges.uids.count)")
    try call("newgidmap \(process) 0 \(getgid()) 1 1 \(ranges.gids.first) \(ranges.gids.count)")
  } else if !isRoot {
    try writeFile("/proc/\(process)/uid_map", "0 \(getuid()) 1")
    // A group may be there to shut its members out. Who could leave it would get in.
    try writeFile("/proc/\(process)/setgroups", "deny")
    try writeFile("/proc/\(process)/gid_map", "0 \(getgid()) 1")
  }
}

/// A bridge is a switch in the kernel, and the first container makes it. Each has a cable into it, whose number is
/// in its address too.
func connect(_ process: ProcessID) throws -> Int {
  let number = try freeNumber()
  do {
    if !hasDevice("rd0") { try call("ip link add rd0 type bridge") }
    try call("ip address replace 10.88.0.1/24 dev rd0")
    try call("ip link set rd0 up")
    // One end goes into the bridge; the other is born in the container's network, and called eth0 there.
    try call("ip link add rd\(number) type veth peer name eth0 netns \(process)")
    try call("ip link set rd\(number) master rd0 up")
    let inside = "nsenter --target \(process) --net ip"
    try call("\(inside) address add 10.88.0.\(number)/24 dev eth0")
    try call("\(inside) link set eth0 up")
    try call("\(inside) route add default via 10.88.0.1")
    try translate(number, options.ports)
    return number
  } catch {
    try? disconnect(number)
    throw error
  }
}

/// The last one takes the bridge along.
func disconnect(_ number: Int) throws {
  removeDevice("rd\(number)")
  if cables().isEmpty { removeDevice("rd0") }
  try stopTranslating(number)
}

/// What the child of rd exec does.
func join(_ gate: borrowing Descriptor, _ container: borrowing PIDFD) throws -> Int32 {
  if try gate.read(upTo: 1).isEmpty { _exit(125) }
  try setns(container, [.mount, .uts, .ipc, .net, .cgroup])
  try close_range(3)
  try become()
}

/// rd exec: one more process in a container that runs.
func enter(_ process: ProcessID) throws -> Int32 {
  let container = try pidfd_open(process)
  try sigprocmask(.block, signals)
  // The user namespace gives the right to enter the others. One's own can't be entered again.
  let isOurs = try readlink("/proc/self/ns/user") == readlink("/proc/\(process)/ns/user")
  // Our children will be in the pid namespace; we can't be: our own pid would have to change.
  try setns(container, isOurs ? .pid : [.user, .pid])
  var gate = try pipe()
  let command = try fork {
    gate.closeWriteEnd()
    end { try join(gate.readEnd, container) }
  }
  for cgroup in try cgroups(of: process) { try writeFile("\(cgroup)/cgroup.procs", "\(command)") }
  try gate.writeEnd.write("g")
  return try supervise(command)
}

/// What the parent does: it makes the child, and waits for its status.
func run() throws -> Int32 {
  if let pid = options.pid { return try enter(pid) }
  requireUserNamespaces()
  if trees.isEmpty && options.hasLimits { fail(125, "limits take a cgroup, and none is delegated to you") }
  if options.hasNetwork && !isRoot { fail(125, "only root can connect a network to the host's") }
  try sigprocmask(.block, signals)
  var gate = try pipe()
  // As fork, into new namespaces: of mounts, the host name, queues, pids, and the network.
  let namespaces: CloneFlags = [.newNS, .newUTS, .newIPC, .newPID, .newNet]
  // The user namespace is made before the others, and so they belong to it.
  let child = try clone(isRoot ? namespaces : namespaces.union(.newUser)) {
    // The end comes to a reader when no writer is left, and the child has a copy.
    gate.closeWriteEnd()
    end { try contain(gate.readEnd) }
  }
  // What the child needs of the outside is done here, before it is let go.
  try mapUsers(child)
  let number = try options.hasNetwork ? oneAtATime { try connect(child) } : nil
  defer { if let number { try? oneAtATime { try disconnect(number) } } }
  let cgroup = "cooper.rd-\(child)"
  defer { removeCgroup(cgroup) }
  try enterCgroup(cgroup, child)
  try gate.writeEnd.write("g")
  return try supervise(child)
}

end(run)
