import CLinux
import Linux
import SystemPackage

/// The host side's view of its keeper.
struct Keeper: ~Copyable {
  private let pid: ProcessID
  /// While this is open, the keeper waits.
  private let socket: Descriptor
  private let memory: KeeperMemoryBuilder
  private let leftovers: Leftovers

  init(plan: Plan, directory: String, files: [String], terminal: Int32?, leftovers: Leftovers) throws {
    let sockets = try socketpair()
    let memory = KeeperMemoryBuilder(
      cgroups: plan.cgroups, scopes: plan.scopes, directory: directory, files: files)
    memory.pointer.pointee.socket = Int(sockets.second.rawValue)
    if let terminal { memory.restoreTerminal(terminal) }
    var arguments = clinux_clone_args()
    arguments.flags = CloneFlags.clearSigHand.rawValue
    arguments.exit_signal = UInt64(LINUX_SIGCHLD)
    let result = cloneAndKeep(&arguments, MemoryLayout<clinux_clone_args>.size, memory.pointer)
    pid = try ProcessID(check(result, "clone3", ["flags": CloneFlags.clearSigHand]))
    socket = sockets.takeFirst()
    self.memory = memory
    self.leftovers = leftovers
  }

  /// Waits until the keeper has made the container's directory.
  ///
  /// - Throws: ``ContainerError`` when the id is in use, or the directory can't be made.
  borrowing func awaitDirectory(_ directory: String, of plan: Plan) throws {
    let bytes = try socket.read(upTo: 8)
    let answer = bytes.withUnsafeBytes { $0.count == 8 ? $0.loadUnaligned(as: Int.self) : nil }
    guard let answer else { throw ContainerError("the keeper was killed") }
    if answer == 0 { return }
    let errno = Errno(rawValue: CInt(clamping: -answer))
    let parent = String(
      decoding: directory.utf8.prefix(directory.utf8.count - plan.id.utf8.count - 1), as: UTF8.self)
    if answer == KeeperMemory.notOurs { throw ContainerError(notOurs(parent)) }
    if errno == .noSuchFileOrDirectory {
      throw ContainerError(
        "make the directory \(directory): \(parent) takes no directory: it is gone, or the kernel's own")
    }
    throw ContainerError(
      errno == .fileExists
        ? "a container named \(plan.id) exists already"
        : "make the directory \(directory): \(errno.sentence)\(errno == .noFunction ? missingCallRemedy : "")"
    )
  }

  /// Names the container's directory for what this process may have to remove itself.
  borrowing func open(_ place: borrowing Descriptor) { memory.pointer.pointee.place = Int(place.rawValue) }

  /// Moves the keeper into a cgroup of version 2.
  borrowing func move(into cgroup: String) throws { try writeFile("\(cgroup)/cgroup.procs", "\(pid)") }

  /// Names the process that the keeper kills at the end.
  borrowing func watch(_ process: borrowing PIDFD) throws(SystemCallError) {
    try sendmsg(socket, [KeeperMemory.process], descriptor: process)
  }

  /// Tells that systemd is being asked for a scope with the child in it. Should this process end before it knows more,
  /// the keeper keeps the child alive, by its channel, until systemd has it.
  borrowing func expectScope(of pid: ProcessID, channel: borrowing Descriptor) throws(SystemCallError) {
    try sendmsg(socket, [KeeperMemory.scopesRequested] + Array("\(pid)\n".utf8), descriptor: channel)
  }

  /// Tells that systemd made none.
  borrowing func expectNoScope() throws(SystemCallError) { try sendmsg(socket, [KeeperMemory.noScopes]) }

  /// Tells that the plan's scopes are the container's.
  borrowing func watchScopes() throws(SystemCallError) {
    memory.pointer.pointee.scopeState = KeeperMemory.scopes
    try sendmsg(socket, [KeeperMemory.scopes])
  }

  /// Lets the keeper end without its work: the container lives on. One that was killed needs no telling.
  borrowing func dismiss() throws {
    do { try sendmsg(socket, [KeeperMemory.dismissal]) } catch {
      if ![.brokenPipe, .connectionReset].contains(error.errno) { throw error }
    }
    _ = try? waitpid(pid)
  }

  /// Ends the keeper without its work, by its death where it can't be told: what it would remove is to stay.
  borrowing func abandon() {
    do { try tried { try dismiss() } } catch {
      _ = try? kill(pid, .kill)
      _ = try? waitpid(pid)
    }
  }

  /// Lets the keeper do its work, and waits until it is done. Where it was killed, this process does it.
  ///
  /// - Parameter container: the container's pidfd, or -1 when its process has ended or ends by itself.
  /// - Returns: false where another command has removed it.
  @discardableResult
  consuming func finish(_ container: Int = -1) throws -> Bool {
    let (pid, memory, leftovers) = (pid, memory, leftovers)
    _ = consume socket
    let status = try statusOfKeeper(pid)
    if status == .exited(KeeperMemory.removed) { return true }
    if status == .exited(KeeperMemory.removedByAnother) { return false }
    let result = removeContainer(memory.pointer, container)
    if result != KeeperMemory.left { return result == KeeperMemory.removed }
    throw leftovers.error()
  }
}

/// Other children that end meanwhile are counted too: the keeper waits for the container's first process, and the kernel has
/// that one wait for each process of its namespace, of which there may be one that nobody could tell this process of.
private func statusOfKeeper(_ pid: ProcessID) throws -> WaitStatus {
  while true {
    if let ended = try waitpid(-1, []), ended.pid == pid { return ended.status }
  }
}
