import CLinux

/// fork()
///
/// Makes a copy of the calling process: with a function it runs that in the child, and ends there, as `clone`
/// does without flags.
///
///     let child = try fork { try exec(["ls", "/"]) }
///     try waitpid(child)
///
/// - Returns: the child's pid.
/// - Throws: EAGAIN at a limit of processes.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fork.2.html>
@available(*, noasync, message: "the child has the calling thread only")
public func fork(_ body: () throws -> Void) throws(SystemCallError) -> ProcessID {
  try clone([], body)
}

/// fork()
///
/// Makes a copy of the calling process, and returns in both. Nothing is flushed: text that waits in a stdio
/// buffer is in both processes. A file that imports Glibc too has two functions of this kind, and must name this
/// one by its module:
///
///     let pid = try Linux.fork()
///     if pid == 0 { try exec(["ls", "/"]) }
///     try waitpid(pid)
///
/// - Returns: 0 in the child, the child's pid in the parent.
/// - Throws: EAGAIN at a limit of processes.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fork.2.html>
@available(*, noasync, message: "the child has the calling thread only")
public func fork() throws(SystemCallError) -> ProcessID {
  try ProcessID(check(clinux_fork(), "fork"))
}
