import CLinux

/// How a serial line works: `c_cflag` of termios(3). The bits of its speed have no name here.
public struct TerminalControlFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Eight bits a byte; it has both bits of CSIZE, `size6` and `size7`.
  public static let size8 = TerminalControlFlags(rawValue: UInt32(LINUX_CS8))
  /// Six bits a byte.
  public static let size6 = TerminalControlFlags(rawValue: UInt32(LINUX_CS6))
  /// Seven bits a byte.
  public static let size7 = TerminalControlFlags(rawValue: UInt32(LINUX_CS7))
  /// Two stop bits.
  public static let stopB = TerminalControlFlags(rawValue: UInt32(LINUX_CSTOPB))
  /// Receive.
  public static let read = TerminalControlFlags(rawValue: UInt32(LINUX_CREAD))
  /// Parity bits.
  public static let parEnb = TerminalControlFlags(rawValue: UInt32(LINUX_PARENB))
  /// The parity is odd.
  public static let parOdd = TerminalControlFlags(rawValue: UInt32(LINUX_PARODD))
  /// Hang up when the last process closes it.
  public static let hupCL = TerminalControlFlags(rawValue: UInt32(LINUX_HUPCL))
  /// Ignore the modem's lines.
  public static let local = TerminalControlFlags(rawValue: UInt32(LINUX_CLOCAL))
  /// A parity bit that is always the same.
  public static let mspar = TerminalControlFlags(rawValue: UInt32(LINUX_CMSPAR))
  /// Hardware flow control.
  public static let rtsCTS = TerminalControlFlags(rawValue: UInt32(LINUX_CRTSCTS))

  public static var names: [(flag: TerminalControlFlags, name: String)] {
    [
      (.size8, "CS8"),
      (.size6, "CS6"),
      (.size7, "CS7"),
      (.stopB, "CSTOPB"),
      (.read, "CREAD"),
      (.parEnb, "PARENB"),
      (.parOdd, "PARODD"),
      (.hupCL, "HUPCL"),
      (.local, "CLOCAL"),
      (.mspar, "CMSPAR"),
      (.rtsCTS, "CRTSCTS"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension TerminalControlFlags {
  @available(*, unavailable, renamed: "size8")
  public static var CS8: TerminalControlFlags { .size8 }
  @available(*, unavailable, renamed: "size6")
  public static var CS6: TerminalControlFlags { .size6 }
  @available(*, unavailable, renamed: "size7")
  public static var CS7: TerminalControlFlags { .size7 }
  @available(*, unavailable, renamed: "stopB")
  public static var CSTOPB: TerminalControlFlags { .stopB }
  @available(*, unavailable, renamed: "read")
  public static var CREAD: TerminalControlFlags { .read }
  @available(*, unavailable, renamed: "parEnb")
  public static var PARENB: TerminalControlFlags { .parEnb }
  @available(*, unavailable, renamed: "parOdd")
  public static var PARODD: TerminalControlFlags { .parOdd }
  @available(*, unavailable, renamed: "hupCL")
  public static var HUPCL: TerminalControlFlags { .hupCL }
  @available(*, unavailable, renamed: "local")
  public static var CLOCAL: TerminalControlFlags { .local }
  @available(*, unavailable, renamed: "mspar")
  public static var CMSPAR: TerminalControlFlags { .mspar }
  @available(*, unavailable, renamed: "rtsCTS")
  public static var CRTSCTS: TerminalControlFlags { .rtsCTS }
}
