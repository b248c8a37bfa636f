import Linux
import SystemPackage

/// Bytes on their way from one descriptor to another. Nothing is read while something is still to be written.
struct Flow {
  /// nil at its end.
  private(set) var source: Endpoint?
  /// nil when there is nothing to come any more: a pipe's reader sees the end.
  private(set) var sink: Endpoint?
  private(set) var pending: [UInt8] = []
  /// Whether the caller's terminal was found to be gone.
  private(set) var isHungUp = false
  private var canRead = false
  private var canWrite = false
  /// Whether the sink took nothing although poll had found it ready: a terminal with room for one byte does that,
  /// when the next one is a newline, which becomes two.
  private(set) var isStalled = false

  init(from source: Endpoint, to sink: Endpoint) {
    self.source = source
    self.sink = sink
  }

  /// What to poll: the source, and the sink. A hangup is found without being asked for.
  var requests: [PollDescriptor] {
    let none = FileDescriptor(rawValue: -1)
    let input: FileDescriptor? =
      if let source, pending.isEmpty || source.isCallers { source.fileDescriptor } else { nil }
    return [
      PollDescriptor(input ?? none, pending.isEmpty ? .in : []),
      PollDescriptor(sink?.fileDescriptor ?? none, pending.isEmpty || isStalled ? [] : .out),
    ]
  }

  /// Takes what poll has found.
  mutating func found(_ source: PollEvents, _ sink: PollEvents) {
    let gone: PollEvents = [.err, .hup, .nVal]
    canWrite = sink.contains(.out)
    canRead = source.contains(.in) || !source.isDisjoint(with: gone)
    if let end = self.source, end.isCallers, !source.isDisjoint(with: gone) { stop(end, hangup: true) }
    if let end = self.sink, !sink.isDisjoint(with: gone) { stop(end, hangup: end.isCallers) }
  }

  /// Moves one portion, without waiting.
  ///
  /// - Returns: false when nothing could be moved.
  mutating func carry() -> Bool {
    var hasMoved = false
    // The caller's stream itself may block: it is read when poll has found something.
    if pending.isEmpty, let source, canRead || !source.isCallers {
      canRead = false
      hasMoved = read(source)
    }
    if !pending.isEmpty, let sink {
      switch sink.write(pending) {
      case .moved(let count):
        pending.removeFirst(count)
        hasMoved = true
        isStalled = false
      case .later: isStalled = canWrite
      case .end: stop(sink, hangup: sink.isCallers)
      }
    }
    if source == nil && pending.isEmpty { sink = nil }
    return hasMoved
  }

  private mutating func read(_ source: Endpoint) -> Bool {
    var outcome = Endpoint.Outcome.later
    pending = [UInt8](unsafeUninitializedCapacity: 16384) { buffer, count in
      outcome = source.read(into: UnsafeMutableRawBufferPointer(buffer))
      if case .moved(let size) = outcome { count = size }
    }
    switch outcome {
    case .moved: return true
    case .later: break
    case .end(let errno):
      if source.isCallers && errno != nil { stop(source, hangup: true) } else { self.source = nil }
    }
    return false
  }

  private mutating func stop(_ end: Endpoint, hangup: Bool) {
    isHungUp = isHungUp || hangup
    source = nil
    sink = nil
    pending = []
    isStalled = false
  }
}
