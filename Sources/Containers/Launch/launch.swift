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

  init(
    pid: ProcessID, process: consuming PIDFD, terminal: consuming TerminalMaster?, keeper: consuming Keeper,
    lock: consuming Descriptor?
  ) {
    self.pid = pid
    self.process = process
    self.terminal = consume terminal
    self.keeper = consume keeper
    self.lock = lock
  }

  /// The master of the container's terminal, for the first who asks; nil where it has none.
  public func takeTerminal() -> TerminalMaster? { terminal.take() }

  /// Waits for the container's first process, and takes its status.
  public func wait() throws(SystemCallError) -> WaitStatus { try waitpid(pid) }

  /// Removes what the container left: its cgroups and its directory.
  ///
  /// - Throws: ``ContainerError`` when something stays behind.
  public func remove() throws { try keeper.take()?.finish() }
}

/// Does what the plan says, and returns once the command has been executed.
///
/// - Throws: ``ContainerError``, with the step that failed; then nothing of the container is left.
@available(*, noasync, message: "the container's parent is the calling thread's process")
public func launch(_ plan: Plan, _ options: LaunchOptions = LaunchOptions()) throws -> RunningContainer {
  var launcher = Launcher(plan, options)
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

  init(_ plan: Plan, _ options: LaunchOptions) {
    self.plan = plan
    self.options = options
  }

  mutating func run() throws -> RunningContainer {
    do {
      for step in plan.host {
        do { try perform(step) } catch let error as SystemCallError {
          throw ContainerError("\(step): \(error.errno.sentence)\(remedy(step, error))")
        } catch let error as BusError {
          throw ContainerError("start the scope cooper-\(plan.id).scope: \(error)")
        }
        trace("host   \(step)", monotonicTime())
      }
      return try awaitExec()
    } catch {
      // The keeper ends the child, and removes the rest.
      abandon()
      throw error
    }
  }

  private mutating func abandon() {
    let pid = child?.pid
    child = nil
    try? keeper.take()?.finish()
    if let pid { _ = try? waitpid(pid) }
  }

  private mutating func perform(_ step: HostStep) throws {
    switch step {
    case .startKeeper(let path):
      keeper = try Keeper(plan: plan, directory: path, terminal: options.terminal)
      try keeper?.awaitDirectory(path, of: plan)
      directory = path
      let own = try open(path, [.directory, .noFollow])
      try flock(own, .shared)
      lock = consume own
      try StateFile.write(path, cgroups: plan.cgroups)
    case .makeCgroup(let path): try mkdir(path)
    case .write(let file, let value): try writeFile(file, value)
    case .moveAside(let path):
      try makeSharedCgroup(path)
      try writeFile("\(path)/cgroup.procs", "0")
      try keeper?.move(into: path)
    case .startScope(let scope): try start(scope)
    case .clone(let flags, let cgroup):
      child = try Child(
        plan.child, streams: options.streams, flags: flags, cgroup: cgroup, isTraced: options.trace != nil)
      try handOver()
    case .runMapper, .writeOfChild: if let pid = child?.pid { try Containers.perform(step, on: pid) }
    case .go: try child?.go()
    }
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
    if let path = directory { try StateFile.write(path, scope: scope.cgroup) }
    let processes = try? readFile("\(scope.cgroup)/cgroup.procs").parts(at: "\n")
    if processes?.contains("\(pid)") != true {
      throw ContainerError("systemd started \(scope.name), but the child is not in \(scope.cgroup)")
    }
  }

  /// Tells the keeper, and whoever comes after it, which process to kill.
  private mutating func handOver() throws {
    do {
      try child?.handTo(keeper)
      if let path = directory, let pid = child?.pid { try StateFile.write(path, pid: pid) }
    } catch let error as SystemCallError {
      throw ContainerError("note down the child for its keeper: \(error)")
    }
  }

  /// Reads what the child tells until it has executed the command, which closes its end.
  private mutating func awaitExec() throws -> RunningContainer {
    var terminal: TerminalMaster?
    var isReady = false
    while let message = try child?.receive() {
      switch message.report.kind {
      case Report.traced:
        let step = plan.child[Int(message.report.step)]
        trace("child  \(step)", message.report.time.0 * 1_000_000 + message.report.time.1 / 1000)
      case Report.ready: isReady = true
      case Report.terminal: if let new = message.descriptor { terminal = TerminalMaster(new) }
      default: throw failure(message)
      }
    }
    if !isReady {
      throw ContainerError(
        "the child was killed before it could execute the command; a limit of memory may be too small for it")
    }
    guard let child = child.take(), let keeper = keeper.take() else {
      throw ContainerError("the plan has no clone or no keeper")
    }
    let pid = child.pid
    return RunningContainer(
      pid: pid, process: child.takeProcess(), terminal: terminal, keeper: keeper, lock: lock.take())
  }

  private func failure(_ message: borrowing Child.Message) -> ContainerError {
    let step = plan.child[Int(message.report.step)]
    let errno = Errno(rawValue: message.report.errno)
    let detail = message.text.isEmpty ? "" : " (\(message.text))"
    var execErrno: Int32?
    if case .exec = step { execErrno = errno.rawValue }
    return ContainerError(
      "\(step): \(errno.sentence)\(detail)\(remedy(step, errno, of: plan))", execErrno: execErrno)
  }

  private func trace(_ line: String, _ time: Int) { options.trace?(line, time - start) }
}

/// A cgroup that may be there already: it outlives its containers.
private func makeSharedCgroup(_ path: String) throws {
  do { try mkdir(path) } catch { if error.errno != .fileExists { throw error } }
}

/// CLOCK_MONOTONIC in microseconds.
func monotonicTime() -> Int {
  var time = (0, 0)
  withUnsafeMutableBytes(of: &time) { bytes in
    _ = systemCall(__NR_clock_gettime, Int(LINUX_CLOCK_MONOTONIC), address(bytes.baseAddress))
  }
  return time.0 * 1_000_000 + time.1 / 1000
}
