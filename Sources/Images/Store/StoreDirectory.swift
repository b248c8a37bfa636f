import Linux
import SystemPackage

/// ROOT/images, open. Only its owner may enter it: images hold programs that run as root for whoever starts them.
///
/// An image that is being unpacked is `unpacking-HEX`, and locked by flock as long as the one who unpacks it lives.
/// The lock is of the directory itself, so that nothing is left beside it.
struct StoreDirectory {
  let path: FilePath
  let directory: Directory

  /// Opens the store, or makes it; what was made is removed again when `body` fails and has left nothing there.
  static func with<Result>(_ path: FilePath, _ body: (StoreDirectory) throws -> Result) throws -> Result {
    let made = try makeDirectories(path)
    do {
      let directory = Directory(try open(path, [.directory, .noFollow]))
      return try body(StoreDirectory(path: path, directory: directory))
    } catch {
      for directory in made.reversed() {
        do { try rmdir(directory) } catch { break }
      }
      throw error
    }
  }

  /// The image with this hash; if there is none, `unpack` is to unpack it into a directory, and to tell the hash of
  /// what it has unpacked, which is another if the file was changed meanwhile.
  func rootfs(_ digest: String, unpack: (Directory) throws -> String) throws -> String {
    let image = FilePath(imageName(digest))
    if exists(image) { return rootfs(image) }
    let work = FilePath("unpacking-\(digest)")
    try mkdir(at: directory.descriptor, work, .ownerReadWriteExecute)
    do {
      let place = try directory.open(work)
      try mkdir(at: place.descriptor, "rootfs", .ownerReadWriteExecute)
      let rootfs = try place.open("rootfs")
      try chmod(at: place.descriptor, "rootfs", .usualDirectory)
      let unpacked = FilePath(imageName(try unpack(rootfs)))
      try syncFilesystem(place.descriptor)
      try rename(at: directory.descriptor, work, at: directory.descriptor, unpacked)
      try sync(directory.descriptor)
      return self.rootfs(unpacked)
    } catch {
      try? removeTree(work, in: directory)
      throw error
    }
  }

  private func rootfs(_ image: FilePath) -> String { path.pushing(image).appending("rootfs").string }

  private func exists(_ image: FilePath) -> Bool { (try? statx(at: directory.descriptor, image)) != nil }
}

/// Makes a directory and those above it, for the owner only.
///
/// - Returns: those that were not there, outermost first.
private func makeDirectories(_ path: FilePath) throws(SystemCallError) -> [FilePath] {
  var made: [FilePath] = []
  var walked = FilePath(root: path.root, [])
  for component in path.components {
    walked.append(component)
    do {
      try mkdir(walked, .ownerReadWriteExecute)
      made.append(walked)
    } catch {
      if error.errno != .fileExists { throw error }
    }
  }
  return made
}
