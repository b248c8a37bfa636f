import Linux
import OCISpec
import SystemPackage

extension Runtime {
  /// Removes a container that has stopped; with `force` any, and what is left of one whose state is damaged.
  public func delete(_ id: String, force: Bool = false) throws {
    let directory = try ContainerDirectory(root: root, id: id)
    guard let lock = try directory.lockIfThere() else {
      if force { return }
      throw ContainerError("container does not exist: \(id)")
    }
    defer { withExtendedLifetime(lock) {} }
    let record: ContainerRecord
    do { record = try directory.read() } catch {
      if try !force || directory.isMissing() { throw error }
      _ = try remove(rest(of: directory), directory, lock.place)
      return
    }
    let status = try record.status(directory)
    debug?("delete \(id), which is \(status.rawValue)")
    if status != .stopped {
      guard force else {
        throw ContainerError("cannot delete the container \(id): it is not stopped, but \(status.rawValue)")
      }
      record.kill()
    }
    try runPoststop(record) { try remove(record, directory, lock.place) }
  }

  /// The same of all of these that are there still. What fails of one keeps no other.
  public func deleteAll(_ ids: [String], force: Bool = false) throws {
    try forEach(ids) { id in
      do { try delete(id, force: force) } catch {
        if try !ContainerDirectory(root: root, id: id).isMissing() { throw error }
      }
    }
  }

  /// Does it with all, and tells at the end what failed.
  func forEach(_ ids: [String], _ action: (_ id: String) throws -> Void) throws {
    var failure: (any Error)?
    for id in ids {
      do { try action(id) } catch { failure = failure.map { joined($0, error) } ?? error }
    }
    if let failure { throw failure }
  }

  /// What is still known of a container whose state can't be read: the cgroups that its configuration names.
  private func rest(of directory: ContainerDirectory) -> ContainerRecord {
    var record = ContainerRecord()
    record.id = directory.id
    guard let text = try? readFile(directory.configFile),
      let config = try? Config.read(Array(text.utf8)).config,
      let mounts = try? readFile("/proc/self/mountinfo"),
      let names = try? cgroupNames(ContainerRequest(id: directory.id, config: config, lower: []))
    else { return record }
    record.cgroups = readCgroups(parseMountTable(mounts), uid: geteuid()).map {
      "\($0.base)/\(names.joined(separator: "/"))"
    }.filter { fileKind($0) != nil }
    return record
  }

  /// Cgroups, files and the directory.
  ///
  /// - Parameter place: the directory, opened.
  /// - Returns: false where it was another command that removed the directory.
  func remove(
    _ record: ContainerRecord, _ directory: ContainerDirectory, _ place: borrowing Descriptor
  ) throws -> Bool {
    let record = record.withoutOthersScopes(self)
    if record.allCgroups.contains(where: { !Containers.processes(below: $0).isEmpty }) {
      _ = record.signalAll(.kill)
      record.thaw(after: .kill)
    }
    let leftovers = Leftovers(
      id: record.id, places: record.allCgroups + [directory.path], remedy: Leftovers.byForce)
    // Without its directory nobody would know of the mount.
    do { try record.unmount() } catch { throw leftovers.error(error) }
    debug?("remove \((record.allCgroups + [directory.path]).joined(separator: ", "))")
    let memory = KeeperMemoryBuilder(
      cgroups: record.cgroups, scopes: record.scopes, directory: directory.path,
      files: ContainerDirectory.files)
    memory.pointer.pointee.scopeState = KeeperMemory.scopes
    memory.pointer.pointee.place = Int(place.rawValue)
    let result = removeContainer(memory.pointer, -1)
    withExtendedLifetime(memory) {}
    if result != KeeperMemory.left { return result == KeeperMemory.removed }
    throw leftovers.error()
  }
}
