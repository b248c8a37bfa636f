import Linux
import SystemPackage

/// Removes a directory and all that is in it, however deep: what is found below it is moved up into it first, so that
/// neither descriptors nor the stack grow with the depth.
func removeTree(_ name: RawPath, in parent: Directory) throws(SystemCallError) {
  let top = try parent.open(name)
  var moved = 0
  var waiting = try empty(top, into: top, &moved)
  while let next = waiting.popLast() {
    let directory = try top.open(next)
    waiting += try empty(directory, into: top, &moved)
    try rmdir(at: top.descriptor, next)
  }
  try rmdir(at: parent.descriptor, name)
}

/// Removes the files of a directory and moves its directories into `top`.
///
/// - Returns: the names that they have there.
private func empty(
  _ directory: Directory, into top: Directory, _ moved: inout Int
) throws(SystemCallError) -> [RawPath] {
  var directories: [RawPath] = []
  for name in try names(in: directory.descriptor) {
    do { try unlink(at: directory.descriptor, name) } catch {
      if error.errno != .isDirectory { throw error }
      if directory === top {
        directories.append(name)
      } else {
        directories.append(try moveUp(name, from: directory, to: top, &moved))
      }
    }
  }
  return directories
}

private func moveUp(
  _ name: RawPath, from directory: Directory, to top: Directory, _ moved: inout Int
) throws(SystemCallError) -> RawPath {
  while true {
    moved += 1
    let new = RawPath("moved-\(moved)".utf8)
    // Over an empty directory it goes, over any other not: one more number then.
    do {
      try mkdir(at: top.descriptor, new, .ownerReadWriteExecute)
      try renameat2(from: directory.descriptor, name, to: top.descriptor, new)
      return new
    } catch {
      if error.errno != .fileExists { throw error }
    }
  }
}
