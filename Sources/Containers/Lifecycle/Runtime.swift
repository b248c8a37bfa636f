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
    guard let directory = try? open(root, [.directory]) else { return [] }
    return try getdents64(directory).map(\.name.string).sorted().compactMap { id in
      do { return try state(id) } catch {
        warn("\(error)")
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

  init(_ directory: ContainerDirectory) throws {
    record = try directory.read()
    status = record.status(directory)
    isPaused = status == .running && CgroupFreezer(record).isFrozen
  }

  public var state: State { record.state(status) }
}

extension ContainerRecord {
  func status(_ directory: ContainerDirectory) -> State.Status {
    guard let pid, let startTime else {
      return fileKind(directory.socketInTheMaking) == nil ? .stopped : .creating
    }
    guard isAlive(ProcessID(pid), since: startTime) else { return .stopped }
    if fileKind(directory.socket) != nil { return .created }
    return fileKind(directory.socketInTheMaking) != nil ? .creating : .running
  }

  /// The first process, by a descriptor that can't come to mean another; nil when it has ended.
  func openProcess() throws -> PIDFD? {
    guard let pid, let startTime else { return nil }
    do {
      let process = try pidfd_open(ProcessID(pid))
      if isAlive(ProcessID(pid), since: startTime) { return process }
      return nil
    } catch {
      if error.errno == .noSuchProcess { return nil }
      throw ContainerError("open the process of the container \(id): \(error)")
    }
  }
}

/// Whether a process is there, is the one that began then, and hasn't ended.
private func isAlive(_ pid: ProcessID, since startTime: UInt64) -> Bool {
  guard let status = ProcessStatus(pid) else { return false }
  return status.startTime == startTime && !status.hasEnded
}
