import Glibc
import Linux

/// What a file is known by without reading it: as long as its inode, size and times are the same, so is its content.
///
/// The store remembers hashes by it, so that a large tar isn't read at every start: in symbolic links like
/// `tar-8:1-1234-4096-T-T`, which lead to `sha256-HEX`. A symbolic link is there whole or not at all.
struct TarIdentity: Equatable {
  private let file: String
  private let version: String
  private let changeTime: FileStatus.Timestamp

  init(_ status: FileStatus) {
    func text(_ time: FileStatus.Timestamp) -> String { "\(time.seconds).\(time.nanoseconds)" }
    file = "tar-\(status.device)-\(status.inode)-"
    version = "\(status.size)-\(text(status.modificationTime))-\(text(status.changeTime))"
    changeTime = status.changeTime
  }

  /// The hash that the store remembers; nil for none, and for what is no hash.
  func digest(in store: StoreDirectory) -> String? {
    guard let target = try? readlink(at: store.directory.descriptor, file + version).string else {
      return nil
    }
    let digest = String(target.dropFirst(imageName("").count))
    let isHash = digest.utf8.count == 64 && digest.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    return isHash && target == imageName(digest) ? digest : nil
  }

  /// Remembers a hash, and forgets those of other versions of the file and those of images that are gone. It only
  /// saves time later, so a failure is no error.
  func remember(_ digest: String, in store: StoreDirectory) {
    // Within the same tick of the clock the file could change once more and look the same.
    guard changeTime.seconds + 2 < time(nil) else { return }
    let directory = store.directory
    for name in directory.names(withPrefix: "tar-") {
      let isGone = (try? statx(at: directory.descriptor, name)) == nil
      if isGone || name.hasPrefix(file) { try? unlink(at: directory.descriptor, name) }
    }
    try? symlink(imageName(digest), at: directory.descriptor, file + version)
  }
}
