import Linux
import OCISpec

extension Runtime {
  /// Sends a signal to the container's first process, or to all.
  public func kill(_ id: String, _ signal: Signal, all: Bool = false) throws {
    let directory = try ContainerDirectory(root: root, id: id)
    var record = try directory.read()
    let status = try record.status(directory)
    if status == .stopped { record = record.withoutOthersScopes(self) }
    debug?("send \(signal) to \(all ? "all of " : "")\(id), which is \(status.rawValue)")
    // Without a pid namespace of its own others live on when the first has ended.
    if all || (signal == .kill && sharesProcesses(record, directory)) {
      if record.signalAll(signal) || status == .stopped && all { return record.thaw(after: signal) }
    }
    guard status != .stopped, let process = try record.openProcess() else {
      throw ContainerError("container not running: \(id)")
    }
    do { try pidfd_send_signal(process, signal) } catch {
      if error.errno == .noSuchProcess { throw ContainerError("container not running: \(id)") }
      throw ContainerError("kill \(id): \(error)")
    }
    record.thaw(after: signal)
  }

  /// Whether its pid namespace is somebody else's too: the machine's, or one that it joined.
  private func sharesProcesses(_ record: ContainerRecord, _ directory: ContainerDirectory) -> Bool {
    if !CloneFlags(rawValue: record.namespaces).contains(.newPID) { return true }
    return (try? configuration(directory))?.linux.makesNamespace(.pid) == false
  }
}

extension Runtime {
  /// The same of all containers that live and whose ids match. What fails of one keeps no other.
  public func killAll(where matches: (_ id: String) -> Bool, _ signal: Signal, all: Bool) throws {
    let ids = try list().filter { $0.status != .stopped }.map(\.record.id).filter(matches)
    try forEach(ids) { id in
      do { try kill(id, signal, all: all) } catch {
        // It may have ended since.
        let directory = try ContainerDirectory(root: root, id: id)
        let hasStopped = (try? directory.read().status(directory)) == .stopped
        if try !hasStopped && !directory.isMissing() { throw error }
      }
    }
  }
}

extension ContainerRecord {
  /// SIGKILL for all, and the end of the first process is waited for.
  func kill() {
    guard let process = try? openProcess() else {
      _ = signalAll(.kill)
      return
    }
    try? tried { try pidfd_send_signal(process, .kill) }
    _ = signalAll(.kill)
    thaw(after: .kill)
    var ended = [PollDescriptor(process)]
    if let count = try? poll(&ended, timeout: .seconds(1)), count > 0 { return }
    takeBack()
    _ = try? poll(&ended, timeout: .seconds(9))
  }

  /// The first process into the container's own cgroup: another one of v1's freezer may hold it.
  private func takeBack() {
    let own = allCgroups.first { fileKind("\($0)/freezer.state") != nil }
    guard let pid, let own else { return }
    try? writeFile("\(own)/cgroup.procs", "\(pid)")
  }

  /// A process that v1's freezer holds dies when it is let go.
  func thaw(after signal: Signal) {
    let freezer = CgroupFreezer(self)
    if signal == .kill && freezer.isFrozen { try? freezer.thaw() }
  }

  /// - Returns: whether there was anybody.
  func signalAll(_ signal: Signal) -> Bool {
    guard let path = processCgroup else { return false }
    if signal == .kill, let file = allCgroups.first(where: { fileKind("\($0)/cgroup.kill") != nil }) {
      let hasProcesses = !processes(below: file).isEmpty
      if (try? tried { try writeFile("\(file)/cgroup.kill", "1") }) != nil {
        killHeadless(below: file)
        return hasProcesses
      }
    }
    let pids = processes(below: path)
    for pid in pids {
      do { try Linux.kill(pid, signal) } catch { try? Linux.kill(pid, signal) }
    }
    return !pids.isEmpty
  }
}

/// cgroup.kill sends its signal to each process's first thread: where that has ended before, it does nothing.
private func killHeadless(below cgroup: String) {
  for pid in processes(below: cgroup) where (try? ProcessStatus(pid))??.isHeadless == true {
    try? Linux.kill(pid, .kill)
  }
}

/// The processes of a cgroup and all below it.
func processes(below cgroup: String) -> [ProcessID] {
  let own = ((try? readFile("\(cgroup)/cgroup.procs")) ?? "").parts(at: "\n").compactMap { ProcessID($0) }
  guard let directory = try? open(cgroup, [.directory]), let entries = try? getdents64(directory) else {
    return own
  }
  return own
    + entries.filter { $0.type == .directory }.flatMap { processes(below: "\(cgroup)/\($0.name)") }
}
