import CLinux
import Linux

/// The hierarchies that are mounted where their paths lead.
func readCgroups(_ mounts: [MountEntry], uid: UInt32) -> [CgroupHierarchy] {
  let isMachinesRoot = uid == 0 && isInMachinesUserNamespace()
  return mounts.compactMap { mount in
    guard mount.type == "cgroup" || mount.type == "cgroup2" else { return nil }
    // Others are hidden by a later mount over them, as in a container that mounts /sys/fs/cgroup anew.
    guard mounts.mount(at: mount.mountPoint)?.id == mount.id else { return nil }
    if mount.type == "cgroup2" { return readVersion2(mount, uid: uid) }
    let isWritable = isMachinesRoot || may(write: mount.mountPoint, [.write, .execute], uid: uid)
    return readVersion1(mount, isWritable: isWritable && !mount.isReadOnly)
  }
}

/// Root there may write wherever a mount may be written to.
private func isInMachinesUserNamespace() -> Bool {
  let number: UInt64 = 0xEFFF_FFFD  // USER_NS_INIT_INO
  return (try? statx("/proc/self/ns/user"))?.inode == number
}

private let knownControllers: Set<String> = [
  "cpu", "cpuacct", "cpuset", "memory", "devices", "freezer", "blkio", "pids", "hugetlb", "net_cls",
  "net_prio",
  "perf_event", "rdma", "misc",
]

private func readVersion1(_ mount: MountEntry, isWritable: Bool) -> CgroupHierarchy {
  let path = mount.mountPoint
  let controllers = mount.superOptions.filter { knownControllers.contains($0) }
  var hierarchy = CgroupHierarchy(
    .v1, path, controllers: controllers, isWritable: isWritable,
    hasSwapLimit: controllers.contains("memory") && fileKind("\(path)/memory.memsw.limit_in_bytes") != nil)
  hierarchy.name = mount.superOptions.lazy.compactMap { $0.cut(at: "=") }.first { $0.0 == "name" }?.1
  return hierarchy
}

private func readVersion2(_ mount: MountEntry, uid: UInt32) -> CgroupHierarchy {
  let found = findBase(mount, uid: uid)
  var hierarchy = CgroupHierarchy(.v2, mount.mountPoint, controllers: [], hasSwapLimit: swapIsCounted())
  switch found {
  case .failure(let refusal):
    hierarchy.isWritable = false
    hierarchy.refusal = refusal.reason
  case .success(let base): hierarchy.base = base
  }
  let base = hierarchy.base
  hierarchy.controllers = words(in: "\(base)/cgroup.controllers")
  hierarchy.enabled = words(in: "\(base)/cgroup.subtree_control")
  if mount.isReadOnly { hierarchy.isWritable = false }
  // Only the machine's root has no type, and may have both processes and controllers for its children.
  if fileKind("\(base)/cgroup.type") != nil {
    let processes = words(in: "\(base)/cgroup.procs")
    hierarchy.occupants = processes.isEmpty ? .none : processes == [ownPID] ? .ourselves : .others
  }
  return hierarchy
}

/// As cgroup.procs has it, for whoever reads it.
var ownPID: String { "\(systemCall(__NR_getpid))" }

private struct Refusal: Error { var reason: String? }

/// The cgroup below which ours may be made. Root has the machine's root. Everybody else, and root in a container, has
/// what was delegated: the nearest cgroup above the caller that is, or the top of what is mounted where that is the
/// caller's own.
private func findBase(_ mount: MountEntry, uid: UInt32) -> Result<String, Refusal> {
  let top = mount.mountPoint
  if uid == 0 && fileKind("\(top)/cgroup.type") == nil {
    return may(write: top, [.write, .execute], uid: uid) ? .success(top) : .failure(Refusal())
  }
  for (index, path) in ownCgroups(below: mount).enumerated() {
    guard isMarked(path) || (index > 0 && isUnit(path, of: uid)) else { continue }
    // systemd's own instance has it, and it sets there what it likes.
    if uid != 0 && fileKind("\(path)/init.scope") != nil {
      return .failure(Refusal(reason: "\(path) is delegated to systemd's user instance, and to nobody else"))
    }
    if let refusal = refusal(of: path, uid: uid) { return .failure(refusal) }
    return .success(path)
  }
  guard (try? statx(top))?.uid == uid else {
    return .failure(Refusal(reason: "no cgroup is delegated to this user"))
  }
  if let refusal = refusal(of: top, uid: uid) { return .failure(refusal) }
  return .success(top)
}

/// Whether this is the cgroup of a unit of the user's systemd, which leaves no mark. The caller is in a cgroup below it,
/// and systemd makes none there: so somebody did to whom it is delegated.
private func isUnit(_ path: String, of uid: UInt32) -> Bool {
  uid != 0 && [".service", ".scope"].contains { path.hasSuffix($0) } && (try? statx(path))?.uid == uid
}

/// Why a delegated cgroup can't be used; nil where it can: its own settings stay its giver's.
private func refusal(of cgroup: String, uid: UInt32) -> Refusal? {
  if !may(write: cgroup, [.write, .execute], uid: uid) {
    return Refusal(reason: "the delegated cgroup \(cgroup) can't be written by this user")
  }
  for file in ["cgroup.procs", "cgroup.subtree_control"]
  where !may(write: "\(cgroup)/\(file)", .write, uid: uid) {
    return Refusal(
      reason: "\(cgroup)/\(file) can't be written by this user: the cgroup is not delegated whole")
  }
  return nil
}

/// The caller's cgroup and those above it, as paths, up to the mount point.
private func ownCgroups(below mount: MountEntry) -> [String] {
  guard let own = ownCgroup(of: "self"), let names = names(of: own, below: mount.root) else { return [] }
  return (0...names.count).reversed().map { count in
    ([mount.mountPoint] + names.prefix(count)).joined(separator: "/")
  }
}

/// "0::/a/b" in /proc/PID/cgroup.
func ownCgroup(of process: String) -> String? {
  guard let text = try? readFile("/proc/\(process)/cgroup") else { return nil }
  guard let line = text.parts(at: "\n").first(where: { $0.begins(with: "0::/") }) else { return nil }
  return String(decoding: line.utf8.dropFirst(3), as: UTF8.self)
}

/// The names on the way from a mount's root to a cgroup; nil where it lies elsewhere.
func names(of cgroup: String, below root: String) -> [String]? {
  func names(_ path: String) -> [String] { path.parts(at: "/").filter { !$0.isEmpty } }
  let (all, above) = (names(cgroup), names(root))
  guard !all.contains(".."), all.count >= above.count,
    zip(all, above).allSatisfy({ $0.isSame(as: $1) })
  else { return nil }
  return Array(all.dropFirst(above.count))
}

/// systemd marks what it delegates; the second mark is for those who can't read the first.
private func isMarked(_ path: String) -> Bool {
  guard let directory = try? open(path, .directory) else { return false }
  return ["trusted.delegate", "user.delegate"].contains { name in
    (try? fgetxattr(directory, name)) == [UInt8(ascii: "1")]
  }
}

/// Whether the kernel counts swap of cgroups. Of the machine's root nothing tells.
private func swapIsCounted() -> Bool {
  fileKind("/proc/swaps") != nil && !words(in: "/proc/cmdline").contains("swapaccount=0")
}

/// Root may, whoever asks for root.
private func may(write path: String, _ mode: AccessMode, uid: UInt32) -> Bool {
  (try? access(path, mode)) != nil || (uid == 0 && geteuid() != 0)
}

private func words(in path: String) -> [String] {
  guard let text = try? readFile(path) else { return [] }
  return text.split(whereSeparator: \.isWhitespace).map(String.init)
}

/// systemd's instance for this user, where systemd runs and the machine has cgroups of version 2.
func readSystemd(_ cgroups: [CgroupHierarchy], uid: UInt32) -> SystemdInstance? {
  guard fileKind("/run/systemd/system") == .directory,
    let top = cgroups.first(where: { $0.version == .v2 })?.mountPoint
  else { return nil }
  let bus = uid == 0 ? "/run/dbus/system_bus_socket" : userBus(uid)
  let cgroup = uid == 0 ? top : "\(top)/user.slice/user-\(uid).slice/user@\(uid).service"
  return SystemdInstance(
    isUsers: uid != 0, bus: bus, hasBus: fileKind(bus) != nil, cgroup: cgroup,
    controllers: words(in: "\(cgroup)/cgroup.controllers"))
}

private func userBus(_ uid: UInt32) -> String {
  func variable(_ name: String) -> String? {
    currentEnvironment().first { $0.begins(with: "\(name)=") }?.cut(at: "=")?.1
  }
  if let path = variable("DBUS_SESSION_BUS_ADDRESS").flatMap(busPath) { return path }
  return "\(variable("XDG_RUNTIME_DIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/run/user/\(uid)")/bus"
}
