import CLinux
import Linux

/// The container's standard streams, where they are others than the caller's: descriptors above 2, which stay the
/// caller's to close.
public struct StandardStreams: Hashable, Sendable {
  public var input: Int32?
  public var output: Int32?
  public var error: Int32?

  public init(input: Int32? = nil, output: Int32? = nil, error: Int32? = nil) {
    self.input = input
    self.output = output
    self.error = error
  }
}

extension Lowering {
  /// Puts them into their places, before everything else of the host side's is closed.
  func replaceStreams(_ streams: StandardStreams) {
    for (number, stream) in [streams.input, streams.output, streams.error].enumerated() {
      if let stream { builder.call(__NR_dup3, .value(Int(stream)), .value(number), 0) }
    }
  }
}
