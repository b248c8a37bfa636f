import Linux
import SystemPackage

// /run/cooper/ID is a container's directory, locked (shared) by its keeper and its host side as long as they live. The
// lock is a flock of the directory itself, so that it leaves nothing more behind; whoever makes or sweeps directories
// holds the lock of their parent meanwhile.

/// The remains of one container, and whether they could be removed.
public struct Sweep: Hashable, Sendable, CustomStringConvertible {
  public let id: String
  public let directory: String
  public let isGone: Bool

  public var description: String {
    isGone
      ? "swept the remains of the container \(id)"
      : "the remains of the container \(id) can't be removed yet: see \(directory)"
  }
}

/// Removes what is left of containers whose host side and keeper were both killed.
///
/// - Parameter stateDirectory: where containers have their directories.
/// - Returns: what became of each.
public func sweep(stateDirectory: String) throws -> [Sweep] {
  guard let parent = try? open(stateDirectory, [.directory, .noFollow]) else { return [] }
  let status = try statx(at: parent, "", .emptyPath)
  guard status.uid == geteuid(), status.mode.rawValue & 0o022 == 0 else {
    throw ContainerError(notOurs(stateDirectory))
  }
  try flock(parent, .exclusive)
  var sweeps: [Sweep] = []
  // Nothing is in a parent that was removed while this waited for the lock.
  for id in ((try? getdents64(parent)) ?? []).map(\.name.string) {
    let path = "\(stateDirectory)/\(id)"
    guard let directory = try? open(at: parent, id, [.directory, .noFollow]), try isAbandoned(directory)
    else {
      continue
    }
    let container = try StateFile.read(path).flatMap { try? pidfd_open($0) } ?? PIDFD(Descriptor(owning: -1))
    let memory = KeeperMemoryBuilder(
      cgroups: StateFile.lines(of: "cgroups", in: path), scopes: StateFile.lines(of: "scopes", in: path),
      directory: path, files: StateFile.names, tries: 25, scopeTime: 2000)
    memory.pointer.pointee.scopeState = KeeperMemory.scopes
    let isGone =
      removeContainer(memory.pointer, Int(container.fileDescriptor.rawValue)) != KeeperMemory.left
    withExtendedLifetime(memory) {}
    withExtendedLifetime(container) {}
    withExtendedLifetime(directory) {}
    sweeps.append(Sweep(id: id, directory: path, isGone: isGone))
  }
  // With no container left the parent goes as well.
  try? rmdir(stateDirectory)
  withExtendedLifetime(parent) {}
  return sweeps
}

/// What is in the directory names processes to kill: it must be nobody's but ours.
func notOurs(_ stateDirectory: String) -> String {
  "the directory \(stateDirectory) belongs to somebody else, or others may write to it"
}

/// Whether neither keeper nor host side has the directory's lock; then this process has it.
private func isAbandoned(_ directory: borrowing Descriptor) throws(SystemCallError) -> Bool {
  do { try flock(directory, .exclusive, wait: false) } catch {
    if error.errno == .wouldBlock { return false }
    throw error
  }
  return true
}
