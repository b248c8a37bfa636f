import Linux
import SystemPackage

/// ROOT/images, open. Only its owner may enter it: images hold programs that become root for whoever starts them.
///
/// An image that is being unpacked is `unpacking-HEX`, locked by flock as long as the one who unpacks it lives. The
/// lock is of the directory itself, so that nothing is left beside it; and since directories are removed and renamed,
/// what was locked must be looked at again.
struct StoreDirectory {
  let path: FilePath
  let directory: Directory

  /// Opens the store, or makes it; what was made is removed again when `body` fails and has left nothing there.
  static func with<Result>(_ path: FilePath, _ body: (StoreDirectory) throws -> Result) throws -> Result {
    while true {
      var made: [FilePath] = []
      do {
        return try body(StoreDirectory(path: path, directory: try open(path, &made)))
      } catch {
        for directory in made.reversed() {
          do { try rmdir(directory) } catch { break }
        }
        if !(error is Vanished) { throw error }
      }
    }
  }

  private static func open(_ path: FilePath, _ made: inout [FilePath]) throws -> Directory {
    let directory: Directory
    do { directory = Directory(try Linux.open(path, [.directory, .noFollow])) } catch {
      if error.errno != .noSuchFileOrDirectory { throw Refusal("the store \(path): \(error.errno.sentence)") }
      made = try makeDirectories(path)
      do { directory = Directory(try Linux.open(path, [.directory, .noFollow])) } catch { throw Vanished() }
    }
    let status = try statx(at: directory.descriptor, "", .emptyPath)
    if status.uid != geteuid() {
      throw Refusal("the store \(path) belongs to uid \(status.uid)")
    }
    if status.mode.permissions != .ownerReadWriteExecute {
      try fchmod(directory.descriptor, .ownerReadWriteExecute)
    }
    return directory
  }

  /// The root filesystem of an image that is there, and whole.
  func rootfs(_ digest: String) -> String? {
    guard (try? statx(at: directory.descriptor, imageName(digest))) != nil else { return nil }
    return path.appending(imageName(digest)).appending("rootfs").string
  }

  /// Unpacks an image, unless somebody else does so meanwhile.
  ///
  /// - Parameters:
  ///   - waits: called before waiting for somebody else.
  ///   - unpack: is to unpack it into a directory, and to tell the hash of what it has unpacked, which is another
  ///     than `digest` if the file was changed meanwhile.
  /// - Returns: that hash.
  func add(_ digest: String, waits: () -> Void, unpack: (Directory) throws -> String) throws -> String {
    sweep()
    let name = "unpacking-\(digest)"
    guard let work = try lock(name, digest, waits) else { return digest }
    do {
      for left in try getdents64(work.descriptor) { try removeTree(left.name, in: work) }
      try mkdir(at: work.descriptor, "rootfs", .ownerReadWriteExecute)
      let unpacked = try unpack(try work.open("rootfs"))
      try syncfs(work.descriptor)
      try publish(name, as: unpacked)
      return unpacked
    } catch {
      try? removeTree(name, in: directory)
      throw error
    }
  }

  /// The directory to unpack into, locked; nil when the image is there by now.
  private func lock(_ name: String, _ digest: String, _ waits: () -> Void) throws -> Directory? {
    while true {
      if rootfs(digest) != nil { return nil }
      do { try mkdir(at: directory.descriptor, name, .ownerReadWriteExecute) } catch {
        // Whoever made the store found nothing to put there, and removed it.
        if error.errno == .noSuchFileOrDirectory { throw Vanished() }
        if error.errno != .fileExists { throw error }
      }
      let work: Directory
      do { work = try directory.open(name) } catch {
        if error.errno == .noSuchFileOrDirectory { continue }
        throw error
      }
      do { try flock(work.descriptor, .exclusive, wait: false) } catch {
        if error.errno != .wouldBlock { throw error }
        waits()
        try flock(work.descriptor, .exclusive)
      }
      if try isStill(name, work) { return work }
    }
  }

  /// Gives the image its name. Where another has come first, that one is kept.
  private func publish(_ name: String, as digest: String) throws {
    do {
      try renameat2(from: directory.descriptor, name, to: directory.descriptor, imageName(digest))
    } catch {
      if error.errno != .directoryNotEmpty && error.errno != .fileExists { throw error }
      try removeTree(name, in: directory)
    }
    try fsync(directory.descriptor)
  }

  /// Removes what was left by those who were killed while they unpacked: their locks are free. It only takes space,
  /// so what can't be removed is no error.
  private func sweep() {
    for name in directory.names(withPrefix: "unpacking-") {
      guard let left = try? directory.open(name),
        (try? flock(left.descriptor, .exclusive, wait: false)) != nil,
        (try? isStill(name, left)) == true
      else { continue }
      try? removeTree(name, in: directory)
    }
  }

  /// Whether the directory that was opened by this name still has it.
  private func isStill(_ name: String, _ opened: Directory) throws -> Bool {
    guard let present = try? statx(at: directory.descriptor, name, .symlinkNoFollow) else { return false }
    return present.inode == (try statx(at: opened.descriptor, "", .emptyPath)).inode
  }
}

/// The store was removed by somebody else before anything was in it.
private struct Vanished: Error {}

/// Makes a directory for its owner only, and those above it.
///
/// - Returns: those that were not there, outermost first.
private func makeDirectories(_ path: FilePath) throws -> [FilePath] {
  var made: [FilePath] = []
  var walked = FilePath(root: path.root, [])
  for component in path.components {
    walked.append(component)
    do {
      try mkdir(walked, walked == path ? .ownerReadWriteExecute : .usualDirectory)
      made.append(walked)
    } catch {
      if error.errno == .fileExists { continue }
      for directory in made.reversed() { try? rmdir(directory) }
      throw Refusal("the store \(path) can't be made: \(error.errno.sentence)")
    }
  }
  return made
}
