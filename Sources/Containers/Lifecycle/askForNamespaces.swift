import Linux
import SystemPackage

extension ContainerRecord {
  /// The container's namespaces as its process tells them, while it waits to be started.
  ///
  /// - Returns: none where it doesn't. Then its pidfd leads to them, once it has executed its command.
  func askForNamespaces(_ process: borrowing PIDFD, _ directory: ContainerDirectory) throws
    -> ReceivedDescriptors
  {
    guard tellsNamespaces, let pid else { return .init() }
    var told = try ask(directory)
    if told.count == 0 {
      try awaitExec(pid, process)
      return .init()
    }
    var ended = [PollDescriptor(process)]
    if try poll(&ended, timeout: .zero) > 0 { throw ContainerError("container not running: \(id)") }
    if told.count != CloneFlags(rawValue: namespaces).kinds.count {
      throw ContainerError(
        "the process of the container \(id) has told \(told.count) of its namespaces, and not all")
    }
    return told.takeAll()
  }

  private func ask(_ directory: ContainerDirectory) throws -> ReceivedDescriptors {
    guard let connection = try? connect(to: directory.socket) else { return .init() }
    do {
      try connection.write([StartRequest.namespaces])
      var answer = [PollDescriptor(connection)]
      if try poll(&answer, timeout: .seconds(10)) == 0 {
        throw ContainerError("the process of the container \(id) doesn't tell its namespaces")
      }
      guard var message = try Child.receive(connection) else { return .init() }
      return message.takeDescriptors()
    } catch let error as SystemCallError where [.brokenPipe, .connectionReset].contains(error.errno) {
      // It has been started meanwhile.
      return .init()
    }
  }

  /// Nothing tells of an exec: so it is looked for, and not for ever.
  private func awaitExec(_ pid: ProcessID, _ process: borrowing PIDFD) throws {
    var ended = [PollDescriptor(process)]
    for _ in 0..<10_000 {
      guard let status = try ProcessStatus(pid), !status.hasExecuted && !status.hasEnded else { return }
      if try poll(&ended, timeout: .milliseconds(1)) > 0 { return }
    }
  }
}
