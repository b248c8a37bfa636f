import Linux
import SystemPackage

/// Removes a directory and all that is in it, however deep: one directory is open at a time, and ".." is the way back,
/// so that neither descriptors nor the stack grow with the depth. Nothing is made or moved meanwhile: it is also for a
/// filesystem that is full.
func removeTree(_ name: some PathLike, in parent: Directory) throws(SystemCallError) {
  var place = try parent.open(name)
  var way = [try Level("", place)]
  while let next = way.last {
    if let inner = next.directories.last {
      way[way.count - 1].directories.removeLast()
      place = try place.open(inner)
      way.append(try Level(inner, place))
    } else {
      way.removeLast()
      guard let above = way.last else { break }
      place = try above.reopen(from: place)
      try rmdir(at: place.descriptor, next.name)
    }
  }
  try rmdir(at: parent.descriptor, name)
}

/// A directory on the way down, whose files are removed.
private struct Level {
  let name: FilePath
  let identity: Identity
  /// Those in it that are still there.
  var directories: [FilePath] = []

  init(_ name: FilePath, _ directory: Directory) throws(SystemCallError) {
    self.name = name
    identity = try Identity(directory)
    for name in try getdents64(directory.descriptor).map(\.name) {
      do { try unlink(at: directory.descriptor, name) } catch {
        if error.errno != .isDirectory { throw error }
        directories.append(name)
      }
    }
  }

  /// - Parameter inner: a directory in this one. Were it moved meanwhile, its ".." would be somebody's else.
  func reopen(from inner: Directory) throws(SystemCallError) -> Directory {
    let directory = try inner.open("..")
    if try Identity(directory) != identity {
      throw SystemCallError(
        call: "openat", errno: .noSuchFileOrDirectory, hint: "\(name) was moved meanwhile")
    }
    return directory
  }
}

private struct Identity: Equatable {
  let device: DeviceNumber
  let inode: UInt64

  init(_ directory: Directory) throws(SystemCallError) {
    let status = try statx(at: directory.descriptor, "", .emptyPath)
    device = status.device
    inode = status.inode
  }
}
