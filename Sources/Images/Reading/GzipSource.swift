import CArchive

/// A source decompressed by zlib: unlike libarchive's filter it checks the sum that gzip keeps of the data.
final class GzipSource: ByteSource {
  private let source: any ByteSource
  // On the heap, since zlib's own state points back to it.
  private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var isBetweenMembers = false

  init(_ source: any ByteSource) throws {
    self.source = source
    stream.initialize(to: z_stream())
    // 15 for the largest window, and 16 for the format of gzip.
    let result = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
    guard result == Z_OK else { throw Refusal("zlib can't begin: \(result)") }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
    buffer.deallocate()
  }

  func next() throws -> UnsafeRawBufferPointer {
    stream.pointee.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(buffer.count)
    while stream.pointee.avail_out > 0 {
      if stream.pointee.avail_in == 0 {
        let part = try source.next()
        if part.isEmpty {
          if isBetweenMembers { break }
          throw refused("it is truncated")
        }
        stream.pointee.next_in = UnsafeMutablePointer(
          mutating: part.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(part.count)
      }
      try isBetweenMembers ? beginMember() : inflateSome()
    }
    return UnsafeRawBufferPointer(rebasing: buffer[..<(buffer.count - Int(stream.pointee.avail_out))])
  }

  private func inflateSome() throws {
    let result = inflate(stream, Z_NO_FLUSH)
    if result == Z_STREAM_END {
      isBetweenMembers = true
    } else if result != Z_OK {
      throw refused(stream.pointee.msg.map { String(cString: $0) } ?? "zlib gives \(result)")
    }
  }

  /// gzip files may follow one another; and zeros, with which tapes were filled up, may follow the last.
  private func beginMember() throws {
    while stream.pointee.avail_in > 0, let byte = stream.pointee.next_in, byte.pointee == 0 {
      stream.pointee.next_in = byte + 1
      stream.pointee.avail_in -= 1
    }
    if stream.pointee.avail_in > 0 {
      inflateReset(stream)
      isBetweenMembers = false
    }
  }

  private func refused(_ cause: String) -> Refusal { Refusal("it can't be decompressed (gzip): \(cause)") }
}
