import Linux
import OCISpec
import SystemPackage

extension Runtime {
  /// Removes a container that has stopped; with `force` any, and what is left of one whose state is damaged.
  public func delete(_ id: String, force: Bool = false) throws {
    let directory = try ContainerDirectory(root: root, id: id)
    if force && fileKind(directory.path) == nil { return }
    let lock = try directory.lock()
    defer { withExtendedLifetime(lock) {} }
    let record: ContainerRecord
    do { record = try directory.read() } catch {
      if !force || fileKind(directory.path) == nil { throw error }
      var rest = ContainerRecord()
      rest.id = id
      return try remove(rest, directory)
    }
    let status = record.status(directory)
    if status != .stopped {
      guard force else {
        throw ContainerError("cannot delete the container \(id): it is not stopped, but \(status.rawValue)")
      }
      record.kill()
    }
    try remove(record, directory)
    runPoststop(record)
  }

  /// Cgroups, files and the directory.
  func remove(_ record: ContainerRecord, _ directory: ContainerDirectory) throws {
    if record.allCgroups.contains(where: { !Containers.processes(below: $0).isEmpty }) {
      _ = record.signalAll(.kill)
      record.thaw(after: .kill)
    }
    try record.unmount()
    let memory = KeeperMemoryBuilder(
      cgroups: record.cgroups, scopes: record.scopes, directory: directory.path)
    memory.pointer.pointee.scopeState = KeeperMemory.scopes
    if removeContainer(memory.pointer, -1) { return }
    let left = (record.cgroups + [directory.path]).filter { fileKind($0) != nil }
    throw ContainerError(
      "the container \(record.id) can't be removed whole: \(left.joined(separator: ", ")) is left")
  }
}
