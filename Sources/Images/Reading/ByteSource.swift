import CLinux
import Linux
import SystemPackage

/// Bytes one after the other, in parts: a file, or what a file is decompressed to.
protocol ByteSource: AnyObject {
  /// The next part, good until the next call; empty at the end.
  func next() throws -> UnsafeRawBufferPointer
}

extension ByteSource {
  /// Reads to the end, so that what is checked there is checked.
  func drain() throws { while try !next().isEmpty {} }
}

/// A file from its beginning, hashed as it is read. The descriptor's own position doesn't matter.
final class FileSource: ByteSource {
  private let file: OpenFile
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
  private var offset = 0
  private var hash = SHA256()

  init(_ file: OpenFile) { self.file = file }

  deinit { buffer.deallocate() }

  func next() throws -> UnsafeRawBufferPointer {
    let count = try file.read(at: offset, into: buffer)
    offset += count
    let part = UnsafeRawBufferPointer(rebasing: buffer[..<count])
    hash.update(part)
    return part
  }

  /// The SHA-256 of the whole file, whose rest is read for it.
  func digest() throws -> String {
    try drain()
    return hash.digest()
  }
}

/// A descriptor that several hold.
final class OpenFile {
  let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// pread(fd, buf, count, offset)
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(SystemCallError) -> Int {
    let number = Int(descriptor.rawValue)
    let result = untilUninterrupted {
      systemCall(__NR_pread64, number, address(buffer.baseAddress), buffer.count, offset)
    }
    return try check(result, "pread64", ["fd": number, "count": buffer.count, "offset": offset])
  }
}
