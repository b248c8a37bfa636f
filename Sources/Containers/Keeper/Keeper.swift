import CLinux
import Linux
import SystemPackage

/// The host side's view of its keeper.
struct Keeper: ~Copyable {
  private let pid: ProcessID
  /// While this is open, the keeper waits.
  private let socket: Descriptor

  init(plan: Plan, directory: String, lock: CInt, terminal: Int32?) throws {
    let sockets = try SocketPair()
    let memory = KeeperMemoryBuilder(plan: plan, directory: directory)
    memory.pointer.pointee.socket = Int(sockets.theirs.rawValue)
    memory.pointer.pointee.lock = Int(lock)
    if let terminal { memory.restoreTerminal(terminal) }
    var arguments = clinux_clone_args()
    arguments.flags = CloneFlags.clearSigHand.rawValue
    arguments.exit_signal = UInt64(LINUX_SIGCHLD)
    let result = cloneAndKeep(&arguments, MemoryLayout<clinux_clone_args>.size, memory.pointer)
    withExtendedLifetime(memory) {}
    pid = try ProcessID(check(result, "clone3", ["flags": CloneFlags.clearSigHand]))
    socket = sockets.takeOurs()
  }

  /// Names the process that the keeper kills at the end.
  borrowing func watch(_ process: CInt) throws(SystemCallError) {
    try sendDescriptor(socket.rawValue, process)
  }

  /// Lets the keeper do its work, and waits until it is done.
  consuming func finish() throws {
    let pid = pid
    _ = consume socket
    guard try waitpid(pid) == .exited(0) else {
      throw ContainerError(
        "the keeper was killed or could not remove everything; the next cooper command will")
    }
  }
}
