import CArchive

/// libarchive's reader over a source. Only what was switched on is recognised: not the many formats that it knows
/// beside tar, nor its external programs.
final class ReadArchive {
  let pointer: OpaquePointer
  private let source: any ByteSource
  /// What the source threw, since libarchive's callbacks can give a number only.
  private var sourceError: (any Error)?

  init(_ source: any ByteSource) throws {
    guard let pointer = archive_read_new() else { throw Refusal("libarchive can't begin: no memory") }
    self.pointer = pointer
    self.source = source
  }

  deinit { archive_read_free(pointer) }

  func open() throws {
    // Unretained: this object owns the archive, which makes the calls.
    try check(
      archive_read_open(
        pointer, Unmanaged.passUnretained(self).toOpaque(), nil,
        { _, context, block in
          guard let context, let block else { return -1 }
          return Unmanaged<ReadArchive>.fromOpaque(context).takeUnretainedValue().read(block)
        }, nil))
  }

  private func read(_ block: UnsafeMutablePointer<UnsafeRawPointer?>) -> Int {
    do {
      let part = try source.next()
      block.pointee = part.baseAddress
      return part.count
    } catch {
      sourceError = error
      return -1
    }
  }

  /// The next member's header, owned by the archive; nil at the end.
  func nextHeader() throws -> OpaquePointer? {
    var entry: OpaquePointer?
    let result = archive_read_next_header(pointer, &entry)
    if result == ARCHIVE_EOF { return nil }
    // Names in UTF-8 are more than the C locale can say. The bytes are there as they are, which is all we want.
    if result == ARCHIVE_WARN, message.contains("can't be converted from") { return entry }
    try check(result)
    return entry
  }

  /// The next part of the member's data with its place in the file; nil at the end.
  func nextBlock() throws -> (bytes: UnsafeRawBufferPointer, offset: Int)? {
    while true {
      var start: UnsafeRawPointer?
      var count = 0
      var offset: Int64 = 0
      let result = archive_read_data_block(pointer, &start, &count, &offset)
      if result == ARCHIVE_EOF { return nil }
      try check(result)
      if count > 0 { return (UnsafeRawBufferPointer(start: start, count: count), Int(offset)) }
    }
  }

  private func check(_ result: CInt) throws {
    if result == ARCHIVE_OK { return }
    throw sourceError ?? Refusal(message)
  }

  private var message: String {
    archive_error_string(pointer).map { String(cString: $0) } ?? "libarchive doesn't say why"
  }
}
