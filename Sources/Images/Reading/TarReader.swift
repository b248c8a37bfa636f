import CArchive

/// The members of a tar, plain or compressed.
final class TarReader {
  private let file: FileSource
  private let source: LimitedSource
  private let archive: ReadArchive
  private let limits: ImageLimits
  private var count = 0

  init(_ file: OpenFile, _ limits: ImageLimits) throws {
    self.file = FileSource(file)
    self.limits = limits
    source = LimitedSource(try decompressed(file, self.file), limits.bytes)
    archive = try ReadArchive(source)
    archive_read_support_format_tar(archive.pointer)
    do { try archive.open() } catch { throw recognised(error) }
  }

  /// The next member; nil at the end, when everything has been read that can be checked.
  func next() throws -> TarMember? {
    let entry: OpaquePointer?
    do { entry = try archive.nextHeader() } catch { throw recognised(error) }
    guard let entry else {
      try finish()
      return nil
    }
    count += 1
    if count > limits.members { throw Refusal("it has more than \(limits.members) members") }
    let member = try TarMember(entry, limits)
    if case .regular(let size) = member.kind, size > limits.bytes, archive_entry_sparse_count(entry) == 0 {
      throw source.tooMuch.of(member: member.path)
    }
    return member
  }

  /// The next part of the last member's data.
  func nextBlock() throws -> (bytes: UnsafeRawBufferPointer, offset: Int)? { try archive.nextBlock() }

  /// A tar ends with blocks of zeros. libarchive takes one without them for whole; it may as well have been cut
  /// between two members.
  private func finish() throws {
    if count == 0 { throw Refusal("it has no members") }
    if archive_filter_bytes(archive.pointer, 0) == archive_read_header_position(archive.pointer) {
      throw Refusal("it is truncated: the mark of its end is missing")
    }
    try source.drain()
  }

  /// The SHA-256 of the file as it is, compressed or not: of the same bytes that the members came from.
  func digest() throws -> String { try file.digest() }
}

/// libarchive's words for what is no tar from its first bytes on, in ours.
private func recognised(_ error: any Error) -> Refusal {
  let refusal = Refusal(error)
  let isNoTar = refusal.cause == "Unrecognized archive format"
  return isNoTar ? Refusal("it is no tar, plain or compressed by gzip, xz or zstd") : refusal
}

/// A source that ends in an error after so many bytes.
private final class LimitedSource: ByteSource {
  private let source: any ByteSource
  private let limit: UInt64
  private var count: UInt64 = 0

  init(_ source: any ByteSource, _ limit: UInt64) {
    self.source = source
    self.limit = limit
  }

  func next() throws -> UnsafeRawBufferPointer {
    let part = try source.next()
    count += UInt64(part.count)
    if count > limit { throw tooMuch }
    return part
  }

  var tooMuch: Refusal { Refusal("it unpacks to more than \(limit) bytes") }
}
