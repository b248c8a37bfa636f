import CLinux

/// A process's number, pid_t.
public typealias ProcessID = Int32

/// Thrown in the body of a child, it sets the child's exit status and prints nothing.
public struct ExitStatus: Error, Hashable, Sendable {
  public let code: Int32
  public init(_ code: Int32) { self.code = code }
}

/// clone(flags | SIGCHLD) with a function for the child to run
///
/// Makes a child process in new namespaces. The child has a copy of the caller's memory, runs `body` and ends:
/// with status 0 when `body` returns, with ``ExitStatus``'s code when it throws one, and with 255 after printing
/// the error on stderr when it throws another.
///
///     let child = try clone([.newPID, .newNS]) {
///       try mount("proc", "/proc", "proc")
///       try exec(["/bin/sh"])
///     }
///     let status = try waitpid(child)
///
/// C's stdio is flushed before, so that no text is printed twice, and in the child at its end; the child leaves
/// by _exit, so that the parent's atexit functions don't run in it.
///
/// In a program with threads only the calling thread exists in the child. The handlers that fork runs (glibc's
/// for malloc and stdio, and those of pthread_atfork) run here too, so C code may allocate and print; but a lock
/// that another thread of the program held, one of the Swift runtime's among them, stays held for ever. There
/// `body` should make system calls and exec, and use no type for the first time.
///
/// A child that must not start before the parent has prepared something waits for it on a pipe. The parent
/// writes the id map and moves the child into a cgroup, and then lets it go; if the parent dies, the child reads
/// the end of the file and leaves:
///
///     var gate = try pipe()
///     let child = try clone(.newUser) {
///       gate.closeWriteEnd()
///       guard try gate.readEnd.read(upTo: 1).count == 1 else { throw ExitStatus(1) }
///       try exec(["/usr/bin/id"])
///     }
///     try writeFile("/proc/\(child)/uid_map", "0 1000 1\n")
///     try writeFile("/sys/fs/cgroup/cask/cgroup.procs", "\(child)\n")
///     try gate.writeEnd.write("g")
///
/// - Parameter flags: namespaces (`newNS`, `newUTS`, `newIPC`, `newPID`, `newNet`, `newUser`, `newCgroup`,
///   `newTime`). Flags that share memory or tables with the parent can't work with a copy: EINVAL.
/// - Returns: the child's pid, in the caller's pid namespace.
/// - Throws: EPERM without CAP_SYS_ADMIN (a new user namespace needs none); EAGAIN and ENOSPC at limits.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/clone.2.html>
@available(*, noasync, message: "the child has the calling thread only")
public func clone(_ flags: CloneFlags = [], _ body: () throws -> Void) throws(SystemCallError) -> ProcessID {
  clinux_flush()
  let child = try forkIntoNamespaces(flags)
  if child == 0 { runChild(body) }
  return child
}

/// Runs the body of a child and ends the process.
func runChild(_ body: () throws -> Void) -> Never {
  do {
    try body()
    clinux_flush_and_exit(0)
  } catch let status as ExitStatus {
    clinux_flush_and_exit(status.code)
  } catch {
    writeToStandardError("\(error)\n")
    clinux_flush_and_exit(255)
  }
}

private func writeToStandardError(_ text: String) {
  let standardError = Descriptor(owning: 2)
  try? standardError.write(text)
  _ = standardError.release()
}
