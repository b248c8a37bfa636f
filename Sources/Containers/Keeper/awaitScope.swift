import CLinux

/// Waits until systemd has put the child into the scope that it was asked for. A child that is killed before leaves a
/// scope that is empty from its beginning: systemd hears of no end, and keeps it. The child's line tells the scope from
/// somebody else's of that name.
///
/// - Returns: false when the child has ended, or systemd takes too long.
@_noLocks @_noAllocation
func awaitChildInScope(_ keeper: KeeperMemory, _ child: Int) -> Bool {
  let end = milliseconds(keeper) + keeper.scopeTime
  while milliseconds(keeper) < end {
    if let path = entry(keeper.scopeProcesses, 0), isChildsLine(keeper, path) { return true }
    if waitForEnd(keeper, child, keeper.noTime) { return false }
    _ = clinux_syscall(Int(__NR_nanosleep), keeper.shortTime, 0, 0, 0, 0, 0)
  }
  return false
}

/// Waits until systemd has removed a scope's cgroup, which it does once no process is in it. Should it not, the cgroup
/// is removed here. Not at once: the last change in it is how systemd learns that the scope has ended.
@_noLocks @_noAllocation
func awaitScope(_ keeper: KeeperMemory, _ path: Int, _ tries: inout Int) -> Bool {
  let noEntry = -2
  let end = milliseconds(keeper) + keeper.scopeTime
  while milliseconds(keeper) < end {
    let mode = 0
    if clinux_syscall(Int(__NR_faccessat), Int(LINUX_AT_FDCWD), path, mode, 0, 0, 0) == noEntry {
      return true
    }
    _ = clinux_syscall(Int(__NR_nanosleep), keeper.shortTime, 0, 0, 0, 0, 0)
  }
  return removeCgroup(keeper, path, &tries)
}

/// Whether a file has what follows the kind in the last message, and nothing else.
@_noLocks @_noAllocation
private func isChildsLine(_ keeper: KeeperMemory, _ path: Int) -> Bool {
  guard let line = UnsafePointer<UInt8>(bitPattern: keeper.kind + 1),
    let text = UnsafePointer<UInt8>(bitPattern: keeper.text)
  else { return false }
  let file = clinux_syscall(Int(__NR_openat), Int(LINUX_AT_FDCWD), path, Int(LINUX_O_CLOEXEC), 0, 0, 0)
  if file < 0 { return false }
  let length = clinux_syscall(Int(__NR_read), file, keeper.text, keeper.textLength, 0, 0, 0)
  close(file)
  var index = 0
  while index < length && text[index] == line[index] {
    if text[index] == UInt8(ascii: "\n") { return index + 1 == length }
    index += 1
  }
  return false
}

/// CLOCK_MONOTONIC.
@_noLocks @_noAllocation
private func milliseconds(_ keeper: KeeperMemory) -> Int {
  _ = clinux_syscall(Int(__NR_clock_gettime), Int(LINUX_CLOCK_MONOTONIC), keeper.clock, 0, 0, 0, 0)
  guard let time = UnsafePointer<Int>(bitPattern: keeper.clock) else { return 0 }
  return time[0] &* 1000 &+ time[1] / 1_000_000
}
