import Linux
import OCISpec

extension Plan {
  /// The plan, one line a step, in the order of doing: the child starts at the clone and waits there for "go".
  public func explain() -> [String] {
    remarks.map { "note   \($0)" } + host.map { "host   \($0)" }
      + (startsLater
        ? ["host   dismiss the keeper once the child waits to be started: the container stays"] : [])
      + child.map { "child  \($0)" }
  }
}

extension Plan {
  /// Whether the container outlives the process that makes it.
  fileprivate var startsLater: Bool { host.contains { if case .listen = $0 { true } else { false } } }
}

extension HostStep: CustomStringConvertible {
  public var description: String {
    switch self {
    case .startKeeper(let directory):
      "start the keeper: it makes and locks \(directory), and removes everything when this process ends"
    case .makeCgroup(let path): "make the cgroup \(path)"
    case .shareCgroup(let path): "make the cgroup \(path), unless it is there"
    case .takeCgroup(let path): "make the cgroup \(path), in which nobody may be"
    case .enable(let controllers, let path):
      "let the cgroups below \(path) have \(controllers.joined(separator: ", "))"
    case .fillCpuset(let path): "give \(path) the processors and the memory of the cgroup above"
    case .write(let file, let value): "write \"\(value)\" to \(file)"
    case .writeOptional(let file, let value): "write \"\(value)\" to \(file), where it is"
    case .writeEither(let file, let value, let other, let otherValue):
      "write \"\(value)\" to \(file), or \"\(otherValue)\" to \(other)"
    case .giveCgroup(let path, let owner):
      "give the cgroup \(path) to uid \(owner), with the files that /sys/kernel/cgroup/delegate names"
    case .attachDevices(let program, let path):
      "let a program of \(program.count) instructions decide about the devices of \(path)"
    case .moveDevice(let name, let newName):
      "move the network device \(name) to the child\(name == newName ? "" : ", as \(newName)")"
    case .writeChild(let file): "write PID to \(file)"
    case .moveAside(let path): "move this process and its keeper into the cgroup \(path)"
    case .clone(let flags, nil): "clone3 a child with \(flags)"
    case .clone(let flags, let cgroup?): "clone3 a child with \(flags) in the cgroup \(cgroup)"
    case .runMapper(let program, let map):
      "run \(program) PID \(map.map(\.description).joined(separator: " "))"
    case .writeOfChild(let file, let value): "write \"\(value)\" to /proc/PID/\(file)"
    case .startScope(let scope):
      "start the scope \(scope.name) with the child, by systemd on the bus \(scope.bus)"
        + parenthesized(scope.properties.map(\.description))
    case .attachToScope(let cgroup, let below, let bus):
      "put the child into \(cgroup)\(below), by systemd on the bus \(bus)"
    case .fillMount(let mount, let root):
      "make a \(mount.type) with a copy of what \(root) has at \(mount.path)"
    case .mapMount(let bind) where bind.pathInRoot != nil:
      "map the ids of \(bind.source)\(bind.idMap.map { " (\($0))" } ?? "") in a user namespace"
    case .mapMount(let bind): "open \(bind.source) with ids mapped\(bind.idMap.map { " (\($0))" } ?? "")"
    case .makeDevices(let devices):
      devices.map { "make the \($0) mode \(octal($0.mode))\($0.owner)" }.joined(separator: ", ")
    case .listen(let path): "listen on \(path) for who starts the container"
    case .go: "let the child go"
    case .awaitChild: "wait for the child"
    case .runHook(let step):
      "run the hook \(step.property), \(step.hook.path)\(step.isInContainer ? ", in the container's namespaces" : "")"
    }
  }
}

extension HostStep {
  /// Without what was asked for in detail.
  var scopeDescription: String {
    if case .startScope(let scope) = self { return "start the scope \(scope.name)" }
    return description
  }
}

extension ChildStep: CustomStringConvertible {
  public var description: String {
    switch self {
    case .awaitGo: "wait for the host side"
    case .becomeMappedRoot(0, 0): "open what will be bound, and become root of the user namespace"
    case .becomeMappedRoot(let uid, let gid):
      "open what will be bound, and become \(uid):\(gid) of the user namespace"
    case .joinCgroup(let path), .enterCgroup(let path): "enter the cgroup \(path)"
    case .newSession: "start a session"
    case .enterNamespaces(let flags): "enter the container's namespaces (\(flags))"
    case .tellNamespaces(let flags): "open its own namespaces, for who will enter them (\(flags))"
    case .joinNamespace(let kind, let path): "enter the \(kind.rawValue) namespace \(path)"
    case .tryNamespace(let kind, let path): "try to enter the \(kind.rawValue) namespace \(path)"
    case .unshareTime(let offsets):
      "unshare CLONE_NEWTIME, and add to its clocks: \(offsets.joined(separator: ", "))"
    case .split(let flags): "go on as a child\(flags.isEmpty ? "" : " with \(flags)")"
    case .labelExec(let file, let value): "write \"\(value)\" to /proc/self/attr/\(file)"
    case .sysctl(let key, let value): "write \"\(value)\" to /proc/sys/\(key)"
    case .newSessionKeyring: "join a session keyring of its own"
    case .unshareCgroup: "unshare CLONE_NEWCGROUP"
    case .makeMountsPrivate: "make every mount private (MS_REC | MS_PRIVATE)"
    case .propagate(let propagation, let path, let isRecursive):
      "make \(isRecursive ? "every mount below \(path)" : "the mount \(path)") \(propagation)"
    case .scratch(let directory): "mount tmpfs on \(directory) for the changes (nosuid,nodev)"
    case .overlay(let lower, let userAttributes):
      "mount overlay of \(lower.joined(separator: ":")) as the root (nodev\(userAttributes ? ",userxattr" : ""))"
    case .emptyRoot: "mount tmpfs as the root (nodev)"
    case .rootDirectory(let path): "take \(path) as the root, by a bind mount (rbind)"
    case .mount(let mount): mount.description
    case .bind(let bind): bind.description
    case .labelMount(let path, let label): "write \"\(label)\" to security.selinux of \(path)"
    case .remount(let path, let flags, let data):
      "remount \(path) (\(flags)\(data.isEmpty ? "" : ", \(data)"))"
    case .makeNode(let device): "make the \(device) mode \(octal(device.mode))\(device.owner)"
    case .bindNode(let device): "bind the machine's \(device) on \(device.path)"
    case .placeNodes(let devices): "mount each made device on \(devices.map(\.path).joined(separator: ", "))"
    case .makeDirectory(let path): "make the directory \(path), unless it is there"
    case .sync: "wait for the host side"
    case .makeLink(let target, let path): "make the link \(path) to \(target)"
    case .openRoot: "open the container's root"
    case .resetAffinity: "run on all processors of its cgroups"
    case .setAffinity(let cpus): "run on the processors \(cpus)"
    case .terminal(_, hasConsole: false): "open a terminal and make it stdio"
    case .terminal: "open a terminal and make it /dev/console and stdio"
    case .nullInput: "take /dev/null as standard input"
    case .mask(let path): "mask \(path)"
    case .makeReadOnly(let path): "make \(path) read-only"
    case .restrict(let path, let change):
      "make \(path)\(change.isRecursive ? " and what is mounted in it" : "") \(optionNames(change.set).joined(separator: ","))"
    case .makeRootReadOnly: "make the root read-only"
    case .pivotRoot: "pivot_root into the root, and detach the old one"
    case .changeRoot: "chroot into the root"
    case .enterRoot(let path): "chroot into \(path)"
    case .pivotSharedRoot: "pivot_root into the root, make the old one slave, and detach it"
    case .moveRoot(_): "move the root over /, and chroot into it"
    case .setDomainname(let name): "set the domain name \(name)"
    case .setHostname(let name): "set the host name \(name)"
    case .loopbackUp: "set the network device lo up"
    case .limit(let setting): "limit \(setting)"
    case .setScheduler(let attributes):
      "schedule by \(attributes.policy), nice \(attributes.nice), priority \(attributes.priority)"
    case .setIOPriority(let priority): "set the priority of input and output \(priority)"
    case .setMemoryPolicy(let policy): "set_mempolicy \(policy.mode) of the nodes \(policy.nodes)"
    case .setPersonality(let personality): "set the personality \(personality)"
    case .ownStreams(let uid): "give the standard streams to uid \(uid)"
    case .dropBoundingSet(let kept): "drop all from the bounding set but \(list(kept))"
    case .setUser(let user, let keepsGroups):
      "become uid \(user.uid), gid \(user.gid), groups \(keepsGroups ? "as the caller's" : "\(user.additionalGids)")"
    case .setCapabilities(let sets): "set the \(sets)"
    case .loadFilter(let filter):
      "load a seccomp filter of \(filter.instructions.count) instructions\(filter.hasListener ? ", and hand on its listener" : "")"
    case .findCommand(let args, _): "look for the command \(args.first.map(shellQuoted) ?? "")"
    case .awaitStart: "wait to be started"
    case .noNewPrivileges: "set no_new_privs"
    case .tryWorkingDirectory(let path): "try to change the directory to \(path) as root"
    case .workingDirectory(let path): "change the directory to \(path)"
    case .closeDescriptors: "close every descriptor above 2"
    case .becomeInit: "stay as pid 1: reap, forward signals, and run the command in a child"
    case .exec(let args, _, _, _): "execve \(args.map(shellQuoted).joined(separator: " "))"
    }
  }
}

extension DeviceNode: CustomStringConvertible {
  public var description: String {
    switch type {
    case .fifo: "FIFO \(path)"
    case .blockDevice: "device \(path) b \(number)"
    default: "device \(path) c \(number)"
    }
  }

  fileprivate var owner: String { uid == 0 && gid == 0 ? "" : " of \(uid):\(gid)" }
}

extension ResourceSetting: CustomStringConvertible {
  public var description: String {
    func text(_ value: UInt64) -> String { value == .max ? "unlimited" : "\(value)" }
    return "\(resource) to \(text(soft)), at most \(text(hard))"
  }
}

extension ProcessCapabilities: CustomStringConvertible {
  public var description: String {
    var text =
      effective == permitted
      ? "permitted and effective capabilities to \(list(permitted))"
      : "permitted capabilities to \(list(permitted)), the effective to \(list(effective))"
    if !inheritable.isEmpty { text += ", the inheritable to \(list(inheritable))" }
    if !ambient.isEmpty { text += ", the ambient to \(list(ambient))" }
    return text
  }
}

extension FilesystemMount: CustomStringConvertible {
  public var description: String {
    let words = options.map { option in option.value.map { "\(option.key)=\($0)" } ?? option.key }
    return "mount \(type) on \(path)"
      + parenthesized(
        optionNames(attributes) + words + (copiesUp ? ["tmpcopyup"] : []) + changes.flatMap(\.words))
  }
}

extension BindMount: CustomStringConvertible {
  public var description: String {
    "bind \(source) on \(path)"
      + parenthesized(
        (isRecursive ? ["rbind"] : ["bind"]) + (idMap == nil ? [] : ["idmap"]) + changes.flatMap(\.words))
  }
}

extension IDMap: CustomStringConvertible {
  public var description: String {
    "uids \(uids.map(\.description).joined(separator: ", ")), gids \(gids.map(\.description).joined(separator: ", "))"
  }
}

extension MountChange {
  /// As a mount's options have it.
  fileprivate var words: [String] {
    let prefix = isRecursive ? "r" : ""
    let inverse: [(MountAttributes, String)] = [
      (.readOnly, "rw"), (.noSuid, "suid"), (.noDev, "dev"), (.noExec, "exec"), (.noDirATime, "diratime"),
      (.noSymFollow, "symfollow"),
    ]
    let cleared = inverse.filter { clear.contains($0.0) }.map(\.1)
    let times =
      clear.contains(.accessTime) && set.isDisjoint(with: [.noATime, .strictATime]) ? ["relatime"] : []
    return (optionNames(set) + cleared + times + (propagation.map { ["\($0)"] } ?? [])).map { prefix + $0 }
  }
}

private func list(_ capabilities: CapabilitySet) -> String {
  capabilities.isEmpty ? "none" : capabilities.map(\.description).joined(separator: ",")
}

private func optionNames(_ flags: MountAttributes) -> [String] {
  let table: [(MountAttributes, String)] = [
    (.readOnly, "ro"), (.noSuid, "nosuid"), (.noDev, "nodev"), (.noExec, "noexec"), (.noATime, "noatime"),
    (.strictATime, "strictatime"), (.noDirATime, "nodiratime"), (.noSymFollow, "nosymfollow"),
  ]
  return table.filter { flags.contains($0.0) }.map(\.1)
}

private func parenthesized(_ words: [String]) -> String {
  words.isEmpty ? "" : " (\(words.joined(separator: ",")))"
}

private func octal(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }

/// As a shell would want it: plain where nothing is special.
private func shellQuoted(_ word: String) -> String {
  let plain = word.utf8.allSatisfy { byte in
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || "/-_.,:=@%+".utf8.contains(byte)
  }
  if plain && !word.isEmpty { return word }
  return "'" + word.parts(at: "'").joined(separator: "'\\''") + "'"
}
