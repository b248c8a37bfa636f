import Linux
import SystemPackage

/// A tree that grows in a directory of ours, which nobody else can reach meanwhile. Paths are looked up by the kernel
/// with the directory as their root: a symbolic link, whatever it says, leads to somewhere in the tree.
final class Tree {
  let root: Directory
  /// Where the last members were put: tars tell a directory's members one after the other.
  private var last: (path: FilePath, directory: Directory)?

  init(_ root: Directory) { self.root = root }

  /// The directory at a path; those that no member made are made.
  func directory(_ path: FilePath) throws -> Directory {
    if path.isEmpty { return root }
    if let last, last.path == path { return last.directory }
    let found: Directory
    do { found = try open(path) } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
      found = try makeAll(path)
    }
    last = (path, found)
    return found
  }

  /// The directory at a path, which a symbolic link in it may lead elsewhere in the tree.
  func open(_ path: FilePath) throws(SystemCallError) -> Directory {
    if path.isEmpty { return root }
    return Directory(try openat2(at: root.descriptor, path, [.directory], resolve: [.inRoot, .noMagicLinks]))
  }

  private func makeAll(_ path: FilePath) throws -> Directory {
    var place = root
    var walked = FilePath()
    for component in path.components {
      walked.append(component)
      do { place = try open(walked) } catch {
        if error.errno != .noSuchFileOrDirectory { throw error }
        do { try mkdir(at: place.descriptor, FilePath(root: nil, [component])) } catch {
          if error.errno != .fileExists { throw error }
          throw Refusal("the symbolic link \(printable(walked)) above it leads to nothing")
        }
        try chmod(at: place.descriptor, FilePath(root: nil, [component]), .usualDirectory)
        place = try open(walked)
      }
    }
    return place
  }

  /// Removes what an earlier member put there.
  func remove(_ name: FilePath, in parent: Directory) throws {
    // What is removed may be a part of the way to a directory that is kept.
    last = nil
    do { try unlink(at: parent.descriptor, name) } catch {
      if error.errno != .isDirectory { throw error }
      try removeTree(name, in: parent)
    }
  }
}

/// An open directory that several hold.
final class Directory {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// Opens a directory in this one; a symbolic link is none.
  func open(_ name: FilePath) throws(SystemCallError) -> Directory {
    Directory(try Linux.open(at: descriptor, name, [.directory, .noFollow]))
  }
}

extension FilePermissions {
  static var usualDirectory: FilePermissions {
    [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
  }
}
