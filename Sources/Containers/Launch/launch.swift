import CLinux
import Linux
import SystemPackage

/// What `launch` tells while it works.
public struct LaunchOptions {
  /// Called for each step that is done, with the time since the start in microseconds.
  public var trace: ((_ line: String, _ microseconds: Int) -> Void)?
  /// The caller's terminal, which the keeper restores should the caller be killed.
  public var terminal: Int32?
  /// The container's standard streams; the caller's by default.
  public var streams = StandardStreams()
  /// How many of the caller's descriptors, from 3 on, the container keeps.
  public var preservedDescriptors = 0
  /// What hooks get on their standard input.
  public var state: ((_ pid: ProcessID, _ isInContainer: Bool) -> String)?
  /// The working directory of hooks in the caller's namespaces.
  public var bundle = ""
  /// Called with the listener of the seccomp filter of the container's process.
  public var takeListener: ((_ pid: ProcessID, _ listener: borrowing Descriptor) throws -> Void)?
  /// The namespaces that are entered, where the process that is entered by has told them.
  var toldNamespaces: [CInt] = []
  /// Where a hook in the container runs.
  var hookPlace: ((_ pid: ProcessID, _ step: HookStep) throws -> HookPlace)?
  /// Writes down what there is of the container: once its directory is there, and once its process is. In place of
  /// the files for a sweep.
  public var note: ((_ pid: ProcessID?) throws -> Void)?
  /// Called for a cgroup of the container's own that was there before.
  public var checkCgroup: ((_ path: String) throws -> Void)?
  /// Takes away what was mounted for the container, where no namespace does that. The directory is kept where it fails.
  public var unmount: (() throws -> Void)?
  /// Called when what was begun is gone, after a failure, and it was another command that removed it.
  public var removedByAnother: (() -> Void)?

  public init() {}
}

/// A container whose command runs.
///
/// Its end: `wait` for the command, then `remove`. Without `remove`, and after a kill of this process, the keeper
/// does the same.
public final class RunningContainer {
  public let pid: ProcessID
  public let process: PIDFD
  private var terminal: TerminalMaster?
  private var keeper: Keeper?
  /// As long as this process lives the container is not abandoned, whatever becomes of the keeper.
  private let lock: Descriptor?
  private let unmount: (() throws -> Void)?
  private let leftovers: Leftovers

  init(
    pid: ProcessID, process: consuming PIDFD, terminal: consuming TerminalMaster?, keeper: consuming Keeper?,
    lock: consuming Descriptor?, unmount: (() throws -> Void)?, leftovers: Leftovers
  ) {
    self.pid = pid
    self.process = process
    self.terminal = consume terminal
    self.keeper = consume keeper
    self.lock = lock
    self.unmount = unmount
    self.leftovers = leftovers
  }

  /// The master of the container's terminal, for the first who asks; nil where it has none.
  public func takeTerminal() -> TerminalMaster? { terminal.take() }

  /// Waits for the container's first process, and takes its status.
  public func wait() throws(SystemCallError) -> WaitStatus { try waitpid(pid) }

  /// Lets the container live on without this process and its keeper.
  public func release() throws {
    try keeper?.dismiss()
    keeper = nil
  }

  /// Removes what the container left: its mounts, where they are in nobody's namespace, its cgroups and its directory.
  ///
  /// - Returns: false where another command has removed it.
  /// - Throws: ``ContainerError`` when something stays behind.
  @discardableResult
  public func remove() throws -> Bool {
    if let unmount, isThere(lock) {
      kill(process)
      do { try unmount() } catch {
        try release()
        throw leftovers.error(error)
      }
    }
    return try keeper.take()?.finish(Int(process.fileDescriptor.rawValue)) ?? false
  }
}

/// Whether an open directory has not been removed.
private func isThere(_ directory: borrowing Descriptor?) -> Bool {
  switch directory {
  case .some(let directory): (try? statx(at: directory, "", .emptyPath).linkCount) != 0
  case .none: true
  }
}

/// Does what the plan says, and returns once the command has been executed.
///
/// - Throws: ``ContainerError``, with the step that failed; then nothing of the container is left.
@available(*, noasync, message: "the container's parent is the calling thread's process")
public func launch(_ plan: Plan, _ options: LaunchOptions = LaunchOptions()) throws -> RunningContainer {
  var launcher = Launcher(plan, options)
  return try launcher.run()
}

/// A process by these steps in a container that is there.
func enter(
  _ steps: [ChildStep], _ container: borrowing PIDFD, _ options: LaunchOptions, cgroup: String?,
  attach: HostStep?, oomScoreAdj: Int?
) throws -> RunningContainer {
  var host: [HostStep] = [.clone([], cgroup: attach == nil ? cgroup : nil)] + (attach.map { [$0] } ?? [])
  if let oomScoreAdj { host.append(.writeOfChild(file: "oom_score_adj", value: "\(oomScoreAdj)")) }
  let plan = Plan(id: "", host: host + [.go], child: steps, remarks: [])
  var launcher = Launcher(plan, options)
  launcher.entered = Int(container.fileDescriptor.rawValue)
  return try launcher.run()
}

/// The walk over the host's steps.
private struct Launcher: ~Copyable {
  let plan: Plan
  let options: LaunchOptions
  let start = monotonicTime()
  var directory: String?
  var keeper: Keeper?
  var child: Child?
  var lock: Descriptor?
  var listener: Descriptor?
  var terminal: TerminalMaster?
  /// Detached mounts for the child.
  var trees: [CInt] = []
  /// The container's cgroups that are new; the keeper would remove others' too, as long as not all are its own.
  var made: [String] = []
  var ownsCgroups = false
  /// The pidfd of a process whose namespaces the child enters.
  var entered: Int?
  /// What the child tells of its own.
  var namespaces = ReceivedDescriptors()
  /// What the container's directory can have.
  var files: [String] { options.note == nil ? StateFile.names : ContainerDirectory.files }
  /// The file that was written last.
  var settings: SettingsFile?
  /// Whether the child will go on as another process.
  var splits: Bool

  init(_ plan: Plan, _ options: LaunchOptions) {
    self.plan = plan
    self.options = options
    splits = plan.child.contains { if case .split = $0 { true } else { false } }
  }

  mutating func run() throws -> RunningContainer {
    do {
      let lastTaken = plan.host.lastIndex { if case .takeCgroup = $0 { true } else { false } } ?? -1
      for (index, step) in plan.host.enumerated() {
        ownsCgroups = index > lastTaken
        if case .write = step {} else { settings = nil }
        do { try perform(step) } catch let error as SystemCallError {
          throw ContainerError("\(plan.failing(step)): \(error.errno.sentence)\(remedy(step, error))")
        } catch let error as BusError {
          throw ContainerError("\(step.scopeDescription): \(error)")
        }
        trace("host   \(step)", monotonicTime())
      }
      return try awaitExec()
    } catch {
      // The keeper ends the child, and removes the rest.
      var failure = error
      do { try abandon() } catch let left { failure = joined(error, left) }
      guard let obstacle = oldKernelObstacle() else { throw failure }
      throw ContainerError("\(obstacle): \(failure)", execErrno: (failure as? ContainerError)?.execErrno)
    }
  }

  /// What there is of the container should it not be removed whole.
  private func leftovers(_ directory: String?) -> Leftovers {
    Leftovers(
      id: plan.id, places: plan.cgroups + plan.scopes + (directory.map { [$0] } ?? []),
      remedy: options.note == nil ? "the next cooper command removes it" : Leftovers.byForce)
  }

  private mutating func abandon() throws {
    closeTrees()
    if !ownsCgroups, let directory {
      keeper?.abandon()
      keeper = nil
      let memory = KeeperMemoryBuilder(cgroups: made, scopes: [], directory: directory, files: files)
      switch lock {
      case .some(let lock): memory.pointer.pointee.place = Int(lock.rawValue)
      case .none: break
      }
      let result = removeContainer(memory.pointer, -1)
      withExtendedLifetime(memory) {}
      if result == KeeperMemory.removedByAnother { options.removedByAnother?() }
      if result == KeeperMemory.left {
        throw Leftovers(id: plan.id, places: made + [directory], remedy: Leftovers.byForce).error()
      }
      return
    }
    let pid = child?.pid
    if let unmount = options.unmount, let directory, pid != nil, isThere(lock) {
      child?.kill()
      do { try unmount() } catch {
        keeper?.abandon()
        keeper = nil
        throw leftovers(directory).error(error)
      }
    }
    child = nil
    if try keeper.take()?.finish() == false { options.removedByAnother?() }
    if let pid { _ = try? waitpid(pid) }
  }

  private mutating func perform(_ step: HostStep) throws {
    switch step {
    case .startKeeper(let path):
      keeper = try Keeper(
        plan: plan, directory: path, files: files, terminal: options.terminal,
        leftovers: leftovers(path))
      try keeper?.awaitDirectory(path, of: plan)
      directory = path
      let own = try open(path, [.directory, .noFollow])
      try flock(own, .shared)
      keeper?.open(own)
      lock = consume own
      if let note = options.note { try note(nil) } else { try StateFile.write(path, cgroups: plan.cgroups) }
    case .makeCgroup(let path): try mkdir(path)
    case .shareCgroup(let path): try makeSharedCgroup(path)
    case .takeCgroup(let path):
      if try takeCgroup(path) { made.append(path) } else { try options.checkCgroup?(path) }
    case .enable(let controllers, let path): enable(controllers, in: path)
    case .fillCpuset(let path): try fillCpuset(path, isNew: made.contains(path))
    case .write(let file, let value): try write(value, to: file)
    case .writeOptional(let file, let value): if fileKind(file) != nil { try writeFile(file, value) }
    case .writeEither(let file, let value, let other, let otherValue):
      if fileKind(file) != nil { try writeFile(file, value) } else { try writeFile(other, otherValue) }
    case .giveCgroup(let path, let owner): try giveCgroup(path, to: owner)
    case .attachDevices(let program, let path):
      try attachDeviceProgram(program, to: open(path, .directory))
    case .moveAside(let path):
      try makeSharedCgroup(path)
      try writeFile("\(path)/cgroup.procs", "0")
      try keeper?.move(into: path)
    case .startScope(let scope): try start(scope)
    case .attachToScope: if let pid = child?.pid { try attach(pid, step) }
    case .clone(let flags, let cgroup):
      var inherited = InheritedDescriptors(preserved: options.preservedDescriptors)
      inherited.trees = trees.map(Int.init)
      inherited.namespaces = options.toldNamespaces.map(Int.init)
      switch listener {
      case .some(let listener): inherited.other = Int(listener.rawValue)
      case .none: inherited.other = entered
      }
      child = try Child(
        plan.child, streams: options.streams, inherited, flags: flags, cgroup: cgroup,
        isTraced: options.trace != nil)
      listener = nil
      closeTrees()
      try handOver()
    case .moveDevice(let name, let newName):
      if let pid = child?.pid { try Containers.moveDevice(name, as: newName, into: pid) }
    case .writeChild(let file): if let pid = child?.pid { try writeFile(file, "\(pid)") }
    case .runMapper, .writeOfChild: if let pid = child?.pid { try Containers.perform(step, on: pid) }
    case .listen(let path): listener = try listen(at: path)
    case .go: try child?.go()
    case .awaitChild: try awaitSync()
    case .runHook(let step):
      if let pid = child?.pid {
        let state = options.state?(pid, step.isInContainer) ?? ""
        let place = step.isInContainer ? try hookPlace(pid, step) : nil
        try Containers.runHook(
          step.hook, step.kind, step.index, state: state, bundle: options.bundle, inside: place)
      }
    case .fillMount(let mount, let root):
      let mapping = geteuid() == 0 ? [] : plan.host.filter(\.mapsIDs)
      let tree =
        try mapping.isEmpty
        ? filledMount(mount, from: root) : filledMount(mount, from: root, mappedBy: mapping)
      trees.append(tree.release())
    case .makeDevices(let devices): trees.append(try madeDevices(devices).release())
    case .mapMount(let bind): trees.append(try mappedMount(bind).release())
    }
  }

  /// A hook of the container's runs there or not at all.
  private func hookPlace(_ pid: ProcessID, _ step: HookStep) throws -> HookPlace {
    guard var place = try options.hookPlace?(pid, step) else {
      throw ContainerError("hooks.\(step.kind): nobody says how the container is entered")
    }
    place.toldNamespaces = namespaces.rawValues
    return place
  }

  /// The steps that write to the same file come one after the other.
  private mutating func write(_ value: String, to path: String) throws {
    if settings?.path != path {
      settings = nil
      settings = try SettingsFile(path)
    }
    try settings?.write(value)
  }

  private mutating func closeTrees() {
    for tree in trees { _ = Descriptor(owning: tree) }
    trees = []
  }

  private mutating func start(_ scope: Scope) throws {
    guard let pid = child?.pid else { throw ContainerError("the plan has no clone before its scope") }
    var bus = try Bus.connect(scope.bus)
    try listenToJobs(&bus)
    try child?.expectScope(keeper)
    do { try startScope(scope, pid: pid, &bus) } catch let error as BusError where error.isOfSystemd {
      try keeper?.expectNoScope()
      throw error
    }
    try keeper?.watchScopes()
    if options.note == nil, let path = directory { try StateFile.write(path, scope: scope.cgroup) }
    let processes = try? readFile("\(scope.cgroup)/cgroup.procs").parts(at: "\n")
    if processes?.contains("\(pid)") == true { return }
    // Of a scope that is empty from its beginning systemd hears no end.
    let problem = "systemd started \(scope.name), but the child is not in \(scope.cgroup)"
    do { try stopUnit(scope.name, &bus) } catch {
      throw ContainerError("\(problem), and it is left: \(error)")
    }
    if try child?.hasNews(before: monotonicTime()) == true { try awaitSync() }
    throw ContainerError(problem)
  }

  /// Tells the keeper, and whoever comes after it, which process to kill.
  private mutating func handOver() throws {
    do {
      try child?.handTo(keeper)
      guard let path = directory, let pid = child?.pid else { return }
      if let note = options.note { try note(pid) } else { try StateFile.write(path, pid: pid) }
    } catch let error as SystemCallError {
      throw ContainerError("note down the child for its keeper: \(error)")
    }
  }

  /// Reads what the child tells until it has executed the command, or waits to be started: both close its end.
  private mutating func awaitExec() throws -> RunningContainer {
    if try !awaitReport(Report.ready) {
      throw death("before it could execute the command")
    }
    while let message = try child?.receive() { try note(message) }
    guard let child = child.take() else { throw ContainerError("the plan has no clone") }
    let pid = child.pid
    return RunningContainer(
      pid: pid, process: child.takeProcess(), terminal: terminal.take(), keeper: keeper.take(),
      lock: lock.take(), unmount: options.unmount, leftovers: leftovers(directory))
  }

  private mutating func awaitSync() throws {
    if try !awaitReport(Report.sync) {
      throw death("while the container was made")
    }
  }

  /// Reads what the child tells until it says this, and which process it is: where it goes on as another, either of the
  /// two may be heard first. False when it says no more.
  private mutating func awaitReport(_ kind: Int32) throws -> Bool {
    var isTold = false
    while let message = try child?.receive() {
      if message.report.kind == kind { isTold = true } else { try note(message) }
      if isTold && !splits { return true }
    }
    return false
  }

  private mutating func note(_ message: consuming Child.Message) throws {
    switch message.report.kind {
    case Report.traced:
      let step = plan.child[Int(message.report.step)]
      trace("child  \(step)", message.report.time.0 * 1_000_000 + message.report.time.1 / 1000)
    case Report.ready, Report.sync: break
    case Report.terminal: if let new = message.takeDescriptor() { terminal = TerminalMaster(new) }
    case Report.namespaces:
      namespaces = message.takeDescriptors()
      guard case .tellNamespaces(let flags) = plan.child[Int(message.report.step)],
        namespaces.count == flags.kinds.count
      else { throw ContainerError("the child has told \(namespaces.count) of its namespaces, and not all") }
    case Report.listener: try takeListener(message)
    case Report.split:
      try child?.follow(ProcessID(message.report.errno))
      splits = false
      try handOver()
    default: throw failure(message)
    }
  }

  /// How a child ended that has told nothing of it.
  private mutating func death(_ when: String) -> ContainerError {
    // Its end of the channel closes with its death alone.
    let status = (child?.pid).flatMap { try? waitpid($0) }
    return ContainerError("the child \(status.map(words) ?? "was killed") \(when)\(remedy(status, of: plan))")
  }

  private mutating func takeListener(_ message: consuming Child.Message) throws {
    guard let take = options.takeListener else {
      throw ContainerError("linux.seccomp.listenerPath: it is missing")
    }
    guard let pid = child?.pid, let listener = message.takeDescriptor() else {
      throw ContainerError("linux.seccomp.listenerPath: the filter's listener has not come")
    }
    try take(pid, listener)
    try child?.go()
  }

  private func failure(_ message: borrowing Child.Message) -> ContainerError {
    let step = plan.child[Int(message.report.step)]
    return stepFailure(
      step.failing, message, execErrno: step.isExec,
      remedy: remedy(step, Errno(rawValue: message.report.errno), of: plan))
  }

  /// Neither the line nor the time is asked for where nobody looks.
  private func trace(_ line: @autoclosure () -> String, _ time: @autoclosure () -> Int) {
    if let trace = options.trace { trace(line(), time() - start) }
  }
}

/// The sentence for a step of a child that failed.
func stepFailure(
  _ step: String, _ message: borrowing Child.Message, execErrno: Bool, remedy: String = ""
) -> ContainerError {
  let errno = Errno(rawValue: message.report.errno)
  let detail = message.text.isEmpty ? "" : " (\(message.text))"
  return ContainerError(
    "\(step): \(errno.sentence)\(detail)\(remedy)", execErrno: execErrno ? errno.rawValue : nil)
}

extension ChildStep {
  var isExec: Bool {
    switch self {
    case .exec, .findCommand: true
    default: false
    }
  }
}

/// CLOCK_MONOTONIC in microseconds.
func monotonicTime() -> Int {
  var time = (0, 0)
  withUnsafeMutableBytes(of: &time) { bytes in
    _ = systemCall(__NR_clock_gettime, Int(LINUX_CLOCK_MONOTONIC), address(bytes.baseAddress))
  }
  return time.0 * 1_000_000 + time.1 / 1000
}
