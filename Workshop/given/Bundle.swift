import Linux

/// What a bundle's config.json asks for beyond the command line. Without a bundle it asks for nothing. Given.
struct Bundle {
  var environment: [String]?
  var cwd: String?
  var groups: [GroupID] = []
  var capabilities: CapabilitySet?
  var limits: [(resource: Resource, limit: ResourceLimit)] = []
  var sysctls: [String: String] = [:]
  var masked: [String] = []
  var readOnly: [String] = []
  var isReadOnly = false
}

/// The fields that rd does. `cgroupsPath` and `annotations` are the engine's names for things: rd has its own.
private let fields = [
  "ociVersion", "root.path", "root.readonly", "hostname", "mounts", "annotations", "process.args",
  "process.cwd",
  "process.env", "process.terminal", "process.noNewPrivileges", "process.rlimits", "process.user.uid",
  "process.user.gid", "process.user.umask", "process.user.additionalGids", "process.capabilities.bounding",
  "process.capabilities.effective", "process.capabilities.permitted", "linux.namespaces", "linux.cgroupsPath",
  "linux.sysctl", "linux.maskedPaths", "linux.readonlyPaths", "linux.resources.devices",
  "linux.resources.memory.limit", "linux.resources.cpu.shares", "linux.resources.pids.limit",
]

/// What is there in every container of rd's, whatever the bundle wants. There is no cgroup filesystem.
private let own = ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"]

/// Puts what the bundle of these options asks for into them. What rd doesn't do is refused by its name.
func readBundle(_ given: Options) -> (Options, Bundle) {
  var (options, bundle) = (given, Bundle())
  guard let directory = options.bundle else { return (options, bundle) }
  // The caller's isn't the container's.
  umask([.groupWrite, .otherWrite])
  let path = "\(directory)/config.json"
  guard let text = try? readFile(path) else { fail(125, "\(path) can't be read") }
  guard let config = JSON(text) else { fail(125, "\(path) isn't JSON") }
  checkFields(config, "")
  if !(config["ociVersion"].string ?? "").hasPrefix("1.") { refuse("ociVersion") }
  let root = config["root"]["path"].string ?? ""
  options.image = root.hasPrefix("/") ? root : "\(directory)/\(root)"
  bundle.isReadOnly = config["root"]["readonly"].bool ?? false
  options.hostname = config["hostname"].string
  readMounts(config["mounts"], &options)
  readProcess(config["process"], &options, &bundle)
  readLinux(config["linux"], &options, &bundle)
  return (options, bundle)
}

private func refuse(_ field: String) -> Never { fail(125, "config.json: rd doesn't do \(field)") }

private func checkFields(_ value: JSON, _ path: String) {
  for (name, member) in value.members.sorted(by: { $0.key < $1.key }) {
    let field = path.isEmpty ? name : "\(path).\(name)"
    if fields.contains(field) { continue }
    if !fields.contains(where: { $0.hasPrefix("\(field).") }) { refuse(field) }
    checkFields(member, field)
  }
}

private func readMounts(_ mounts: JSON, _ options: inout Options) {
  for mount in mounts.array {
    let target = mount["destination"].string ?? ""
    if own.contains(target) { continue }
    // Nobody can make devices here, or get rights by set-user-ID.
    let done = ["bind", "rbind", "ro", "rw", "private", "rprivate", "nosuid", "nodev"]
    let flags = mount["options"].strings
    if let flag = flags.first(where: { !done.contains($0) }) {
      refuse("the option \(flag) of the mount \(target)")
    }
    guard mount["type"].string == "bind" || flags.contains("bind") || flags.contains("rbind"),
      let volume = Volume("\(mount["source"].string ?? ""):\(target)" + (flags.contains("ro") ? ":ro" : ""))
    else { refuse("the mount \(target)") }
    options.volumes.append(volume)
  }
}

private func readProcess(_ process: JSON, _ options: inout Options, _ bundle: inout Bundle) {
  if process["terminal"].bool == true { refuse("process.terminal") }
  if options.command.isEmpty { options.command = process["args"].strings }
  if options.command.isEmpty { fail(125, "config.json: process.args is empty") }
  bundle.environment = process["env"].strings
  bundle.cwd = process["cwd"].string ?? "/"
  let user = process["user"]
  options.user = User(uid: id(user["uid"], "uid"), gid: id(user["gid"], "gid"))
  bundle.groups = user["additionalGids"].array.map { id($0, "additionalGids") }
  if let umask = user["umask"].int, umask != 0o022 { refuse("process.user.umask, unless it is 18") }
  let names = process["capabilities"]["bounding"].strings
  bundle.capabilities = CapabilitySet(
    names.map { name in
      guard let known = Capability.names.first(where: { $0.name == name }) else { refuse(name) }
      return known.value
    })
  // rd changes the user after it has dropped the others.
  for name in ["CAP_SETGID", "CAP_SETUID"] where !names.contains(name) {
    refuse("process.capabilities.bounding without \(name)")
  }
  for set in ["effective", "permitted"] where Set(process["capabilities"][set].strings) != Set(names) {
    if options.user.uid == 0 { refuse("process.capabilities.\(set), which isn't bounding") }
  }
  for limit in process["rlimits"].array {
    let name = limit["type"].string ?? ""
    guard let known = Resource.names.first(where: { $0.name == name }), let soft = limit["soft"].int,
      let hard = limit["hard"].int
    else { refuse("the limit \(name)") }
    if soft > hard { fail(125, "config.json: \(name): the soft limit is above the hard one") }
    bundle.limits.append((known.value, ResourceLimit(soft: UInt64(soft), hard: UInt64(hard))))
  }
}

private func id(_ value: JSON, _ name: String) -> UInt32 {
  guard let number = value.int, let id = UInt32(exactly: number) else { refuse("process.user.\(name)") }
  return id
}

private func readLinux(_ linux: JSON, _ options: inout Options, _ bundle: inout Bundle) {
  let made = ["mount", "uts", "ipc", "pid", "network", "cgroup"] + (geteuid() == 0 ? [] : ["user"])
  let namespaces = linux["namespaces"].array
  if let joined = namespaces.first(where: { $0["path"] != .null }) {
    refuse("linux.namespaces with a path: \(joined["path"].string ?? "")")
  }
  if Set(namespaces.compactMap { $0["type"].string }) != Set(made) {
    refuse("linux.namespaces, unless they are \(made.joined(separator: ", "))")
  }
  let resources = linux["resources"]
  // No process of the container can make a device, and it has no other than the harmless ones.
  let everything: JSON = [["allow": false, "access": "rwm"]]
  if resources["devices"] != .null && resources["devices"] != everything { refuse("linux.resources.devices") }
  options.memory = resources["memory"]["limit"].int
  options.cpuShares = resources["cpu"]["shares"].int
  options.pidsLimit = resources["pids"]["limit"].int
  for (name, value) in linux["sysctl"].members {
    guard name.hasPrefix("net."), let text = value.string else { refuse("linux.sysctl \(name)") }
    bundle.sysctls["/proc/sys/" + String(name.map { $0 == "." ? "/" : $0 })] = text
  }
  bundle.masked = linux["maskedPaths"].strings
  bundle.readOnly = linux["readonlyPaths"].strings
}
