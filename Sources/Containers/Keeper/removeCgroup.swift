import CLinux

/// Removes a cgroup with all that a container has made in it, from below. One is busy for a moment after its last
/// process has ended, so it is tried for a while; after any other failure once more.
///
/// - Parameter tries: how often a busy one may still be tried again, one short sleep before each: for all of a container's.
@_noLocks @_noAllocation
func removeCgroup(_ keeper: KeeperMemory, _ path: Int, _ tries: inout Int) -> Bool {
  let (noEntry, busy) = (-2, -16)
  var (leaves, hasFailed) = (0, false)
  while true {
    let result = clinux_syscall(
      Int(__NR_unlinkat), Int(LINUX_AT_FDCWD), path, Int(LINUX_AT_REMOVEDIR), 0, 0, 0)
    if result == 0 || result == noEntry { return true }
    if result != busy {
      if hasFailed { return false }
      hasFailed = true
      continue
    }
    if leaves < 100_000 && removeLeaf(keeper, path) {
      leaves += 1
      continue
    }
    if tries <= 0 { return false }
    // nanosleep and not ppoll: that writes the time that is left over the time that was asked for.
    _ = clinux_syscall(Int(__NR_nanosleep), keeper.shortTime, 0, 0, 0, 0, 0)
    tries -= 1
  }
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
