import Linux
import OCISpec
import SystemPackage

/// What `create` and `run` take beside the bundle.
public struct CreateOptions {
  /// The configuration's file; nil for the bundle's config.json.
  public var configFile: String?
  public var pidFile: String?
  /// Listens for the master of the container's terminal.
  public var consoleSocket: String?
  /// Listens for the pidfd of the container's first process.
  public var pidfdSocket: String?
  public var noPivot = false
  public var noNewKeyring = false
  public var preservedDescriptors = 0

  public init() {}
}

extension Runtime {
  /// Makes a container whose process waits to be started.
  public func create(_ id: String, bundle: String, _ options: CreateOptions = CreateOptions()) throws {
    let maker = try ContainerMaker(self, id, bundle, options, startsLater: true)
    _ = try maker.launch(StandardStreams()) { container in
      try rename(maker.directory.socketInTheMaking, maker.directory.socket)
      try container.release()
    }
  }

  /// The list of system calls of a bundle's container.
  public func plan(_ id: String, bundle: String, _ options: CreateOptions = CreateOptions()) throws -> Plan {
    try ContainerMaker(self, id, bundle, options, startsLater: true, isForShow: true).plan
  }
}

/// A container on its way from a bundle to a process.
struct ContainerMaker {
  let runtime: Runtime
  let directory: ContainerDirectory
  let bundle: Bundle
  let request: ContainerRequest
  let plan: Plan
  let options: CreateOptions
  /// Without a process.
  let record: ContainerRecord

  init(
    _ runtime: Runtime, _ id: String, _ bundlePath: String, _ options: CreateOptions, startsLater: Bool,
    isForShow: Bool = false
  ) throws {
    self.runtime = runtime
    self.options = options
    directory = try ContainerDirectory(root: runtime.root, id: id)
    bundle = try Bundle(bundlePath, configFile: options.configFile, warn: runtime.warn)
    runtime.debug?("read the bundle \(bundle.path), whose root is \(bundle.root)")
    var request = ContainerRequest(id: id, config: bundle.config, lower: [])
    let listened = try prepare(&request.config, bundle, warn: runtime.warn)
    if !startsLater && options.consoleSocket == nil { request.config.process?.takeCallersConsoleSize() }
    request.stateDirectory = runtime.root
    request.cgroupManager = runtime.cgroupManager
    request.isInteractive = true
    var own = BundleRequest(root: bundle.root)
    if startsLater { own.startSocket = directory.socketInTheMaking }
    own.requiresCgroup = !runtime.allowsNoCgroup
    own.noPivot = options.noPivot
    own.noNewKeyring = options.noNewKeyring
    own.preservedDescriptors =
      try checkedDescriptors(options.preservedDescriptors, "--preserve-fds") + listened
    request.bundle = own
    request.filter = try bundle.config.linux.seccomp.map { try compiledFilter($0, keeps: !isForShow) }
    if let filter = request.filter { runtime.debug?("seccomp filter flags: \(filter.flags.rawValue)") }
    if !isForShow { try checkConsole(request, options, startsLater: startsLater) }
    var host = try HostFacts.read(
      paths: request.hostPaths, namespaces: request.config.linux.namespaces)
    host.readSecurityModules(bundle.config.process, mountLabel: bundle.config.linux.mountLabel)
    host.readPageSizes(bundle.config.linux.resources)
    if request.config.linux.makesNamespace(.user) && !request.config.linux.devices.isEmpty {
      host.makesNodes = try canMakeDevices(host)
    }
    request = request.withoutNamespaces(host.ownNamespaces)
    self.request = request
    plan = try compile(request, host)
    runtime.debug?("compiled it: \(plan.host.count) steps of this side, \(plan.child.count) of the child")
    for remark in plan.remarks { runtime.warn(remark) }
    record = try ContainerRecord(directory, bundle, request, plan, host, startsLater: startsLater)
  }

  /// Does what the plan says, and hands out what was asked for. Its process is known to other commands as soon as it is
  /// there.
  ///
  /// - Parameter finish: what is left to do. Should it fail too, nothing of the container stays.
  /// - Returns: the container, and what is kept of it.
  func launch(
    _ streams: StandardStreams, terminal: Int32? = nil, finish: (RunningContainer) throws -> Void = { _ in }
  ) throws -> (container: RunningContainer, record: ContainerRecord) {
    // The root itself is the keeper's to make.
    try makeDirectories(FilePath(runtime.root).removingLastComponent().string)
    var launchOptions = LaunchOptions()
    launchOptions.trace = runtime.trace()
    launchOptions.streams = streams
    launchOptions.terminal = terminal
    launchOptions.bundle = record.bundle
    launchOptions.preservedDescriptors = request.bundle?.preservedDescriptors ?? 0
    var latest = record
    // The specification's hooks come after the step that ends with "created".
    launchOptions.state = { pid, isInContainer in
      var record = record
      record.pid = pid
      return JSONWriter.text(isInContainer ? record.stateInside(.created) : record.state(.created))
    }
    if let profile = bundle.config.linux.seccomp {
      launchOptions.takeListener = { pid, listener in
        var record = record
        record.pid = pid
        try sendListener(listener, of: pid, profile, record.state(.creating))
      }
    }
    launchOptions.hookPlace = { pid, step in
      guard step.isOfImage else {
        return HookPlace(
          process: try pidfd_open(pid), namespaces: CloneFlags(rawValue: record.namespaces),
          directory: step.directory)
      }
      var record = record
      record.pid = pid
      return try record.hookPlace(pidfd_open(pid), bundle.config, .creating)
    }
    launchOptions.note = { pid in
      if let pid {
        latest.pid = pid
        latest.startTime = try ProcessStatus(pid)?.startTime
      } else {
        try writeFile(directory.configFile, bundle.text)
      }
      try directory.write(latest)
    }
    launchOptions.checkCgroup = { try runtime.checkCgroup($0, isNobodysBut: record.id) }
    if record.sharesMounts { launchOptions.unmount = { try record.unmount() } }
    var isOurs = true
    launchOptions.removedByAnother = { isOurs = false }
    do {
      let container = try Containers.launch(plan, launchOptions)
      do {
        try handOut(container)
        try finish(container)
      } catch {
        do { if try !container.remove() { isOurs = false } } catch let left { throw joined(error, left) }
        throw error
      }
      return (container, latest)
    } catch {
      // Before it has a process no hook has run. What stays with its state is left to `delete`, and so are its last hooks.
      guard isOurs && latest.pid != nil && !runtime.keepsState(of: record) else { throw error }
      if bundle.config.hooks.runBeforeStart { runtime.runPoststop(record) }
      throw error
    }
  }

  /// Tells those who asked for it of the container's process and terminal.
  private func handOut(_ container: RunningContainer) throws {
    if let path = options.consoleSocket { try sendTerminal(of: container, to: path) }
    // Engines without a word for it on the command line name the socket by this annotation.
    let receiver = options.pidfdSocket ?? bundle.config.annotations["run.oci.pidfd_receiver"]
    if let receiver { try sendProcess(of: container, to: receiver) }
    if let path = options.pidFile { try writePIDFile(path, container.pid) }
  }
}

extension ContainerMaker {
  /// Removes the container and calls the last hooks, unless another command has done both.
  func end(_ container: RunningContainer, _ record: ContainerRecord) throws {
    try runtime.runPoststop(record) { try container.remove() }
  }
}

extension Runtime {
  /// What is in a cgroup ends with its container: so it is one container's, even while that has stopped.
  fileprivate func checkCgroup(_ path: String, isNobodysBut id: String) throws {
    if let other = another(than: id, with: path) {
      throw ContainerError("the container's cgroup is that of the container \(other): \(path)")
    }
  }

  /// Another container that has this cgroup.
  func another(than id: String, with cgroup: String) -> String? {
    ((try? getdents64(open(root, [.directory]))) ?? []).map(\.name.string).first { other in
      other != id
        && (try? ContainerDirectory(root: root, id: other).read())?.allCgroups.contains(cgroup) == true
    }
  }
}

extension ContainerRecord {
  /// - Parameter startsLater: whether `start` will have to say which step failed.
  fileprivate init(
    _ directory: ContainerDirectory, _ bundle: Bundle, _ request: ContainerRequest, _ plan: Plan,
    _ host: HostFacts, startsLater: Bool
  ) throws {
    ociVersion = bundle.config.ociVersion
    id = directory.id
    self.bundle = bundle.path
    rootfs = bundle.root
    created = timestamp()
    owner = host.uid
    cgroups = plan.cgroups
    scopes = plan.scopes
    freezer = own(in: host.cgroups.first { $0.controllers.contains("freezer") && $0.version == .v1 })
    unified = own(in: host.cgroups.first { $0.version == .v2 }) ?? scopes.first
    namespaces = CloneFlags(request.config.linux.namespaces.map(\.type.flag)).rawValue
    if !request.config.linux.hasNamespace(.mount) { mountBelow = try mountNumber(of: bundle.root) }
    annotations = bundle.config.annotations
    hooks = request.config.hooks
    hasNoProcess = request.config.process == nil
    if startsLater { lastSteps = plan.child.map(\.failing) }
    tellsNamespaces = plan.child.contains { if case .tellNamespaces = $0 { true } else { false } }
  }

  private func own(in hierarchy: CgroupHierarchy?) -> String? {
    guard let hierarchy else { return nil }
    return cgroups.first { $0.begins(with: "\(hierarchy.mountPoint)/") }
  }
}

/// What a configuration leaves to its reader: where relative sources begin, a home, the environment of hooks in the
/// container, and the caller's listening sockets.
///
/// - Returns: how many of those there are.
private func prepare(_ config: inout Config, _ bundle: Bundle, warn: (String) -> Void) throws -> Int {
  for (index, mount) in config.mounts.enumerated() {
    guard let path = pathInside(bundle.root, mount.destination) else { continue }
    warn("mounts[\(index)].destination: a path of the machine in the root: \(path) in the container is meant")
    config.mounts[index].destination = path
  }
  for index in config.mounts.indices where config.mounts[index].isBind {
    if let source = config.mounts[index].source, !source.begins(with: "/") {
      config.mounts[index].source = "\(bundle.path)/\(source)"
    }
    let destination = config.mounts[index].destination
    if !config.mounts[..<index].contains(where: { destination.begins(with: "\($0.destination)/") }) {
      config.mounts[index].destination = throughLinks(destination, root: bundle.root)
    }
  }
  guard var process = config.process else { return 0 }
  try addNotifySocket(to: &process, &config.mounts)
  settleEnvironment(of: &process, root: bundle.root)
  let listened = try listenedDescriptors()
  if listened > 0 {
    process.env.removeAll { $0.begins(with: "LISTEN_FDS=") || $0.begins(with: "LISTEN_PID=") }
    // Its pid namespace is its own, or somebody else's: then nobody knows.
    process.env += ["LISTEN_FDS=\(listened)", "LISTEN_PID=1"]
  }
  config.process = process
  // A hook in the container has more privileges than its process, whose environment is the image's (LD_PRELOAD), and
  // the runtime's is none of the container's business.
  for index in config.hooks.startContainer.indices where config.hooks.startContainer[index].env == nil {
    config.hooks.startContainer[index].env = []
  }
  return listened
}

/// How many sockets the caller passes on from descriptor 3 on, unless it passes them to somebody else.
private func listenedDescriptors() throws -> Int {
  let isForOther = environmentVariable("LISTEN_PID").map { $0 != ownPID } ?? false
  guard !isForOther, let count = environmentVariable("LISTEN_FDS").flatMap({ Int($0) }) else { return 0 }
  return try checkedDescriptors(count, "LISTEN_FDS")
}

/// A number of descriptors that a process can have.
func checkedDescriptors(_ count: Int, _ name: String) throws -> Int {
  if count == 0 { return 0 }
  let limit = try prlimit(0, .nofile).soft ?? UInt64(Int32.max)
  guard count >= 0, UInt64(count) <= limit else {
    throw ContainerError("\(name) is \(count): a process can have \(limit) descriptors here")
  }
  return count
}

/// The socket by which a service tells its manager that it is ready, of the caller's environment: the container gets it
/// where systemd's own runtime directory is not.
private func addNotifySocket(to process: inout Process, _ mounts: inout [Mount]) throws {
  guard let socket = environmentVariable("NOTIFY_SOCKET"), socket.begins(with: "/") else { return }
  guard fileKind(socket) != nil else {
    throw ContainerError("NOTIFY_SOCKET of the environment: there is no \(socket)")
  }
  let place = "/run/notify/notify.sock"
  mounts.append(Mount(place, type: "bind", source: socket, options: ["bind"]))
  process.env.removeAll { $0.begins(with: "NOTIFY_SOCKET=") }
  process.env.append("NOTIFY_SOCKET=\(place)")
}

/// Each name once, the last value counting: what a program finds of a name that comes twice is up to its library. And
/// HOME, where it isn't set to anything: what the image's passwd says of the user, or the root.
func settleEnvironment(of process: inout Process, root: String) {
  var names: Set<[UInt8]> = []
  let reversed = process.env.reversed().filter { variable in
    names.insert(variable.utf8.prefix { $0 != UInt8(ascii: "=") }.map(\.self)).inserted
  }
  process.env = reversed.reversed().filter { !$0.isSame(as: "HOME=") }
  if process.env.contains(where: { $0.begins(with: "HOME=") }) { return }
  process.env.append("HOME=\(ImageFacts.home(of: process.user.uid, rootDirectory: root) ?? "/")")
}

/// A terminal goes to somebody: to who listens for it, or to the caller's own.
private func checkConsole(
  _ request: ContainerRequest, _ options: CreateOptions, startsLater: Bool
) throws {
  let hasTerminal = request.config.process?.terminal == true
  if hasTerminal && startsLater && options.consoleSocket == nil {
    throw ContainerError("process.terminal: a container with a terminal takes --console-socket")
  }
  if !hasTerminal && options.consoleSocket != nil {
    throw ContainerError("--console-socket: the container has no terminal: process.terminal is false")
  }
}

func sendTerminal(of container: RunningContainer, to path: String) throws {
  guard let terminal = container.takeTerminal() else {
    throw ContainerError("--console-socket: there is no terminal: process.terminal is false")
  }
  do { try sendmsg(connectStream(path), Array("terminal".utf8), descriptor: terminal) } catch {
    throw ContainerError("--console-socket: send the terminal to \(path): \(error)")
  }
}

func sendProcess(of container: RunningContainer, to path: String) throws {
  do { try sendmsg(connectStream(path), Array("pidfd".utf8), descriptor: container.process) } catch {
    throw ContainerError("--pidfd-socket: send the process to \(path): \(error)")
  }
}

func connectStream(_ path: String) throws -> Descriptor {
  let socket = try socket(.stream)
  try connect(socket, .path(FilePath(path)))
  return socket
}

/// Whole, or not there.
func writePIDFile(_ path: String, _ pid: ProcessID) throws {
  do {
    let file = FilePath(path)
    let hidden = file.removingLastComponent().appending(".\(file.lastComponent?.string ?? "pid")")
    try writeFile(hidden, "\(pid)")
    try rename(hidden, file)
  } catch { throw ContainerError("write the pid file \(path): \(error)") }
}

/// mkdir of a path's directories that are missing.
func makeDirectories(_ path: String) throws {
  if fileKind(path) != nil { return }
  let parent = FilePath(path).removingLastComponent()
  if !parent.isEmpty { try makeDirectories(parent.string) }
  do { try mkdir(path, .ownerReadWriteExecute) } catch {
    if error.errno != .fileExists {
      throw ContainerError("make the directory \(path): \(error.errno.sentence)")
    }
  }
}
