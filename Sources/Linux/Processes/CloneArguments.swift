import CLinux
import SystemPackage

/// What clone3(2) takes.
///
///     let directory = try open("/sys/fs/cgroup/cask", [.directory, .path])
///     var arguments = CloneArguments([.newPID, .newNS, .clearSigHand])
///     arguments.cgroup = directory.fileDescriptor
///
/// A pidfd is always asked for, so CLONE_PIDFD need not be among the flags.
public struct CloneArguments: Hashable, Sendable {
  /// Namespaces; `clearSigHand` for default signal handlers in the child; `parent` for a sibling of the caller.
  public var flags: CloneFlags
  /// Sent to the parent at the child's end. Nil sends none; with another than SIGCHLD, waiting takes `.all`. With
  /// the flag `parent` the kernel takes the caller's own, whatever is given here.
  public var exitSignal: Signal? = .chld
  /// The child's pid in each pid namespace, from the innermost outwards: not in all of them, only in as many as
  /// are given. For a new pid namespace the first is 1. Linux 5.5.
  public var setTID: [ProcessID] = []
  /// The cgroup that the child is born in: a directory of cgroup2, opened for reading or with O_PATH. Linux 5.7.
  public var cgroup: FileDescriptor?

  public init(_ flags: CloneFlags = []) { self.flags = flags }

  /// The flags as the kernel gets them.
  var allFlags: CloneFlags {
    let flags = flags.union(.pidfd)
    return cgroup == nil ? flags : flags.union(.intoCgroup)
  }

  /// For the description of an error.
  var described: KeyValuePairs<String, Any?> {
    [
      "flags": allFlags, "exit_signal": exitSignal, "set_tid": setTID,
      "cgroup": cgroup.map { $0.rawValue },
    ]
  }
}

/// A child that clone3 made.
public struct ClonedProcess: ~Copyable, Sendable {
  /// In the caller's pid namespace.
  public let pid: ProcessID
  public let pidfd: PIDFD

  init(pid: ProcessID, pidfd: consuming PIDFD) {
    self.pid = pid
    self.pidfd = pidfd
  }

  /// Gives the pidfd away.
  public consuming func intoPIDFD() -> PIDFD { pidfd }
}

/// What a child with a copy of the caller's memory can't have: a shared memory, and what needs a second stack or a
/// place in memory. They would end the process, not fail.
private let foreign: CloneFlags = [
  .vm, .thread, .sigHand, .setTLS, .parentSetTID, .childSetTID, .childClearTID, .detached,
]

extension CloneArguments {
  func refuseForeignFlags() throws(SystemCallError) {
    let foreign = flags.intersection(foreign)
    if !foreign.isEmpty {
      throw refusal("the child has a copy of its parent's memory, so \(foreign) can't be asked for")
    }
    if flags.contains(.intoCgroup) && cgroup == nil {
      throw refusal("CLONE_INTO_CGROUP needs a cgroup's descriptor")
    }
  }

  func refusal(_ hint: String) -> SystemCallError {
    SystemCallError(
      call: "clone3", errno: .invalidArgument, arguments: [.init(name: "flags", value: "\(flags)")],
      hint: hint)
  }
}
