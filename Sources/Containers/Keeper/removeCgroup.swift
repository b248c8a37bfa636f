import CLinux

/// Removes a cgroup with all that a container has made in it, from below. One is busy for a moment after its last
/// process has ended, so it is tried for a while.
@_noLocks @_noAllocation
func removeCgroup(_ keeper: KeeperMemory, _ path: Int) -> Bool {
  let (noEntry, busy) = (-2, -16)
  var (tries, leaves) = (0, 0)
  while tries < keeper.tries {
    let result = clinux_syscall(
      Int(__NR_unlinkat), Int(LINUX_AT_FDCWD), path, Int(LINUX_AT_REMOVEDIR), 0, 0, 0)
    if result == 0 || result == noEntry { return true }
    if result != busy { return false }
    if leaves < 100_000 && removeLeaf(keeper, path) {
      leaves += 1
      continue
    }
    // nanosleep and not ppoll: that writes the time that is left over the time that was asked for.
    _ = clinux_syscall(Int(__NR_nanosleep), keeper.shortTime, 0, 0, 0, 0, 0)
    tries += 1
  }
  return false
}

/// Removes one cgroup below this one that has none below itself.
///
/// - Returns: false when there is none, or when it is busy.
@_noLocks @_noAllocation
private func removeLeaf(_ keeper: KeeperMemory, _ path: Int) -> Bool {
  var parent = -1
  var directory = openDirectory(Int(LINUX_AT_FDCWD), path)
  if directory < 0 { return false }
  while let name = childDirectory(keeper, directory) {
    let child = openDirectory(directory, name)
    if child < 0 { break }
    close(parent)
    (parent, directory) = (directory, child)
  }
  close(directory)
  if parent < 0 { return false }
  // The name is still in the buffer: of the last directory no other was found.
  let result = clinux_syscall(Int(__NR_unlinkat), parent, keeper.childName, Int(LINUX_AT_REMOVEDIR), 0, 0, 0)
  close(parent)
  return result == 0
}

/// The name of a directory in this one, copied to where it stays until the next is found; nil without one.
@_noLocks @_noAllocation
private func childDirectory(_ keeper: KeeperMemory, _ directory: Int) -> Int? {
  while true {
    let count = clinux_syscall(
      Int(__NR_getdents64), directory, keeper.entries, keeper.entriesSize, 0, 0, 0)
    if count <= 0 { return nil }
    var offset = 0
    while offset < count {
      // struct linux_dirent64: the record's length at 16, the type at 18, the name at 19
      guard let record = UnsafePointer<UInt8>(bitPattern: keeper.entries + offset),
        let name = UnsafeMutablePointer<UInt8>(bitPattern: keeper.childName)
      else { return nil }
      let length = Int(record[16]) | Int(record[17]) << 8
      let (isDirectory, dot) = (record[18] == 4, UInt8(0x2e))
      let isSelfOrParent = record[19] == dot && (record[20] == 0 || (record[20] == dot && record[21] == 0))
      if isDirectory && !isSelfOrParent {
        var index = 0
        while index < 255 && record[19 + index] != 0 {
          name[index] = record[19 + index]
          index += 1
        }
        name[index] = 0
        return keeper.childName
      }
      offset += length
    }
  }
}

@_noLocks @_noAllocation
private func openDirectory(_ parent: Int, _ name: Int) -> Int {
  clinux_syscall(
    Int(__NR_openat), parent, name, Int(LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC), 0, 0, 0)
}

@_noLocks @_noAllocation
private func close(_ descriptor: Int) {
  if descriptor >= 0 { _ = clinux_syscall(Int(__NR_close), descriptor, 0, 0, 0, 0, 0) }
}
