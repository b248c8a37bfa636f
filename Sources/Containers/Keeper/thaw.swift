import CLinux

/// Writes THAWED into each freezer.state of the container's cgroups of v1, and of those below them, which a container may
/// have made: to be killed, a process must not be frozen.
@_noLocks @_noAllocation
func thaw(_ keeper: KeeperMemory) {
  var index = 0
  while let path = entry(keeper.cgroups, index) {
    thawTree(keeper, openDirectory(Int(LINUX_AT_FDCWD), path))
    index += 1
  }
}

@_noLocks @_noAllocation
private func thawTree(_ keeper: KeeperMemory, _ root: Int) {
  guard let open = UnsafeMutablePointer<Int>(bitPattern: keeper.path) else { return }
  if root < 0 || !thawOne(keeper, root) { return close(root) }
  var depth = 0
  open[0] = root
  while depth >= 0 {
    guard depth + 1 < keeper.pathLength, let name = childDirectory(keeper, open[depth]) else {
      close(open[depth])
      depth -= 1
      continue
    }
    let child = openDirectory(open[depth], name)
    if child < 0 { continue }
    _ = thawOne(keeper, child)
    depth += 1
    open[depth] = child
  }
}

/// - Returns: false where there is no freezer.
@_noLocks @_noAllocation
private func thawOne(_ keeper: KeeperMemory, _ directory: Int) -> Bool {
  let flags = Int(LINUX_O_WRONLY | LINUX_O_CLOEXEC)
  let file = clinux_syscall(Int(__NR_openat), directory, keeper.freezerState, flags, 0, 0, 0)
  if file < 0 { return false }
  _ = clinux_syscall(Int(__NR_write), file, keeper.thawed, 6, 0, 0, 0)
  close(file)
  return true
}
