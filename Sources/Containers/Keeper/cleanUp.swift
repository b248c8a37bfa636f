import Linux

/// A call that cleans up, and once more where it fails: what was in its way may be gone.
func tried<Result: ~Copyable>(_ call: () throws -> Result) throws -> Result {
  do { return try call() } catch { return try call() }
}

/// Kills a child of this process, and takes its status. One that can't be killed is not waited for.
func end(_ child: borrowing PIDFD, _ pid: ProcessID) {
  do { try tried { try pidfd_send_signal(child, .kill) } } catch {
    if (error as? SystemCallError)?.errno != .noSuchProcess { return }
  }
  _ = try? waitpid(pid)
}

/// Kills a container's process, and waits until it has ended, but not for ever.
func kill(_ process: borrowing PIDFD) {
  try? tried { try pidfd_send_signal(process, .kill) }
  var ended = [PollDescriptor(process)]
  _ = try? poll(&ended, timeout: .seconds(10))
}

/// What a removal can leave, and who removes that.
struct Leftovers {
  let id: String
  let places: [String]
  /// "delete --force removes it".
  let remedy: String

  /// An error that names what is there still, and why.
  func error(_ cause: (any Error)? = nil) -> ContainerError {
    let left = places.filter { fileKind($0) != nil }.joined(separator: ", ")
    return ContainerError(
      "the container \(id) can't be removed whole: \(cause.map { "\($0); " } ?? "")\(left) is left; \(remedy)"
    )
  }

  static let byForce = "delete --force removes it"
}

/// What failed, and what could not be removed because of that.
func joined(_ error: any Error, _ left: any Error) -> ContainerError {
  ContainerError("\(error); \(left)", execErrno: (error as? ContainerError)?.execErrno)
}
