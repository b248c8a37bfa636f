import Linux
import OCISpec
import SystemPackage

/// Containers that outlive the command that made them: each has a directory below `root`.
public struct Runtime {
  public let root: String
  /// nil for the one that fits.
  public var cgroupManager: CgroupManager?
  /// Whether a container may do without a cgroup where the caller can make none, and nothing is to be limited.
  public var allowsNoCgroup = true
  /// Gets what is no error.
  public var warn: (String) -> Void = { _ in }
  /// Gets each step that is done, where somebody asks for that.
  public var debug: ((String) -> Void)?

  public init(root: String) { self.root = root }
}

extension Runtime {
  func trace() -> ((String, Int) -> Void)? {
    debug.map { debug in { line, time in debug("\(line), after \(time) us") } }
  }

  /// What `state` tells of a container.
  public func state(_ id: String) throws -> ContainerStatus {
    try ContainerStatus(ContainerDirectory(root: root, id: id))
  }

  /// The containers below the root, by their ids. Who is not to be read is left out, with a warning.
  public func list() throws -> [ContainerStatus] {
    let entries: [DirectoryEntry]
    do { entries = try getdents64(open(root, [.directory])) } catch {
      // Nobody has made a container yet.
      if error.errno == .noSuchFileOrDirectory { return [] }
      throw ContainerError("list the containers in \(root): \(error.errno.sentence)")
    }
    let folders = entries.filter { $0.type == .directory || $0.type == nil }
    return folders.map(\.name.string).sorted().compactMap { id in
      do { return try state(id) } catch {
        // It may have been deleted in this moment.
        if fileKind("\(root)/\(id)") != nil { warn("\(error)") }
        return nil
      }
    }
  }
}

/// A container as it is at this moment.
public struct ContainerStatus {
  public var record: ContainerRecord
  public var status: State.Status
  public var isPaused: Bool

  init(_ directory: ContainerDirectory) throws { try self.init(directory.read(), in: directory) }

  init(_ record: ContainerRecord, in directory: ContainerDirectory) throws {
    self.record = record
    status = try record.status(directory)
    isPaused = [.running, .created].contains(status) && CgroupFreezer(record).isFrozen
  }

  public var state: State { record.state(status) }

  /// What every command that changes a container or enters it begins with: each says here what it is for.
  ///
  /// - Throws: ``ContainerError`` where the container is none of these.
  func require(_ wanted: State.Status..., to what: String) throws {
    if wanted.contains(status) { return }
    let reason =
      switch status {
      case .creating: "it is still being made"
      case .created: "it waits to be started"
      case .running: "it is running already"
      case .stopped: "it has stopped"
      }
    throw ContainerError(
      status == .stopped && wanted.contains(.running)
        ? "container not running: \(record.id)" : "cannot \(what) the container \(record.id): \(reason)")
  }
}

extension ContainerRecord {
  func status(_ directory: ContainerDirectory) throws -> State.Status {
    guard let pid, let startTime else { return directory.isHeld ? .creating : .stopped }
    guard let process = try ProcessStatus(pid), process.began(at: startTime), !process.hasEnded
    else { return .stopped }
    if process.hasExecuted { return .running }
    // That of `run` waits for nobody: until it executes its command it is being made.
    return !startsLater || fileKind(directory.socketInTheMaking) != nil ? .creating : .created
  }

  /// Whether it was made by `create`.
  private var startsLater: Bool { !lastSteps.isEmpty }

  /// The first process, by a descriptor that can't come to mean another; nil when it has ended.
  func openProcess() throws -> PIDFD? {
    guard let pid, let startTime, let process = try openPID() else { return nil }
    if try isAlive(pid, since: startTime) { return process }
    return nil
  }

  /// The process that has its pid: whether that is the first one, a look at the status afterwards tells.
  func openPID() throws -> PIDFD? {
    guard let pid else { return nil }
    do { return try pidfd_open(pid) } catch {
      if error.errno == .noSuchProcess { return nil }
      throw ContainerError("open the process of the container \(id): \(error)")
    }
  }
}

/// Whether a process is there, is the one that began then, and hasn't ended.
private func isAlive(_ pid: ProcessID, since startTime: UInt64) throws -> Bool {
  guard let status = try ProcessStatus(pid) else { return false }
  return status.began(at: startTime) && !status.hasEnded
}
