import Linux
import OCISpec
import SystemPackage

/// What `exec` takes beside the process.
public struct ExecOptions {
  public var pidFile: String?
  public var consoleSocket: String?
  public var pidfdSocket: String?
  public var preservedDescriptors = 0
  /// Also in a container that is paused.
  public var ignoresPause = false
  /// Cgroups below the container's own: each for all hierarchies, or as "CONTROLLER,...:PATH" for those.
  public var cgroups: [String] = []

  public init() {}
}

/// A container that is there, for one more process in it.
public struct Entrance {
  let directory: ContainerDirectory
  let record: ContainerRecord
  let config: Config

  /// The process of the container's configuration: what `exec` takes for what it isn't told.
  public var process: Process { config.process ?? Process() }
}

extension Runtime {
  public func entrance(_ id: String) throws -> Entrance {
    let directory = try ContainerDirectory(root: root, id: id)
    return Entrance(directory: directory, record: try directory.read(), config: try configuration(directory))
  }

  func configuration(_ directory: ContainerDirectory) throws -> Config {
    do {
      let text = try readFile(directory.configFile, limit: JSONReader.maximumSize)
      return try Config.read(Array(text.utf8)).config
    } catch { throw ContainerError("\(directory.configFile): \(error)") }
  }

  /// One more process in a container. It runs on its own, or is waited for by `supervise`.
  public func exec(
    _ entrance: Entrance, _ process: Process, _ options: ExecOptions, _ streams: StandardStreams
  ) throws -> RunningContainer {
    let (record, config) = (entrance.record, entrance.config)
    let opened = try record.openPID()
    let status = try ContainerStatus(record, in: entrance.directory)
    try status.require(.created, .running, to: "exec in")
    guard let container = opened else { throw ContainerError("container not running: \(record.id)") }
    if !options.ignoresPause && status.isPaused {
      throw ContainerError("cannot exec in a paused container: \(record.id)")
    }
    var process = process
    settleEnvironment(of: &process, root: record.rootfs)
    let plan = try ExecPlan(process, config, record, options, warn)
    var launchOptions = LaunchOptions()
    launchOptions.trace = trace()
    launchOptions.streams = streams
    launchOptions.preservedDescriptors = try checkedDescriptors(
      options.preservedDescriptors, "--preserve-fds")
    if let profile = config.linux.seccomp {
      launchOptions.takeListener = { pid, listener in
        try sendListener(listener, of: pid, profile, record.state(.running))
      }
    }
    // One that is paused tells nothing.
    let told =
      try status.isPaused ? ReceivedDescriptors() : record.askForNamespaces(container, entrance.directory)
    launchOptions.toldNamespaces = told.rawValues
    let running = try plan.run(container, launchOptions, options)
    withExtendedLifetime(told) {}
    return running
  }
}

/// The steps of a process that enters a container.
struct ExecPlan {
  let steps: [ChildStep]
  let birthplace: String?
  let attach: HostStep?
  let oomScoreAdj: Int?

  init(
    _ process: Process, _ config: Config, _ record: ContainerRecord, _ options: ExecOptions,
    _ warn: (String) -> Void
  ) throws {
    guard !process.args.isEmpty else { throw ContainerError("process.args: there is no command") }
    let namespaces = CloneFlags(rawValue: record.namespaces)
    var host = try HostFacts.readForExec()
    host.readSecurityModules(process)
    let rights = compileCapabilities(
      process.capabilities, host, hasUserNamespace: namespaces.contains(.newUser))
    rights.remarks.forEach(warn)
    let cgroups = try cgroupPaths(record, options.cgroups)
    birthplace = cgroups.v2
    attach = cgroups.v2.flatMap { attachStep($0, record) }
    oomScoreAdj = process.oomScoreAdj
    var request = ContainerRequest(id: record.id, config: config, lower: [])
    request.bundle = BundleRequest(root: record.rootfs)
    request.filter = try config.linux.seccomp.map { try compiledFilter($0) }
    let user = try userWithoutGroups(process, config, record)
    let processors = try compileAffinity(process)
    let last = ProcessSteps(request, process, user, rights.bounding, rights.sets, pause: []).last
    steps =
      try [.awaitGo]
      + processors.initial
      + cgroups.v1.map { .joinCgroup($0) }
      + processors.final
      + (process.execCPUAffinity ?? ExecCPUAffinity() == ExecCPUAffinity() ? [.resetAffinity] : [])
      + compileLabels(process, host)
      + [.enterNamespaces(namespaces)]
      + (record.sharesMounts ? [.enterRoot(record.rootfs)] : [])
      + [.split([]), .newSession, .newSessionKeyring]
      + (process.terminal ? [.openRoot, .terminal(process.consoleSize, hasConsole: false)] : [])
      + [.closeDescriptors]
      + compileSettings(process, config.linux)
      + last
  }

  func run(
    _ container: borrowing PIDFD, _ launchOptions: LaunchOptions, _ options: ExecOptions
  ) throws -> RunningContainer {
    let running = try enter(
      steps, container, launchOptions, cgroup: birthplace, attach: attach, oomScoreAdj: oomScoreAdj)
    do { try handOut(running, options) } catch {
      end(running.process, running.pid)
      throw error
    }
    return running
  }

  private func handOut(_ running: RunningContainer, _ options: ExecOptions) throws {
    if let path = options.consoleSocket { try sendTerminal(of: running, to: path) }
    if let path = options.pidfdSocket { try sendProcess(of: running, to: path) }
    if let path = options.pidFile { try writePIDFile(path, running.pid) }
  }
}

/// The ids of a user namespace in which groups can't be set: one of a caller's who could map their own ids alone.
///
/// - Returns: nil for any other.
private func userWithoutGroups(
  _ process: Process, _ config: Config, _ record: ContainerRecord
) throws -> UserPlan? {
  guard CloneFlags(rawValue: record.namespaces).contains(.newUser), let pid = record.pid,
    try readFile("/proc/\(pid)/setgroups").begins(with: "deny")
  else { return nil }
  var plan = UserPlan(
    uids: config.linux.uidMappings.map(IDMapping.init), gids: config.linux.gidMappings.map(IDMapping.init))
  if plan.uids.isEmpty { (plan.uids, plan.gids) = ([.init(0, record.owner, 1)], [.init(0, 0, 1)]) }
  let user = process.user
  guard plan.maps(uid: user.uid) else {
    throw ContainerError("process.user.uid: \(user.uid) is not mapped")
  }
  guard plan.maps(gid: user.gid) else {
    throw ContainerError("process.user.gid: \(user.gid) is not mapped")
  }
  return plan
}

/// Has systemd put a process into a scope that is there, or a cgroup below it.
func attach(_ pid: ProcessID, _ step: HostStep) throws {
  guard case .attachToScope(let cgroup, let below, let path) = step else { return }
  var bus = try Bus.connect(path)
  try attach(pid, to: unitName(cgroup), below: below, &bus)
}

/// A user may be born in a cgroup only where they may write to the nearest one that it has in common with their own. A
/// session's and a scope's have none: but systemd may.
private func attachStep(_ cgroup: String, _ record: ContainerRecord) -> HostStep? {
  guard geteuid() != 0, let scope = record.scopes.first, cgroup.begins(with: scope),
    let text = try? readFile("/proc/self/mountinfo"),
    case let cgroups = readCgroups(parseMountTable(text), uid: geteuid()),
    let top = cgroups.first(where: { $0.version == .v2 })?.mountPoint, let own = ownCgroup(of: "self"),
    let systemd = readSystemd(cgroups, uid: geteuid())
  else { return nil }
  let common = zip(pathComponents(top + own), pathComponents(cgroup)).prefix { $0.isSame(as: $1) }
  let place = common.map { "/\($0.0)" }.joined()
  if (try? access("\(place)/cgroup.procs", .write)) != nil { return nil }
  let below = String(decoding: cgroup.utf8.dropFirst(scope.utf8.count), as: UTF8.self)
  return .attachToScope(cgroup: scope, below: below, bus: systemd.bus)
}

extension Runtime {
  /// The process of a file, as `exec --process` takes it.
  public func readProcess(_ file: String) throws -> Process {
    do {
      let text = try readBytes(file, limit: JSONReader.maximumSize)
      let (process, unknown) = try JSONReader.read(Process.self, text)
      for property in unknown { warn("\(file): \(property): unknown, and ignored") }
      try process.check("process")
      return process
    } catch let error as SystemCallError {
      throw ContainerError("\(file): \(error.errno.sentence)")
    } catch { throw ContainerError("\(file): \(error)") }
  }

  /// `exec`, and stays until the process ends.
  public func execAndWait(
    _ entrance: Entrance, _ process: Process, _ options: ExecOptions
  ) throws -> WaitStatus {
    let streams = CallerStreams(
      passesInput: true, hasTerminal: process.terminal && options.consoleSocket == nil)
    resetIgnoredSignals()
    let signals = try ForwardedSignals()
    var process = process
    if streams.hasTerminal { process.takeCallersConsoleSize() }
    let container = try exec(entrance, process, options, StandardStreams())
    return try supervise(container, signals, streams)
  }
}
