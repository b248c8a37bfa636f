import Linux
import SystemPackage

/// A tree that grows in a directory of ours, which nobody else can reach meanwhile. Paths are looked up by the kernel
/// with the directory as their root: a symbolic link, whatever it says, leads to somewhere in the tree.
final class Tree {
  let root: Directory
  /// Where the last members were put: tars tell a directory's members one after the other.
  private var last: (path: RawPath, directory: Directory)?

  /// The last that was said of each directory, by inode. It is applied at the end, when they are filled.
  private var noted: [UInt64: (path: RawPath, metadata: Metadata)] = [:]

  init(_ root: Directory) { self.root = root }

  /// The directory at a path; those that no member made are made.
  func directory(_ path: RawPath, implied: Metadata) throws -> Directory {
    if path.isEmpty { return root }
    if let last, last.path == path { return last.directory }
    let found: Directory
    do { found = try open(path) } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
      found = try makeAll(path, implied)
    }
    last = (path, found)
    return found
  }

  /// The directory at a path, which a symbolic link in it may lead elsewhere in the tree.
  func open(_ path: RawPath) throws(SystemCallError) -> Directory {
    if path.isEmpty { return root }
    return Directory(try openat2(at: root.descriptor, path, [.directory], resolve: [.inRoot, .noMagicLinks]))
  }

  /// One step after the other from where the last has led: a path of a thousand directories isn't walked a thousand
  /// times.
  private func makeAll(_ path: RawPath, _ implied: Metadata) throws -> Directory {
    var place = root
    var walked = RawPath([])
    for step in path.names {
      walked.append(step)
      let name = RawPath(step)
      do {
        try mkdir(at: place.descriptor, name, .ownerReadWriteExecute)
        place = try place.open(name)
        try note(implied, of: place, at: walked)
      } catch {
        if error.errno != .fileExists { throw error }
        place = try existing(name, in: place, walked)
      }
    }
    return place
  }

  private func existing(_ name: RawPath, in parent: Directory, _ whole: RawPath) throws -> Directory {
    if let found = try? parent.open(name) { return found }
    do { return try open(whole) } catch {
      if error.errno != .noSuchFileOrDirectory { throw error }
      throw Refusal("the symbolic link \(whole.printable) above it leads to nothing")
    }
  }

  /// Keeps in mind what a directory is to be in the end. That is said of every directory that is made: one that was
  /// removed may have had the same inode.
  func note(_ metadata: Metadata, of directory: Directory, at path: RawPath) throws(SystemCallError) {
    noted[try inode(directory)] = (path, metadata)
  }

  func finishDirectories() throws {
    for (inode, (path, metadata)) in noted {
      // Another may be there by now, or none: a later member has replaced it.
      guard let directory = try? open(path), try self.inode(directory) == inode else { continue }
      do { try set(metadata, of: directory.descriptor) } catch { throw Refusal(error).of(member: path) }
    }
  }

  private func inode(_ directory: Directory) throws(SystemCallError) -> UInt64 {
    try statx(at: directory.descriptor, "", .emptyPath).inode
  }

  /// Removes what an earlier member put there.
  func remove(_ name: RawPath, in parent: Directory) throws {
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
  func open(_ name: some PathLike) throws(SystemCallError) -> Directory {
    Directory(try Linux.open(at: descriptor, name, [.directory, .noFollow]))
  }

  /// The names of the store's own entries; none where they can't be read.
  func names(withPrefix prefix: String) -> [String] {
    let entries = (try? getdents64(descriptor)) ?? []
    return entries.map(\.name.string).filter { $0.hasPrefix(prefix) }
  }
}

extension FilePermissions {
  static var usualDirectory: FilePermissions {
    [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
  }
}
