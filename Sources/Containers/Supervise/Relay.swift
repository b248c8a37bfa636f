import Linux
import SystemPackage

/// Carries bytes between the caller's terminal and the container, in all directions at once. Nothing here blocks but
/// `wait`: a terminal whose user has stopped the output must not keep signals from the container.
struct Relay {
  private var flows: [Flow]

  init(_ flows: [Flow]) { self.flows = flows }

  /// Whether something was read that isn't written yet.
  var hasPending: Bool { flows.contains { !$0.pending.isEmpty } }

  /// Whether the caller's terminal was found to be gone.
  var isHungUp: Bool { flows.contains { $0.isHungUp } }

  /// Waits until something can be done, or one of the other descriptors can be read; says which of these.
  mutating func wait(
    also others: [FileDescriptor], timeout: Duration?
  ) throws(SystemCallError) -> [Bool] {
    var requests = others.map { PollDescriptor($0) }
    for flow in flows { requests += flow.requests }
    // Poll would find at once what isn't so.
    let pause: Duration? = flows.contains { $0.isStalled } ? .milliseconds(20) : nil
    _ = try poll(&requests, timeout: [timeout, pause].compactMap { $0 }.min())
    for index in flows.indices {
      let first = others.count + 2 * index
      flows[index].found(requests[first].revents, requests[first + 1].revents)
    }
    return requests.prefix(others.count).map { !$0.revents.isEmpty }
  }

  /// Moves one portion of each flow.
  ///
  /// - Returns: false when nothing could be moved.
  @discardableResult
  mutating func carry() -> Bool {
    var hasMoved = false
    for index in flows.indices where flows[index].carry() { hasMoved = true }
    return hasMoved
  }

  /// Moves what the container has left, as far as the caller's terminal takes it.
  mutating func drain() {
    flows.removeAll { $0.sink?.isCallers != true }
    while carry() {}
  }
}
