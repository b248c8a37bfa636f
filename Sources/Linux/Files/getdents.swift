import CLinux
import SystemPackage

/// One name in a directory: struct linux_dirent64.
public struct DirectoryEntry: Hashable, Sendable {
  /// Without a slash, so good as a path `at:` the directory.
  public let name: FilePath
  /// nil where the filesystem doesn't say: then `statx` does.
  public let type: FileType?
  /// Of what is there before something is mounted over it.
  public let inode: UInt64
}

/// lseek(fd, 0, SEEK_SET), then getdents64(fd, dirp, count) until the end
///
/// What is in a directory, in the filesystem's own order, without "." and "..".
///
///     let directory = try open("/etc", .directory)
///     for entry in try getdents64(directory) where entry.type == .directory { print(entry.name) }
///
/// A name that is added or removed meanwhile may be there or not.
///
/// - Parameter fd: of a directory, not opened with `path`.
/// - Throws: ENOTDIR; ENOENT for a directory that was removed; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getdents.2.html>
public func getdents64(
  _ fd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) -> [DirectoryEntry] {
  let number = fd.number
  try check(systemCall(__NR_lseek, number, 0, Int(LINUX_SEEK_SET)), "lseek", ["fd": number])
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 32 << 10, alignment: 8)
  defer { buffer.deallocate() }
  var entries: [DirectoryEntry] = []
  while true {
    let result = systemCall(__NR_getdents64, number, address(buffer.baseAddress), buffer.count)
    let filled = try check(result, "getdents64", ["fd": number, "count": buffer.count])
    if filled == 0 { return entries }
    var rest = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    while !rest.isEmpty {
      let (entry, length) = parse(rest)
      if entry.name != "." && entry.name != ".." { entries.append(entry) }
      rest = UnsafeRawBufferPointer(rebasing: rest[length...])
    }
  }
}

/// The first entry, and its length. Entries begin at a multiple of 8.
private func parse(_ bytes: UnsafeRawBufferPointer) -> (DirectoryEntry, length: Int) {
  let head = bytes.load(as: clinux_dirent64.self)
  let name = bytes[nameOffset..<Int(head.d_reclen)].prefix { $0 != 0 }
  let text = name.map { CInterop.PlatformChar(bitPattern: $0) } + [0]
  // DT_REG and so on are S_IFREG and so on without the mode's bits.
  let type = head.d_type == 0 ? nil : FileType(rawValue: CInterop.Mode(head.d_type) << 12)
  let entry = DirectoryEntry(name: FilePath(platformString: text), type: type, inode: head.d_ino)
  return (entry, Int(head.d_reclen))
}

/// The name follows the type's byte, layout_files.c says.
private let nameOffset = (MemoryLayout<clinux_dirent64>.offset(of: \.d_type) ?? 0) + 1
