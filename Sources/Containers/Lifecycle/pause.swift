import Linux

extension Runtime {
  /// Freezes all processes of a container.
  public func pause(_ id: String) throws {
    let status = try state(id)
    try status.require(.created, .running, to: "pause")
    try CgroupFreezer(status.record).freeze()
  }

  public func resume(_ id: String) throws {
    let status = try state(id)
    guard status.isPaused else { throw ContainerError("container not paused: \(id)") }
    try CgroupFreezer(status.record).thaw()
  }

  /// The container's processes, as the runtime's own pid namespace has them.
  public func processes(_ id: String) throws -> [ProcessID] {
    let status = try state(id)
    let isStopped = status.status == .stopped
    let record = isStopped ? status.record.withoutOthersScopes(self) : status.record
    if let cgroup = record.processCgroup {
      return Containers.processes(below: cgroup).sorted()
    }
    return isStopped ? [] : record.pid.map { [$0] } ?? []
  }
}
