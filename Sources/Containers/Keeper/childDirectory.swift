import CLinux

/// The name of the next directory in this one, copied to where it stays until another is found; nil after the last.
@_noLocks @_noAllocation
func childDirectory(_ keeper: KeeperMemory, _ directory: Int) -> Int? {
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
        // d_off: where the next call goes on, behind this record.
        let next = UnsafePointer<Int>(bitPattern: keeper.entries + offset + 8)?.pointee ?? 0
        _ = clinux_syscall(Int(__NR_lseek), directory, next, 0, 0, 0, 0)
        return keeper.childName
      }
      offset += length
    }
  }
}

@_noLocks @_noAllocation
func openDirectory(_ parent: Int, _ name: Int) -> Int {
  clinux_syscall(
    Int(__NR_openat), parent, name, Int(LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC), 0, 0, 0)
}

@_noLocks @_noAllocation
func close(_ descriptor: Int) {
  if descriptor >= 0 { _ = clinux_syscall(Int(__NR_close), descriptor, 0, 0, 0, 0, 0) }
}
