import CLinux

/// What signalfd(2) takes. The descriptor is close-on-exec in any case.
public struct SignalFDFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// A read where no signal waits is EAGAIN.
  public static let nonBlock = SignalFDFlags(rawValue: UInt32(LINUX_SFD_NONBLOCK))

  public static var names: [(flag: SignalFDFlags, name: String)] {
    [
      (.nonBlock, "SFD_NONBLOCK")
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SignalFDFlags {
  @available(*, unavailable, renamed: "nonBlock")
  public static var SFD_NONBLOCK: SignalFDFlags { .nonBlock }
}
