import Linux
import SystemPackage

/// Where unpacked tars are kept, each under the SHA-256 of the tar: `ROOT/images/sha256-HEX/rootfs`.
///
///     let store = ImageStore(root: "/var/lib/cooper")
///     let rootfs = try store.rootfs(ofTar: "debian.tar.xz")
///
/// An image there is whole: it was unpacked beside its place, synced, and renamed. Nothing writes to it afterwards; it
/// is there to be the lower layer of overlays. `rm -r ROOT/images/sha256-HEX` frees its space, while no container
/// uses it.
public struct ImageStore: Sendable {
  let root: FilePath
  let limits: ImageLimits

  /// - Parameter root: the directory of the store. It is made when it is needed.
  public init(root: String, limits: ImageLimits = ImageLimits()) {
    self.root = FilePath(root)
    self.limits = limits
  }

  /// The root filesystem in a tar, which is unpacked unless it has been already.
  ///
  /// Needs to be root, for the owners of the files.
  ///
  /// - Parameter path: of a tar, plain or compressed by gzip, xz or zstd.
  /// - Returns: a directory's path.
  public func rootfs(ofTar path: String) throws(ImageError) -> String {
    try named(path) {
      let file = try openTar(path)
      let digest = try FileSource(file).digest()
      return try StoreDirectory.with(root.appending("images")) { store in
        try store.rootfs(digest) { directory in
          let reader = try TarReader(file, limits)
          try Unpacker(reader, into: directory).unpack()
          return try reader.digest()
        }
      }
    }
  }

  /// What `rootfs` would return, without unpacking anything. The tar is read, for its hash.
  public func expectedRootfs(ofTar path: String) throws(ImageError) -> String {
    try named(path) {
      let file = try openTar(path)
      // What is no tar at all should not seem to work.
      _ = try TarReader(file, limits).next()
      return root.appending("images/\(imageName(try FileSource(file).digest()))/rootfs").string
    }
  }

  private func openTar(_ path: String) throws -> OpenFile {
    // A pipe's other end could let us wait for ever.
    let file = OpenFile(try open(path, [.nonBlock, .noCTTY]))
    let status = try statx(at: file.descriptor, "", .emptyPath)
    if status.mode.type != .regular { throw Refusal("it is no regular file") }
    if status.size == 0 { throw Refusal("it is empty") }
    return file
  }

  private func named<Result>(_ path: String, _ body: () throws -> Result) throws(ImageError) -> Result {
    do { return try body() } catch {
      let refusal = Refusal(error)
      throw ImageError(image: path, member: refusal.member, cause: refusal.cause)
    }
  }
}

/// The directory of an image in the store.
func imageName(_ digest: String) -> String { "sha256-\(digest)" }
