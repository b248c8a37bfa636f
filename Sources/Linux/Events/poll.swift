import CLinux
import SystemPackage

/// One descriptor that poll(2) looks at: struct pollfd.
public struct PollDescriptor: Hashable, Sendable {
  /// A negative one is passed over.
  public var fd: FileDescriptor
  /// What is waited for.
  public var events: PollEvents
  /// What was found, by the last call.
  public var revents: PollEvents

  /// A descriptor that somebody else owns, and keeps open.
  public init(_ fd: borrowing some DescriptorLike & ~Copyable, _ events: PollEvents = .in) {
    self.fd = fd.fileDescriptor
    self.events = events
    revents = []
  }
}

/// poll(fds, nfds, timeout)
///
/// Waits until one of the descriptors is ready, or the time is over. Continues after EINTR, with the time that is
/// left.
///
///     var requests = [PollDescriptor(.standardInput), PollDescriptor(try pidfd_open(1))]
///     if try poll(&requests, timeout: .seconds(2)) > 0 {
///       print(requests[0].revents)
///     }
///
/// - Parameters:
///   - fds: gets in `revents` what was found.
///   - timeout: nil to wait without a limit, zero not to wait.
/// - Returns: of how many something was found; 0 when the time is over.
/// - Throws: EINVAL for more descriptors than the process may open; ENOMEM. A descriptor that isn't open is no
///   error: `nVal` is found.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/poll.2.html>
public func poll(_ fds: inout [PollDescriptor], timeout: Duration? = nil) throws(SystemCallError) -> Int {
  // The raw call writes the time that is left into the timespec, so it can be repeated.
  try ppoll(&fds, timeout, nil, as: "poll") { call in untilUninterrupted(call) }
}

/// ppoll(fds, nfds, &timeout, &sigmask)
///
/// As `poll`, and while it waits these signals are held back and no others: so a signal that comes just before the
/// call isn't missed.
///
/// - Throws: EINTR when a signal was handled; and as `poll`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/poll.2.html>
public func ppoll(
  _ fds: inout [PollDescriptor], timeout: Duration? = nil, sigmask: SignalSet
) throws(SystemCallError) -> Int {
  try ppoll(&fds, timeout, sigmask, as: "ppoll") { call in call() }
}

private func ppoll(
  _ fds: inout [PollDescriptor], _ timeout: Duration?, _ sigmask: SignalSet?, as name: String,
  _ repeating: (() -> Int) -> Int
) throws(SystemCallError) -> Int {
  var entries = fds.map { clinux_pollfd(fd: $0.fd.rawValue, events: $0.events.rawValue, revents: 0) }
  let count = entries.count
  let result = entries.withUnsafeMutableBytes { entries in
    withTimeout(timeout) { limit in
      withSignalMask(sigmask) { mask, size in
        repeating { systemCall(__NR_ppoll, address(entries.baseAddress), count, limit, mask, size) }
      }
    }
  }
  let limit = describedTimeout(timeout)
  if result < 0 { try check(result, name, ["nfds": count, "timeout": limit]) }
  for index in fds.indices { fds[index].revents = PollEvents(rawValue: entries[index].revents) }
  return result
}
