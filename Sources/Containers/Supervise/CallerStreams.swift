import Linux
import SystemPackage

/// What the container gets for the caller's standard streams; to be made before `launch`.
///
/// The container never gets the caller's terminal: it could read what is typed there, and change its settings. It has
/// a terminal of its own, or a pipe stands between. Streams that are no terminals are passed on as they are.
public final class CallerStreams {
  let passesInput: Bool
  let hasTerminal: Bool
  private var flows: [Flow] = []
  private var input: Descriptor?
  private var output: Descriptor?
  private var error: Descriptor?
  /// Whether standard output and standard error are one terminal.
  private var isShared = false

  /// Of a process that has a terminal of its own, or the caller's streams as they are.
  public init(passesInput: Bool, hasTerminal: Bool) {
    self.passesInput = passesInput
    self.hasTerminal = hasTerminal
  }

  public init(for request: ContainerRequest, _ plan: Plan) throws(SystemCallError) {
    passesInput = request.isInteractive
    hasTerminal = request.config.process?.terminal == true
    if hasTerminal { return }
    let owner = plan.hasUserNamespace ? nil : request.config.process?.user.uid
    if passesInput && isatty(.standardInput) {
      let (readEnd, writeEnd) = try ends(owner)
      input = Descriptor(owning: readEnd)
      let sink = try Endpoint(Descriptor(owning: writeEnd))
      flows.append(Flow(from: try Endpoint(callers: .standardInput, []), to: sink))
    }
    output = try relayed(.standardOutput, owner)
    isShared = output != nil && isSameFile(.standardOutput, .standardError)
    if !isShared { error = try relayed(.standardError, owner) }
  }

  /// The caller's terminal whose settings are changed, for the options of `launch`.
  public var terminal: Int32? { hasTerminal ? passesInput ? 0 : 1 : nil }

  /// The streams, for the options of `launch`.
  public var forLaunch: StandardStreams {
    // One pipe for one terminal: so what is written to both streams keeps its order.
    let errors = error?.rawValue ?? (isShared ? output?.rawValue : nil)
    return StandardStreams(input: input?.rawValue, output: output?.rawValue, error: errors)
  }

  /// To be done after `launch`: closes what is the container's, and gives everything else away, so that a pipe ends
  /// with its last user.
  func takeFlows() -> [Flow] {
    input = nil
    output = nil
    error = nil
    defer { flows = [] }
    return flows
  }

  private func relayed(_ stream: FileDescriptor, _ owner: UInt32?) throws(SystemCallError) -> Descriptor? {
    if !isatty(stream) { return nil }
    let (readEnd, writeEnd) = try ends(owner)
    let source = try Endpoint(Descriptor(owning: readEnd))
    flows.append(Flow(from: source, to: try Endpoint(callers: stream, .writeOnly)))
    return Descriptor(owning: writeEnd)
  }

  /// The ends of a pipe that the container's user can open again as /dev/stdin or /dev/stdout.
  ///
  /// - Parameter owner: that user; nil in a user namespace, where only root could give the pipe away. Then everybody
  ///   may open it; since it has no path, that is who has it already.
  private func ends(_ owner: UInt32?) throws(SystemCallError) -> (read: CInt, write: CInt) {
    let new = try pipe()
    if let owner {
      try fchownat(new.readEnd, "", owner: owner)
    } else {
      try fchmod(new.readEnd, [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
    }
    return try (dup(new.readEnd).release(), dup(new.writeEnd).release())
  }
}

private func isSameFile(_ a: FileDescriptor, _ b: FileDescriptor) -> Bool {
  guard let first = try? a.stat(), let second = try? b.stat() else { return false }
  return (first.deviceID, first.inode) == (second.deviceID, second.inode)
}
