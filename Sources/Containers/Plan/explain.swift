import Linux
import OCISpec

extension Plan {
  /// The plan, one line a step, in the order of doing: the child starts at the clone and waits there for "go".
  public func explain() -> [String] {
    remarks.map { "note   \($0)" } + host.map { "host   \($0)" } + child.map { "child  \($0)" }
  }
}

extension HostStep: CustomStringConvertible {
  public var description: String {
    switch self {
    case .startKeeper(let directory):
      "start the keeper: it makes and locks \(directory), and removes everything when this process ends"
    case .makeCgroup(let path): "make the cgroup \(path)"
    case .write(let file, let value): "write \"\(value)\" to \(file)"
    case .moveAside(let path): "move this process and its keeper into the cgroup \(path)"
    case .clone(let flags, nil): "clone3 a child with \(flags)"
    case .clone(let flags, let cgroup?): "clone3 a child with \(flags) in the cgroup \(cgroup)"
    case .runMapper(let program, let map):
      "run \(program) PID \(map.map(\.description).joined(separator: " "))"
    case .writeOfChild(let file, let value): "write \"\(value)\" to /proc/PID/\(file)"
    case .startScope(let scope):
      "start the scope \(scope.name) with the child, by systemd on the bus \(scope.bus)"
        + parenthesized(scope.properties.map(\.description))
    case .go: "let the child go, and wait for its end"
    }
  }
}

extension ChildStep: CustomStringConvertible {
  public var description: String {
    switch self {
    case .awaitGo: "wait for the host side"
    case .awaitIDs: "wait for the host side, and become root of the user namespace"
    case .joinCgroup(let path), .enterCgroup(let path): "enter the cgroup \(path)"
    case .newSession: "start a session"
    case .newSessionKeyring: "join a session keyring of its own"
    case .unshareCgroup: "unshare CLONE_NEWCGROUP"
    case .makeMountsPrivate: "make every mount private (MS_REC | MS_PRIVATE)"
    case .scratch(let directory): "mount tmpfs on \(directory) for the changes (nosuid,nodev)"
    case .overlay(let lower, let userAttributes):
      "mount overlay of \(lower.joined(separator: ":")) as the root (nodev\(userAttributes ? ",userxattr" : ""))"
    case .emptyRoot: "mount tmpfs as the root (nodev)"
    case .mount(let mount): mount.description
    case .bind(let bind): bind.description
    case .makeNode(let device):
      "make the device \(device.path) c \(device.number) mode \(octal(device.mode))"
    case .bindNode(let device):
      "bind the machine's device \(device.path) c \(device.number) on \(device.path)"
    case .makeLink(let target, let path): "make the link \(path) to \(target)"
    case .terminal: "open a terminal and make it /dev/console and stdio"
    case .nullInput: "take /dev/null as standard input"
    case .mask(let path): "mask \(path)"
    case .makeReadOnly(let path), .makeMountReadOnly(let path): "make \(path) read-only"
    case .makeRootReadOnly: "make the root read-only"
    case .pivotRoot: "pivot_root into the root, and detach the old one"
    case .setHostname(let name): "set the host name \(name)"
    case .loopbackUp: "set the network device lo up"
    case .dropBoundingSet(let kept): "drop all from the bounding set but \(list(kept))"
    case .setUser(let user): "become uid \(user.uid), gid \(user.gid), groups \(user.additionalGids)"
    case .setCapabilities(let set): "set the permitted and effective capabilities to \(list(set))"
    case .noNewPrivileges: "set no_new_privs"
    case .workingDirectory(let path): "change the directory to \(path)"
    case .closeDescriptors: "close every descriptor above 2"
    case .becomeInit: "stay as pid 1: reap, forward signals, and run the command in a child"
    case .exec(let args, _): "execve \(args.map(shellQuoted).joined(separator: " "))"
    }
  }
}

extension FilesystemMount: CustomStringConvertible {
  public var description: String {
    let words = options.map { option in option.value.map { "\(option.key)=\($0)" } ?? option.key }
    return "mount \(type) on \(path)" + parenthesized(optionNames(attributes) + words)
  }
}

extension BindMount: CustomStringConvertible {
  public var description: String {
    "bind \(source) on \(path)"
      + parenthesized((isRecursive ? ["rbind"] : ["bind"]) + optionNames(attributes))
  }
}

private func list(_ capabilities: CapabilitySet) -> String {
  capabilities.isEmpty ? "none" : capabilities.map(\.description).joined(separator: ",")
}

private func optionNames(_ flags: MountFlags) -> [String] {
  let table: [(MountFlags, String)] = [
    (.readOnly, "ro"), (.noSuid, "nosuid"), (.noDev, "nodev"), (.noExec, "noexec"), (.noATime, "noatime"),
    (.strictATime, "strictatime"), (.noDirATime, "nodiratime"),
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
