import CLinux
import SystemPackage

/// ftruncate(fd, length)
///
/// Cuts a file, or lengthens it by a hole that reads as zeros.
///
/// - Parameter length: in bytes.
/// - Throws: EINVAL for a length below 0, and for what is no regular file or isn't open for writing; EFBIG; EPERM
///   for a file that is sealed against it; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/truncate.2.html>
public func ftruncate(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ length: Int
) throws(SystemCallError) {
  let number = fd.number
  let result = untilUninterrupted { systemCall(__NR_ftruncate, number, length) }
  try check(result, "ftruncate", ["fd": number, "length": length])
}

/// pwrite(fd, buf, count, offset), as often as it takes to write everything. Continues after EINTR.
///
/// Writes at a place of its own: the descriptor's position neither matters nor changes. With `append` the kernel
/// writes at the end whatever the place is.
///
/// - Parameters:
///   - bytes: those that lie in memory one after the other aren't copied.
///   - offset: in bytes from the file's beginning.
/// - Throws: ENOSPC, EDQUOT, EFBIG; EINVAL for an offset below 0; ESPIPE for a pipe or socket; EBADF where it isn't
///   open for writing.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/pwrite.2.html>
public func pwrite(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ bytes: some Sequence<UInt8>, _ offset: Int
) throws(SystemCallError) {
  let number = fd.number
  var done = 0
  var count = 0
  func write(_ buffer: UnsafeBufferPointer<UInt8>) -> Int {
    count = buffer.count
    while done < count {
      let rest = UnsafeBufferPointer(rebasing: buffer[done...])
      let written = untilUninterrupted {
        systemCall(__NR_pwrite64, number, address(rest.baseAddress), rest.count, offset + done)
      }
      if written < 0 { return written }
      done += written
    }
    return count
  }
  let result =
    bytes.withContiguousStorageIfAvailable(write) ?? Array(bytes).withUnsafeBufferPointer(write)
  try check(result, "pwrite", ["fd": number, "count": count - done, "offset": offset + done])
}

/// fsync(fd)
///
/// Waits until a file, its contents and what the filesystem says of it, is on the disk. A new name is when the
/// directory that has it was synced.
///
/// - Throws: EIO, ENOSPC and EDQUOT of what was written before; EINVAL for a pipe, socket or other that can't be; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fsync.2.html>
public func fsync(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) {
  let number = fd.number
  try check(systemCall(__NR_fsync, number), "fsync", ["fd": number])
}

/// syncfs(fd)
///
/// Waits until everything of the filesystem that a file is on is on the disk.
///
/// - Throws: EIO, ENOSPC and EDQUOT of what was written before, since Linux 5.8; EBADF for an O_PATH descriptor too.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/syncfs.2.html>
public func syncfs(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) {
  let number = fd.number
  try check(systemCall(__NR_syncfs, number), "syncfs", ["fd": number])
}
