import Linux
import OCISpec

extension Runtime {
  /// Whether `start` runs hooks in the container's namespaces.
  public func entersToStart(_ id: String) throws -> Bool {
    try !ContainerDirectory(root: root, id: id).read().hooks.startContainer.isEmpty
  }

  /// Lets the process of a container that was created execute its command.
  public func start(_ id: String) throws {
    let directory = try ContainerDirectory(root: root, id: id)
    let lock = try directory.lock()
    let container = try ContainerStatus(directory)
    try container.require(.created, to: "start")
    if container.isPaused { throw ContainerError("cannot start the container \(id): it is paused") }
    let record = container.record
    do {
      try runHooks(record.hooks.startContainer, "startContainer", record, .created, inside: true)
      try letGo(record, directory)
    } catch {
      // A container whose command could not be executed has stopped.
      record.kill()
      throw error
    }
    try runPoststart(record, directory)
    withExtendedLifetime(lock) {}
  }

  private func letGo(_ record: ContainerRecord, _ directory: ContainerDirectory) throws {
    let connection = try connect(to: directory.socket)
    try unlink(at: open(directory.path, [.path, .directory]), "start")
    var isReady = false
    while let message = try Child.receive(connection) {
      switch message.report.kind {
      case Report.ready: isReady = true
      case Report.listener:
        guard let profile = try configuration(directory).linux.seccomp, let pid = record.pid else { continue }
        try sendListener(message.report.errno, of: ProcessID(pid), profile, record.state(.created))
        try connection.write("g")
      case Report.failed:
        let index = Int(message.report.step)
        throw stepFailure(
          index < record.lastSteps.count ? record.lastSteps[index] : "start the container", message,
          execErrno: true)
      default: break
      }
    }
    if !isReady { throw ContainerError("the container was killed before it could execute its command") }
  }

  /// After the command has begun. A container with a hook that fails is ended and removed.
  func runPoststart(_ record: ContainerRecord, _ directory: ContainerDirectory) throws {
    do { try runHooks(record.hooks.poststart, "poststart", record, .running) } catch {
      record.kill()
      try? remove(record, directory)
      runPoststop(record)
      throw error
    }
  }

  func runHooks(
    _ hooks: [Hook], _ name: String, _ record: ContainerRecord, _ status: State.Status, inside: Bool = false
  ) throws {
    if hooks.isEmpty { return }
    let state = JSONWriter.text(inside ? record.stateInside(status) : record.state(status))
    for (index, hook) in hooks.enumerated() {
      var place: HookPlace?
      if inside {
        guard let process = try record.openProcess() else {
          throw ContainerError("container not running: \(record.id)")
        }
        place = HookPlace(process: process, namespaces: CloneFlags(rawValue: record.namespaces))
      }
      try runHook(hook, name, index, state: state, inside: place)
    }
  }

  /// A failure of theirs is told, and nothing more.
  func runPoststop(_ record: ContainerRecord) {
    for (index, hook) in record.hooks.poststop.enumerated() {
      do {
        let state = JSONWriter.text(record.state(.stopped))
        try runHook(hook, "poststop", index, state: state, inside: nil)
      } catch { warn("\(error)") }
    }
  }
}
