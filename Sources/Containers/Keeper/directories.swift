import CLinux
import Linux
import SystemPackage

// /run/cooper/ID is a container's directory, locked by its keeper as long as that lives. The lock is a flock of the
// directory itself, so that it leaves nothing more behind; whoever makes or sweeps directories holds the lock of
// their parent meanwhile.

func openDirectory(_ path: String) throws(SystemCallError) -> Descriptor {
  let flags = Int(LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC)
  let result = path.withCString { systemCall(__NR_openat, Int(LINUX_AT_FDCWD), address($0), flags) }
  try check(result, "open", ["path": path])
  return Descriptor(owning: CInt(result))
}

/// flock(fd, LOCK_EX): false when somebody else has it and `wait` is false.
func lockExclusively(_ descriptor: borrowing Descriptor, wait: Bool) throws(SystemCallError) -> Bool {
  let (exclusive, noWait) = (2, 4)
  let number = Int(descriptor.rawValue)
  let result = untilUninterrupted { systemCall(__NR_flock, number, wait ? exclusive : exclusive | noWait) }
  if result == -Int(Errno.wouldBlock.rawValue) { return false }
  try check(result, "flock")
  return true
}
