import CLinux
import SystemPackage

/// fork() into new namespaces: returns twice, with 0 in the child.
///
/// A bare clone system call skips what fork does for a C program with threads (a malloc that stays locked in the
/// child is the usual end of it), and fork takes no flags. So the process forks, and the child goes into the
/// namespaces by unshare. A new pid or time namespace holds only later children: there the forked process, which
/// has one thread and sound locks, clones once more with CLONE_PARENT. That second child is the caller's own;
/// the one between ends at once and is reaped here.
package func forkIntoNamespaces(_ flags: CloneFlags) throws(SystemCallError) -> ProcessID {
  let flags = CloneFlags(rawValue: flags.rawValue & ~exitSignal)
  let foreign = flags.subtracting(.namespaces)
  if !foreign.isEmpty {
    throw SystemCallError(
      call: "clone", errno: .invalidArgument, arguments: [.init(name: "flags", value: "\(flags)")],
      hint: "the child has a copy of its parent's memory and tables, so \(foreign) can't be asked for")
  }
  if flags.isEmpty { return try ProcessID(check(clinux_fork(), "clone", ["flags": flags])) }

  return try forkThenEnter(flags, CloneArguments(flags), always: false, as: "clone", ["flags": flags])
}

/// The same for clone3, always with the second clone, which gives the child what only clone3 can.
func forkThenClone(_ arguments: CloneArguments) throws(SystemCallError) -> ProcessID {
  // The pidfd would be one of the forked process: the caller opens its own.
  let flags = arguments.allFlags.subtracting(.pidfd)
  return try forkThenEnter(flags, arguments, always: true, as: "clone3", arguments.described)
}

private func forkThenEnter(
  _ flags: CloneFlags, _ arguments: CloneArguments, always second: Bool, as call: String,
  _ described: @autoclosure () -> KeyValuePairs<String, Any?>
) throws(SystemCallError) -> ProcessID {
  var report = try pipe()
  let first = try ProcessID(check(clinux_fork(), call, described()))
  if first == 0 {
    let end = report.writeEnd.rawValue
    return second ? cloneAgain(flags, arguments, end) : enterNamespaces(flags, end)
  }
  report.closeWriteEnd()
  guard let outcome = Outcome(readFrom: report) else {
    // Killed before it could speak, or alive and not heard.
    _ = systemCall(__NR_kill, Int(first), Int(LINUX_SIGKILL))
    reap(first)
    return try ProcessID(check(-Int(Errno.noChildProcess.rawValue), call, described()))
  }
  if outcome.result == 0 && outcome.secondChild == 0 { return first }
  reap(first)
  try check(outcome.result, call, described(), needs: KernelVersion(5, 3))
  return outcome.secondChild
}

/// SIGCHLD, which callers may add as they do in C: it is the exit signal in any case.
private let exitSignal = UInt64(LINUX_SIGCHLD)

private func enterNamespaces(_ flags: CloneFlags, _ report: CInt) -> ProcessID {
  if flags.isDisjoint(with: [.newPID, .newTime]) {
    let result = systemCall(__NR_unshare, Int(flags.rawValue))
    // The parent waits for the end of one of whom it hears nothing.
    let isTold = Outcome(result: result, secondChild: 0).write(to: report)
    if result < 0 || !isTold { clinux_exit(255) }
    return 0
  }
  return cloneAgain(flags, CloneArguments(), report)
}

/// With CLONE_PARENT the kernel takes the exit signal from the caller, which fork has given SIGCHLD, and refuses
/// another.
private func cloneAgain(_ flags: CloneFlags, _ arguments: CloneArguments, _ report: CInt) -> ProcessID {
  let result = cloneOnce(flags.union(.parent), arguments, exitSignal: nil)
  if result == 0 { return 0 }
  let isTold = Outcome(result: min(result, 0), secondChild: ProcessID(max(result, 0))).write(to: report)
  if result > 0 && !isTold { _ = systemCall(__NR_kill, result, Int(LINUX_SIGKILL)) }
  clinux_exit(0)
}

/// What the forked process tells its parent: 0 or a negative errno, and the pid of a second child or 0.
private struct Outcome {
  var result: Int
  var secondChild: ProcessID

  init(result: Int, secondChild: ProcessID) {
    self.result = result
    self.secondChild = secondChild
  }

  init?(readFrom pipe: borrowing Pipe) {
    self.init(result: 0, secondChild: 0)
    let end = Int(pipe.readEnd.rawValue)
    let isWhole = withUnsafeMutableBytes(of: &self) { buffer in
      untilUninterrupted { systemCall(__NR_read, end, address(buffer.baseAddress), buffer.count) }
        == buffer.count
    }
    if !isWhole { return nil }
  }

  /// - Returns: false when it can't be told.
  func write(to pipe: CInt) -> Bool {
    withUnsafeBytes(of: self) { buffer in
      untilUninterrupted { systemCall(__NR_write, Int(pipe), address(buffer.baseAddress), buffer.count) }
        == buffer.count
    }
  }
}

func reap(_ child: ProcessID) {
  _ = untilUninterrupted { systemCall(__NR_wait4, Int(child), 0, Int(LINUX_WALL)) }
}
