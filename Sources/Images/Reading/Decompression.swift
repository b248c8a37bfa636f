import CArchive

/// What a file is decompressed to, by what it begins with: gzip, xz, zstd; anything else as it is.
func decompressed(_ file: OpenFile, _ source: any ByteSource) throws -> any ByteSource {
  var start: [UInt8] = [0, 0, 0, 0, 0, 0]
  let count = try start.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
  start.removeLast(start.count - count)
  if start.starts(with: [0x1f, 0x8b]) { return try GzipSource(source) }
  if start.starts(with: [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]) {
    return try FilteredSource(source, "xz", archive_read_support_filter_xz)
  }
  // A frame, or one that holds no data and is skipped.
  let isSkippable = start.dropFirst().starts(with: [0x2a, 0x4d, 0x18]) && start[0] & 0xf0 == 0x50
  if isSkippable || start.starts(with: [0x28, 0xb5, 0x2f, 0xfd]) {
    return try FilteredSource(source, "zstd", archive_read_support_filter_zstd)
  }
  return source
}

/// A source through one of libarchive's filters. They check the sums that their formats have.
final class FilteredSource: ByteSource {
  private let archive: ReadArchive
  private let name: String

  init(_ source: any ByteSource, _ name: String, _ filter: (OpaquePointer?) -> CInt) throws {
    self.name = name
    archive = try ReadArchive(source)
    archive_read_support_format_raw(archive.pointer)
    // It tells, by a warning, where it needs an external program; that is never so for these.
    guard filter(archive.pointer) == ARCHIVE_OK else { throw Refusal("libarchive was built without \(name)") }
    do {
      try archive.open()
      _ = try archive.nextHeader()
    } catch { throw named(error) }
  }

  func next() throws -> UnsafeRawBufferPointer {
    do { return try archive.nextBlock()?.bytes ?? UnsafeRawBufferPointer(start: nil, count: 0) } catch {
      throw named(error)
    }
  }

  private func named(_ error: any Error) -> Refusal {
    Refusal("it can't be decompressed (\(name)): \(Refusal(error).cause)")
  }
}
