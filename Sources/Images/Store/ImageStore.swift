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
  let owners: ImageOwners?
  let note: @Sendable (String) -> Void

  /// - Parameters:
  ///   - root: the directory of the store. It is made when it is needed.
  ///   - owners: where not all ids are there, those that are.
  ///   - note: takes a line that the user should see though it is no error: what of a tar was left out, and why.
  public init(
    root: String, limits: ImageLimits = ImageLimits(), owners: ImageOwners? = nil,
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.owners = owners
    self.root = FilePath(root)
    self.limits = limits
    self.note = note
  }

  /// The root filesystem in a tar, which is unpacked unless it has been already.
  ///
  /// Needs to be root, for the owners of the files: of the machine, or of a user namespace.
  ///
  /// - Parameter path: of a tar, plain or compressed by gzip, xz or zstd.
  /// - Returns: a directory's path.
  public func rootfs(ofTar path: String) throws(ImageError) -> String {
    try named(path) {
      let (file, status) = try openTar(path)
      return try StoreDirectory.with(storePath) { store in
        let identity = TarIdentity(status)
        if let digest = identity.digest(in: store), let rootfs = store.rootfs(digest) { return rootfs }
        var digest = try FileSource(file).digest()
        if store.rootfs(digest) == nil {
          digest = try store.add(
            digest, waits: { note("the image \(path): another is unpacking it, waiting") }
          ) {
            try unpack(file, path, into: $0)
          }
        }
        let isUnchanged = TarIdentity(try statx(at: file.descriptor, "", .emptyPath)) == identity
        if isUnchanged { identity.remember(digest, in: store) }
        guard let rootfs = store.rootfs(digest) else {
          throw Refusal("it was removed from the store meanwhile")
        }
        return rootfs
      }
    }
  }

  /// The root filesystem in a tar that is remembered to be unpacked, without being root; nil where it isn't known.
  public func knownRootfs(ofTar path: String) throws(ImageError) -> String? {
    try named(path) {
      let (_, status) = try openTar(path)
      if (try? statx(storePath)) == nil { return nil }
      return try StoreDirectory.with(storePath) { store in
        TarIdentity(status).digest(in: store).flatMap(store.rootfs)
      }
    }
  }

  /// What `rootfs` would return, without writing anything. The tar is read, for its hash.
  public func expectedRootfs(ofTar path: String) throws(ImageError) -> String {
    try named(path) {
      let (file, _) = try openTar(path)
      // What is no tar at all should not seem to work.
      _ = try TarReader(file, limits).next()
      let digest = try FileSource(file).digest()
      return storePath.appending(imageName(digest)).appending("rootfs").string
    }
  }

  private var storePath: FilePath { root.appending("images") }

  private func unpack(_ file: OpenFile, _ path: String, into directory: Directory) throws -> String {
    let reader = try TarReader(file, limits)
    let unpacker = Unpacker(reader, into: directory, owners)
    try unpacker.unpack()
    for text in unpacker.leftOut { note("the image \(path): \(text)") }
    return try reader.digest()
  }

  private func openTar(_ path: String) throws -> (OpenFile, FileStatus) {
    // Without waiting for a pipe's other end.
    let file = OpenFile(try open(path, [.nonBlock, .noCTTY]))
    let status = try statx(at: file.descriptor, "", .emptyPath)
    if status.mode.type != .regular { throw Refusal("it is no regular file") }
    if status.size == 0 { throw Refusal("it is empty") }
    return (file, status)
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
