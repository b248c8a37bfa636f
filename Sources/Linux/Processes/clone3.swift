import CLinux
import SystemPackage

/// clone3(&arguments, sizeof arguments) with a function for the child to run
///
/// Makes a child process, in new namespaces, in another cgroup, or with a chosen pid, and gives its pid and a pidfd.
/// The child runs `body` and ends as that of ``clone(_:_:)`` does; what is said there of threads holds here.
///
///     let cgroup = try open("/sys/fs/cgroup/cask", [.directory, .path])
///     var arguments = CloneArguments([.newPID, .newNS])
///     arguments.cgroup = cgroup.fileDescriptor
///     let child = try clone3(arguments) { try exec(["/bin/sh"]) }
///     try waitid(child.pidfd)
///
/// So that the handlers of fork run, which clone3 skips, the process forks, and the forked one makes the child by
/// clone3 with CLONE_PARENT: it is the caller's own.
///
/// - Throws: EPERM without CAP_SYS_ADMIN, or for `setTID` without CAP_CHECKPOINT_RESTORE; EEXIST when a pid of
///   `setTID` is taken; EBADF, ENODEV, EBUSY, EACCES for a descriptor that is no cgroup that the caller may fill;
///   EAGAIN and ENOSPC at limits; EINVAL for what a copy of the process can't have, and for `parent` and another
///   exit signal than SIGCHLD, which only the literal form can give.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/clone.2.html>
@available(*, noasync, message: "the child has the calling thread only")
public func clone3(
  _ arguments: CloneArguments, _ body: () throws -> Void
) throws(SystemCallError) -> ClonedProcess {
  try arguments.refuseForeignFlags()
  // The forked process could neither share these with the caller nor choose them.
  let unshared: CloneFlags = [.parent, .files, .fs, .io, .sysVSem, .vfork, .ptrace]
  if !arguments.flags.isDisjoint(with: unshared) || arguments.exitSignal != .chld {
    throw arguments.refusal("\(unshared) and an exit signal take the form that returns twice")
  }
  clinux_flush()
  let child = try forkThenClone(arguments)
  if child == 0 { runChild(body) }
  do {
    // A child that nobody has waited for keeps its pid.
    return ClonedProcess(pid: child, pidfd: try pidfd_open(child))
  } catch {
    _ = systemCall(__NR_kill, Int(child), Int(LINUX_SIGKILL))
    reap(child)
    throw error
  }
}

/// clone3(&arguments, sizeof arguments)
///
/// Makes a child process, and returns in both: nil in the child, the child in the parent.
///
///     guard let child = try clone3(CloneArguments(.newPID)) else {
///       // the child
///       try execve("/bin/true", ["true"])
///     }
///     try waitid(child.pidfd)
///
/// This is the bare system call: the handlers that fork runs don't run. In a program with threads another thread
/// may have held a lock of malloc, of stdio or of Swift's runtime at this moment, and in the child it is held for
/// ever. There the child may make raw system calls on memory that was prepared before, and exec or `_exit`; it may
/// not allocate, and so may use no Array, String or class. In a program with one thread it may do everything.
/// Nothing is flushed. And a child that returns from the function that called this runs all that follows, `defer`
/// blocks and deinits too.
///
/// - Throws: as the form with a function. In the child it never throws.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/clone.2.html>
@available(*, noasync, message: "the child has the calling thread only")
public func clone3(_ arguments: CloneArguments) throws(SystemCallError) -> ClonedProcess? {
  try arguments.refuseForeignFlags()
  var pidfd: CInt = -1
  let exitSignal = arguments.flags.contains(.parent) ? nil : arguments.exitSignal
  let result = withUnsafeMutablePointer(to: &pidfd) {
    cloneOnce(arguments.allFlags, arguments, exitSignal: exitSignal, pidfd: $0)
  }
  if result == 0 { return nil }
  try check(result, "clone3", arguments.described, needs: KernelVersion(5, 3))
  return ClonedProcess(pid: ProcessID(result), pidfd: PIDFD(Descriptor(owning: pidfd)))
}

/// clone3 without a stack, so that both return: a pid, 0, or a negative errno.
func cloneOnce(
  _ flags: CloneFlags, _ wanted: CloneArguments, exitSignal: Signal?,
  pidfd: UnsafeMutablePointer<CInt>? = nil
) -> Int {
  var arguments = clinux_clone_args()
  arguments.flags = flags.rawValue
  arguments.pidfd = UInt64(UInt(bitPattern: pidfd))
  arguments.exit_signal = UInt64(exitSignal?.rawValue ?? 0)
  arguments.cgroup = UInt64(wanted.cgroup?.rawValue ?? 0)
  // glibc keeps the thread's id in its descriptor; the kernel writes the new one there, as it does in fork.
  var threadID: UInt64 = 0
  let known = withUnsafeMutablePointer(to: &threadID) {
    systemCall(__NR_prctl, Int(LINUX_PR_GET_TID_ADDRESS), address($0))
  }
  if known == 0, threadID != 0 {
    arguments.flags |= CloneFlags([.childSetTID, .childClearTID]).rawValue
    arguments.child_tid = threadID
  }
  return wanted.setTID.withUnsafeBufferPointer { setTID in
    arguments.set_tid = setTID.isEmpty ? 0 : UInt64(UInt(bitPattern: setTID.baseAddress))
    arguments.set_tid_size = UInt64(setTID.count)
    return withUnsafeMutablePointer(to: &arguments) {
      systemCall(__NR_clone3, address($0), MemoryLayout<clinux_clone_args>.size)
    }
  }
}
