import CLinux
import Linux
import SystemPackage

// System calls that `Linux` doesn't have. Each is only what this target needs of it.

/// linkat(olddirfd, oldpath, newdirfd, newpath, 0): of a symbolic link itself.
func link(
  at old: borrowing some DescriptorLike & ~Copyable, _ oldpath: RawPath,
  at new: borrowing some DescriptorLike & ~Copyable, _ newpath: RawPath
) throws(SystemCallError) {
  let (old, new) = (number(old), number(new))
  let result = oldpath._withAddress { a in
    newpath._withAddress { b in systemCall(__NR_linkat, old, a, new, b, 0) }
  }
  try check(result, "linkat", ["oldpath": oldpath, "newpath": newpath])
}

/// utimensat(dirfd, pathname, {atime, mtime}, AT_SYMLINK_NOFOLLOW), or utimensat(fd, NULL, …) without a path.
func setTime(
  at directory: borrowing some DescriptorLike & ~Copyable, _ pathname: RawPath? = nil, _ metadata: Metadata
) throws(SystemCallError) {
  let directory = number(directory)
  let time = (metadata.seconds, metadata.nanoseconds)
  var times = (time, time)
  let result = withUnsafeMutableBytes(of: &times) { times in
    let times = address(times.baseAddress)
    guard let pathname else { return systemCall(__NR_utimensat, directory, 0, times, 0) }
    return pathname._withAddress {
      systemCall(__NR_utimensat, directory, $0, times, LINUX_AT_SYMLINK_NOFOLLOW)
    }
  }
  try check(result, "utimensat", ["pathname": pathname])
}

/// pwrite(fd, buf, count, offset), as often as it takes to write everything.
func write(
  _ fd: borrowing Descriptor, _ bytes: UnsafeRawBufferPointer, at offset: Int
) throws(SystemCallError) {
  let number = Int(fd.rawValue)
  var done = 0
  while done < bytes.count {
    let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
    let place = offset + done
    let result = untilUninterrupted {
      systemCall(__NR_pwrite64, number, address(rest.baseAddress), rest.count, place)
    }
    done += try check(result, "pwrite64", ["count": rest.count, "offset": place])
  }
}

/// ftruncate(fd, length)
func setSize(_ fd: borrowing Descriptor, _ length: Int) throws(SystemCallError) {
  try check(systemCall(__NR_ftruncate, Int(fd.rawValue), length), "ftruncate", ["length": length])
}

/// fsetxattr(fd, name, value, size, 0)
func set(_ attribute: ExtendedAttribute, of fd: borrowing Descriptor) throws(SystemCallError) {
  let number = Int(fd.rawValue)
  let result = attribute.value.withUnsafeBytes { value in
    attribute.name._withAddress {
      systemCall(__NR_fsetxattr, number, $0, address(value.baseAddress), value.count, 0)
    }
  }
  try check(result, "fsetxattr", ["name": attribute.name])
}

/// flock(fd, LOCK_EX), or with LOCK_NB: false when somebody else has it and `wait` is false.
func lockExclusively(_ fd: borrowing Descriptor, wait: Bool) throws(SystemCallError) -> Bool {
  do { try flock(fd, .exclusive, wait: wait) } catch {
    if error.errno != .wouldBlock { throw error }
    return false
  }
  return true
}

/// syncfs(fd): everything of the filesystem that `fd` is on.
func syncFilesystem(_ fd: borrowing Descriptor) throws(SystemCallError) {
  try check(systemCall(__NR_syncfs, Int(fd.rawValue)), "syncfs")
}

/// fsync(fd)
func sync(_ fd: borrowing Descriptor) throws(SystemCallError) {
  try check(systemCall(__NR_fsync, Int(fd.rawValue)), "fsync")
}

/// getdents64(fd, …) until the end: the names in a directory, without "." and "..", read from its beginning.
func names(in directory: borrowing Descriptor) throws(SystemCallError) -> [RawPath] {
  let number = Int(directory.rawValue)
  try check(systemCall(__NR_lseek, number, 0, 0), "lseek")
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 8)
  defer { buffer.deallocate() }
  var names: [RawPath] = []
  while true {
    let result = systemCall(__NR_getdents64, number, address(buffer.baseAddress), buffer.count)
    let filled = try check(result, "getdents64")
    if filled == 0 { return names }
    var entry = UnsafeRawBufferPointer(rebasing: buffer[..<filled])
    while !entry.isEmpty {
      // struct linux_dirent64: inode and offset of 8 bytes each, the entry's length of 2, the type, the name.
      let length = Int(entry.loadUnaligned(fromByteOffset: 16, as: UInt16.self))
      let name = RawPath(entry[19..<length].prefix { $0 != 0 })
      if name != "." && name != ".." { names.append(name) }
      entry = UnsafeRawBufferPointer(rebasing: entry[length...])
    }
  }
}

private func number(_ fd: borrowing some DescriptorLike & ~Copyable) -> Int {
  Int(fd.fileDescriptor.rawValue)
}
