import CLinux

/// The keeper's whole life: it waits until the host side's end of the socket is closed, on purpose or by its death,
/// and then kills the container and removes what it left. It is cloned before anything is made, and makes the
/// container's directory itself, so that there is no moment in which a kill of the host side leaves something. The
/// host side may have threads: so this allocates nothing and takes no lock.
///
/// It holds no pid, only the container's pidfd: what it kills is the container or nothing.
@_noLocks @_noAllocation
func keep(_ memory: UnsafeMutablePointer<KeeperMemory>) -> Never {
  let keeper = memory.pointee
  _ = clinux_syscall(Int(__NR_setsid), 0, 0, 0, 0, 0, 0)
  _ = clinux_syscall(Int(__NR_rt_sigprocmask), 2, keeper.allSignals, 0, 8, 0, 0)
  let closed = closeAllBut(keeper.socket, keeper.terminal)
  let lock = closed < 0 ? closed : makeLockedDirectory(keeper)
  if let answer = UnsafeMutablePointer<Int>(bitPattern: keeper.answer) {
    answer.pointee = lock < 0 ? lock : 0
  }
  let told = clinux_syscall(Int(__NR_write), keeper.socket, keeper.answer, 8, 0, 0, 0)
  if lock < 0 { clinux_exit(0) }
  memory.pointee.place = lock
  if told < 0 { clinux_exit(removeContainer(memory, -1)) }
  var (container, channel) = (-1, -1)
  while true {
    var received = receive(keeper)
    if received < 0 { received = receive(keeper) }
    // The host side may live, and make more: it, or the next command, removes all of it.
    if received < 0 { clinux_exit(KeeperMemory.left) }
    if received == 0 { break }
    guard let kind = UnsafePointer<UInt8>(bitPattern: keeper.kind)?.pointee,
      let descriptor = UnsafePointer<Int32>(bitPattern: keeper.descriptor)
    else { break }
    if kind == KeeperMemory.dismissal { clinux_exit(0) }
    if kind == KeeperMemory.process {
      close(container)
      container = Int(descriptor.pointee)
      continue
    }
    memory.pointee.scopeState = kind
    close(channel)
    channel = kind == KeeperMemory.scopesRequested ? Int(descriptor.pointee) : -1
  }
  if memory.pointee.scopeState == KeeperMemory.scopesRequested && awaitChildInScope(keeper, container) {
    memory.pointee.scopeState = KeeperMemory.scopes
  }
  if keeper.terminal >= 0 {
    let setSettings = 0x5402
    _ = clinux_syscall(Int(__NR_ioctl), keeper.terminal, setSettings, keeper.terminalSettings, 0, 0, 0)
  }
  clinux_exit(removeContainer(memory, container))
}

@_noLocks @_noAllocation
private func receive(_ keeper: KeeperMemory) -> Int {
  let closeOnExec = 0x4000_0000
  return clinux_syscall(Int(__NR_recvmsg), keeper.socket, keeper.message, closeOnExec, 0, 0, 0)
}

/// Kills what runs, and removes cgroups, files and directories.
///
/// - Returns: `removed`, but `left` when a cgroup or the directory is still there at the end, and `removedByAnother` when
///   it was another command that removed the directory: of what has its name now nothing is touched.
@_noLocks @_noAllocation
func removeContainer(_ memory: UnsafePointer<KeeperMemory>, _ container: Int) -> Int32 {
  let keeper = memory.pointee
  if container >= 0 {
    let kill = Int(LINUX_SIGKILL)
    var result = clinux_syscall(Int(__NR_pidfd_send_signal), container, kill, 0, 0, 0, 0)
    let noProcess = -3
    if result < 0 && result != noProcess {
      result = clinux_syscall(Int(__NR_pidfd_send_signal), container, kill, 0, 0, 0, 0)
    }
    if result != noProcess && !waitForEnd(keeper, container, keeper.briefTime) {
      // A process that v1's freezer holds dies when it is let go.
      thaw(keeper)
      _ = waitForEnd(keeper, container, keeper.longTime)
    }
  }
  if isAnothers(keeper) { return KeeperMemory.removedByAnother }
  var (isGone, tries) = (true, keeper.tries)
  var index = 0
  while let path = entry(keeper.cgroups, index) {
    if !removeCgroup(keeper, path, &tries) { isGone = false }
    index += 1
  }
  index = 0
  while keeper.scopeState == KeeperMemory.scopes, let path = entry(keeper.scopes, index) {
    if !awaitScope(keeper, path, &tries) { isGone = false }
    index += 1
  }
  // The directory is what the next sweep looks for.
  if !isGone { return KeeperMemory.left }
  index = 0
  while let path = entry(keeper.files, index) {
    _ = unlink(path, 0)
    index += 1
  }
  index = 0
  var result = KeeperMemory.removed
  while let path = entry(keeper.directories, index) {
    // The last one is the parent of all containers' directories: it goes when it is empty.
    let removed = unlink(path, Int(LINUX_AT_REMOVEDIR))
    let noEntry = -2
    if index == 0 && removed < 0 {
      result = removed == noEntry ? KeeperMemory.removedByAnother : KeeperMemory.left
    }
    index += 1
  }
  return result
}

/// unlinkat, and once more where that fails for anything but what is not there or not empty.
@_noLocks @_noAllocation
private func unlink(_ path: Int, _ flags: Int) -> Int {
  let (noEntry, notEmpty) = (-2, -39)
  let result = clinux_syscall(Int(__NR_unlinkat), Int(LINUX_AT_FDCWD), path, flags, 0, 0, 0)
  if result == 0 || result == noEntry || result == notEmpty { return result }
  return clinux_syscall(Int(__NR_unlinkat), Int(LINUX_AT_FDCWD), path, flags, 0, 0, 0)
}

/// Whether the container's directory was removed, and another is there by its name.
@_noLocks @_noAllocation
private func isAnothers(_ keeper: KeeperMemory) -> Bool {
  if keeper.place < 0 { return false }
  let own = inode(keeper, keeper.place, keeper.empty, Int(LINUX_AT_EMPTY_PATH))
  let there = inode(keeper, Int(LINUX_AT_FDCWD), entry(keeper.directories, 0) ?? 0, 0)
  return own != 0 && there != 0 && own != there
}

/// 0 where nothing is.
@_noLocks @_noAllocation
private func inode(_ keeper: KeeperMemory, _ directory: Int, _ path: Int, _ flags: Int) -> UInt64 {
  // struct statx: stx_ino at 32
  let result = clinux_syscall(
    Int(__NR_statx), directory, path, flags, Int(LINUX_STATX_BASIC_STATS), keeper.status, 0)
  guard result == 0, let inode = UnsafePointer<UInt64>(bitPattern: keeper.status + 32) else { return 0 }
  return inode.pointee
}

@_noLocks @_noAllocation
func entry(_ array: Int, _ index: Int) -> Int? {
  guard let pointer = UnsafePointer<Int>(bitPattern: array) else { return nil }
  return pointer[index] == 0 ? nil : pointer[index]
}

/// A pidfd can be read when its process has ended; of a pid namespace's first process, when all have.
@_noLocks @_noAllocation
func waitForEnd(_ keeper: KeeperMemory, _ container: Int, _ time: Int) -> Bool {
  guard let poll = UnsafeMutablePointer<Int32>(bitPattern: keeper.poll) else { return true }
  poll[0] = Int32(truncatingIfNeeded: container)
  poll[1] = 1  // POLLIN
  return clinux_syscall(Int(__NR_ppoll), keeper.poll, 1, time, 0, 0, 0) > 0
}

/// mkdir of the container's directory, and a flock of it, which lasts as long as the keeper: it says that the id is in
/// use. The lock of the parent is held meanwhile, so that no sweep takes the directory for an abandoned one.
///
/// - Returns: the directory's descriptor, or a negative errno; -EEXIST when the id is in use, `notOurs` when the parent is
///   somebody else's: what is in it names processes to kill.
@_noLocks @_noAllocation
private func makeLockedDirectory(_ keeper: KeeperMemory) -> Int {
  let (here, shared, exclusive) = (Int(LINUX_AT_FDCWD), 1, 2)
  let (noEntry, exists) = (-2, -17)
  let flags = Int(LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC)
  while true {
    let madeParent = clinux_syscall(Int(__NR_mkdirat), here, keeper.parent, 0o700, 0, 0, 0)
    if madeParent < 0 && madeParent != exists { return madeParent }
    let parent = clinux_syscall(Int(__NR_openat), here, keeper.parent, flags, 0, 0, 0)
    // The last container to end removes the parent: perhaps just now.
    if parent == noEntry { continue }
    if parent < 0 { return parent }
    let ours = isOurs(keeper, parent)
    if ours < 0 { return ours }
    let locked = clinux_syscall(Int(__NR_flock), parent, exclusive, 0, 0, 0, 0)
    if locked < 0 { return locked }
    let made = clinux_syscall(Int(__NR_mkdirat), parent, keeper.name, 0o700, 0, 0, 0)
    var directory = made
    if made == 0 {
      directory = clinux_syscall(Int(__NR_openat), parent, keeper.name, flags, 0, 0, 0)
      if directory >= 0 {
        let locked = clinux_syscall(Int(__NR_flock), directory, shared, 0, 0, 0, 0)
        if locked < 0 { directory = locked }
      }
      if directory < 0 {
        _ = clinux_syscall(Int(__NR_unlinkat), parent, keeper.name, Int(LINUX_AT_REMOVEDIR), 0, 0, 0)
      }
    }
    if directory < 0 && directory != exists {
      // A full filesystem, say. The parent goes when it is empty.
      _ = clinux_syscall(Int(__NR_unlinkat), here, keeper.parent, Int(LINUX_AT_REMOVEDIR), 0, 0, 0)
    }
    _ = clinux_syscall(Int(__NR_close), parent, 0, 0, 0, 0, 0)
    if made != noEntry { return directory }
  }
}

/// Whether a directory is the caller's own, and nobody else may write to it: 0, `notOurs` or a negative errno.
@_noLocks @_noAllocation
private func isOurs(_ keeper: KeeperMemory, _ directory: Int) -> Int {
  // struct statx: stx_uid at 20, stx_mode at 28
  let result = clinux_syscall(
    Int(__NR_statx), directory, keeper.empty, Int(LINUX_AT_EMPTY_PATH), Int(LINUX_STATX_BASIC_STATS),
    keeper.status, 0)
  guard result == 0, let uid = UnsafePointer<UInt32>(bitPattern: keeper.status + 20),
    let mode = UnsafePointer<UInt16>(bitPattern: keeper.status + 28)
  else { return result }
  let ours = clinux_syscall(Int(__NR_geteuid), 0, 0, 0, 0, 0, 0)
  return Int(uid.pointee) == ours && mode.pointee & 0o022 == 0 ? 0 : KeeperMemory.notOurs
}

@_noLocks @_noAllocation
private func closeAllBut(_ a: Int, _ b: Int) -> Int {
  let (low, high) = a < b ? (a, b) : (b, a)
  let before = closeRange(0, low - 1)
  let between = closeRange(low + 1, high - 1)
  let after = closeRange(high + 1, Int(UInt32.max))
  return before < 0 ? before : between < 0 ? between : after
}

@_noLocks @_noAllocation
private func closeRange(_ first: Int, _ last: Int) -> Int {
  if last < 0 || last < first { return 0 }
  return clinux_syscall(Int(__NR_close_range), first, last, 0, 0, 0, 0)
}

/// clone3, and in the child the keeper. In one function, so that nothing of Swift's runs between the two.
@_noLocks @_noAllocation
func cloneAndKeep(
  _ arguments: UnsafePointer<clinux_clone_args>, _ size: Int, _ memory: UnsafeMutablePointer<KeeperMemory>
) -> Int {
  let result = clinux_syscall(Int(__NR_clone3), Int(bitPattern: arguments), size, 0, 0, 0, 0)
  if result == 0 { keep(memory) }
  return result
}
