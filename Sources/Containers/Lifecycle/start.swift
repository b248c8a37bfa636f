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
    // Not the lock of who changes it: hooks may call commands that do, and may hang.
    let place = try directory.isMissing() ? nil : directory.open()
    let container = try ContainerStatus(directory)
    try container.require(.created, to: "start")
    guard let place, try directory.claim(place) else {
      throw ContainerError("cannot start the container \(id): it is being started already")
    }
    try ContainerStatus(directory).require(.created, to: "start")
    if container.record.hasNoProcess {
      throw ContainerError("cannot start the container \(id): process: its configuration has none")
    }
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
    // A container with a hook that fails is ended and removed.
    do { try runHooks(record.hooks.poststart, "poststart", record, .running) } catch {
      record.kill()
      do { try runPoststop(record) { try remove(record, directory, place) } } catch let left {
        throw joined(error, left)
      }
      throw error
    }
    withExtendedLifetime(place) {}
  }

  private func letGo(_ record: ContainerRecord, _ directory: ContainerDirectory) throws {
    debug?("let the process of \(record.id) execute its command")
    let connection = try connect(to: directory.socket)
    if record.tellsNamespaces { try connection.write([StartRequest.go]) }
    try unlink(at: open(directory.path, [.path, .directory]), "start")
    var isReady = false
    while var message = try Child.receive(connection) {
      switch message.report.kind {
      case Report.ready: isReady = true
      case Report.listener:
        guard let profile = try configuration(directory).linux.seccomp, let pid = record.pid,
          let listener = message.takeDescriptor()
        else { throw ContainerError("linux.seccomp.listenerPath: the filter's listener has not come") }
        try sendListener(listener, of: pid, profile, record.state(.created))
        try connection.write("g")
      case Report.failed:
        let index = Int(message.report.step)
        throw stepFailure(
          record.lastSteps.indices.contains(index) ? record.lastSteps[index] : "start the container", message,
          execErrno: true)
      default: break
      }
    }
    if isReady { return }
    let isFiltered = record.lastSteps.contains { $0.begins(with: "load a seccomp filter") }
    throw ContainerError(
      "the container was killed before it could execute its command"
        + (isFiltered ? "; its seccomp filter, of linux.seccomp, may do that" : ""))
  }

  func runHooks(
    _ hooks: [Hook], _ name: String, _ record: ContainerRecord, _ status: State.Status, inside: Bool = false
  ) throws {
    if hooks.isEmpty { return }
    let state = JSONWriter.text(inside ? record.stateInside(status) : record.state(status))
    for (index, hook) in hooks.enumerated() {
      debug?("run the hook hooks.\(name)[\(index)], \(hook.path)")
      if inside {
        guard let process = try record.openProcess() else {
          throw ContainerError("container not running: \(record.id)")
        }
        let directory = try ContainerDirectory(root: root, id: record.id)
        let told = try record.askForNamespaces(process, directory)
        var inside = try record.hookPlace(process, configuration(directory), status)
        inside.toldNamespaces = told.rawValues
        try runHook(hook, name, index, state: state, bundle: record.bundle, inside: inside)
        withExtendedLifetime(told) {}
      } else {
        try runHook(hook, name, index, state: state, bundle: record.bundle, inside: nil)
      }
    }
  }

  /// The last hooks once the container is removed, unless another command has done both. What stays with its state is
  /// left to `delete`, and so are they.
  ///
  /// - Parameter remove: as its result it has whether it was this command that removed the container.
  func runPoststop(_ record: ContainerRecord, after remove: () throws -> Bool) throws {
    do { if try remove() { runPoststop(record) } } catch {
      if !keepsState(of: record) { runPoststop(record) }
      throw error
    }
  }

  /// Whether a container that was to be removed is still known, and no other has its name.
  func keepsState(of record: ContainerRecord) -> Bool {
    (try? ContainerDirectory(root: root, id: record.id).read())?.created.isSame(as: record.created) == true
  }

  /// A failure of theirs is told, and nothing more.
  func runPoststop(_ record: ContainerRecord) {
    for (index, hook) in record.hooks.poststop.enumerated() {
      debug?("run the hook hooks.poststop[\(index)], \(hook.path)")
      do {
        let state = JSONWriter.text(record.state(.stopped))
        try runHook(hook, "poststop", index, state: state, bundle: record.bundle, inside: nil)
      } catch { warn("\(error)") }
    }
  }
}

extension ContainerRecord {
  /// Where a hook runs that is a program of the image's: in the container, with what its process has and no more. As
  /// that it has the seccomp filter, whose listener is told of it as of a process of `exec`.
  func hookPlace(
    _ container: consuming PIDFD, _ config: Config, _ status: State.Status
  ) throws -> HookPlace {
    var process = config.process ?? Process()
    process.terminal = false
    let plan = try ExecPlan(process, config, self, ExecOptions(), { _ in })
    var place = HookPlace(process: container, plan)
    if let profile = config.linux.seccomp {
      place.takeListener = { pid, listener in
        try sendListener(listener, of: pid, profile, state(status))
      }
    }
    return place
  }
}
