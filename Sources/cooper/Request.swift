import ArgumentParser
import Containers
import Linux
import OCISpec
import SystemPackage

extension ContainerOptions {
  /// The options as a request that `compile` understands.
  ///
  /// - Parameter isForShow: then no tar is unpacked, nor a filter kept.
  func request(isForShow: Bool) throws -> ContainerRequest {
    let id = try single("--name", name).map(checkedName) ?? randomName()
    let hostname = try single("--hostname", hostname).map(checkedHostname) ?? id

    var process = Process()
    process.args = imageAndCommand.count > 1 ? Array(imageAndCommand.dropFirst()) : ["/bin/sh"]
    process.terminal = tty
    process.takeCallersConsoleSize()
    process.cwd = try absolute("--workdir", single("--workdir", workdir) ?? "/")
    let capabilities = try capabilities(add: capAdd, drop: capDrop)
    process.capabilities.bounding = capabilities
    process.capabilities.permitted = capabilities
    process.capabilities.effective = capabilities
    process.noNewPrivileges = true
    var environment = try environment(hostname: hostname)
    if tty { try checkTerminal() }

    var config = Config()
    config.hostname = hostname
    config.linux.namespaces = try namespaces()
    config.linux.devices = Defaults.devices
    config.linux.resources = try resources()
    config.linux.maskedPaths = Defaults.maskedPaths
    config.linux.readonlyPaths = Defaults.readonlyPaths
    let seccomp = try filter(capabilities, keeps: !isForShow)
    config.linux.seccomp = seccomp?.profile
    let manager = try cgroupManagerChoice()
    let volumes = try volume.map(volumeMount) + tmpfs.map(tmpfsMount)

    // Last, so that no tar is unpacked for a command that can't be.
    let directory = try stateDirectory()
    let store = try single("--root", root)
    if store == "" { throw ValidationError("--root is empty: it is a directory") }
    let image = try Image(
      imageAndCommand.first ?? "host", store: store ?? storeDirectory(), unpacks: !isForShow)
    let identity = try resolvedUser(image)
    process.user = User(uid: identity.uid, gid: identity.gid, additionalGids: identity.groups)
    if !environment.has("HOME") { environment.set("HOME=\(identity.home)") }
    process.env = environment.variables
    config.process = process
    config.root = Root(path: image.root, readonly: readOnly)
    config.mounts = Defaults.mounts + image.mounts + volumes

    var request = ContainerRequest(id: id, config: config, lower: image.lower)
    request.links = image.links
    request.stateDirectory = directory
    request.cgroupManager = manager
    request.usesInit = usesInit
    request.filter = seccomp?.filter
    request.isInteractive = interactive
    if !image.isUnpacked {
      request.remarks = ["the image isn't unpacked yet: its users and groups aren't known"]
    }
    return request
  }

  private func resolvedUser(_ image: Image) throws -> ResolvedUser {
    let name = try single("--user", user) ?? "0"
    if !image.isUnpacked && !name.utf8.allSatisfy({ (0x30...0x3a).contains($0) }) {
      throw ValidationError("--user \(name): the image isn't unpacked yet, which `cooper run` does")
    }
    return try ImageFacts.read(rootDirectory: image.root).resolve(name)
  }

  private func cgroupManagerChoice() throws -> CgroupManager? {
    guard let name = try single("--cgroup-manager", cgroupManager) else { return nil }
    guard let manager = CgroupManager(rawValue: name) else {
      throw ValidationError("--cgroup-manager \(name): it is cgroupfs or systemd")
    }
    return manager
  }

  private func namespaces() throws -> [Namespace] {
    switch try single("--network", network) ?? "none" {
    case "none": Defaults.namespaces
    case "host": Defaults.namespaces.filter { $0.type != .network }
    case let other: throw ValidationError("--network \(other): it is none or host")
    }
  }

  /// Without HOME, unless it is asked for: the image knows it.
  private func environment(hostname: String) throws -> Environment {
    var environment = Environment()
    environment.set("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    environment.set("HOSTNAME=\(hostname)")
    if tty { environment.set("TERM=\(try callersVariable("TERM", in: "--tty:") ?? "xterm")") }
    for file in envFile { try environment.read(file) }
    for text in env { try environment.set(text, in: "--env") }
    return environment
  }

  /// A terminal can only be given where there is one.
  private func checkTerminal() throws {
    if interactive && !isatty(.standardInput) {
      throw ValidationError("--tty: standard input is no terminal")
    }
    if !isatty(.standardOutput) { throw ValidationError("--tty: standard output is no terminal") }
  }
}

private func randomName() -> String {
  let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
  return String(repeating: "0", count: 12 - digits.count) + digits
}

/// A name becomes part of paths and cgroup names.
private func checkedName(_ name: String) throws -> String {
  func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
  }
  let isValid =
    name.utf8.count <= 64 && name.utf8.first.map(isPlain) == true
    && name.utf8.allSatisfy { isPlain($0) || "_.-".utf8.contains($0) }
  if !isValid {
    throw ValidationError(
      "--name \(name): a name has 1 to 64 letters, digits, _, . and -, and begins with a letter or digit")
  }
  return name
}

private func checkedHostname(_ name: String) throws -> String {
  if name.isEmpty || name.utf8.count > 64 || name.utf8.contains(0) {
    throw ValidationError("--hostname \(name): a host name has 1 to 64 bytes")
  }
  if name.hasControlCharacters {
    throw ValidationError("--hostname \(name): there are control characters in it")
  }
  return name
}
