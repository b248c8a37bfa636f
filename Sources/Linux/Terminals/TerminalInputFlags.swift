import CLinux

/// What a terminal does with what is typed: `c_iflag` of termios(3).
public struct TerminalInputFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Ignore a break.
  public static let ignBrk = TerminalInputFlags(rawValue: UInt32(LINUX_IGNBRK))
  /// A break sends SIGINT to the foreground process group.
  public static let brkInt = TerminalInputFlags(rawValue: UInt32(LINUX_BRKINT))
  /// Ignore bytes with a wrong parity.
  public static let ignPar = TerminalInputFlags(rawValue: UInt32(LINUX_IGNPAR))
  /// Mark bytes with a wrong parity.
  public static let parMrk = TerminalInputFlags(rawValue: UInt32(LINUX_PARMRK))
  /// Check the parity.
  public static let inPCk = TerminalInputFlags(rawValue: UInt32(LINUX_INPCK))
  /// Take the eighth bit off.
  public static let iStrip = TerminalInputFlags(rawValue: UInt32(LINUX_ISTRIP))
  /// A newline becomes a carriage return.
  public static let inlCR = TerminalInputFlags(rawValue: UInt32(LINUX_INLCR))
  /// Ignore carriage returns.
  public static let ignCR = TerminalInputFlags(rawValue: UInt32(LINUX_IGNCR))
  /// A carriage return becomes a newline, unless it is ignored.
  public static let icrNL = TerminalInputFlags(rawValue: UInt32(LINUX_ICRNL))
  /// An upper case letter becomes a lower case one.
  public static let iucLC = TerminalInputFlags(rawValue: UInt32(LINUX_IUCLC))
  /// Stop and start the output with the characters `vStop` and `vStart`.
  public static let ixOn = TerminalInputFlags(rawValue: UInt32(LINUX_IXON))
  /// Any character starts it again.
  public static let ixAny = TerminalInputFlags(rawValue: UInt32(LINUX_IXANY))
  /// Stop and start the input.
  public static let ixOff = TerminalInputFlags(rawValue: UInt32(LINUX_IXOFF))
  /// Ring when the input queue is full.
  public static let iMaxBel = TerminalInputFlags(rawValue: UInt32(LINUX_IMAXBEL))
  /// The input is UTF-8: `vErase` takes a whole character away.
  public static let iUTF8 = TerminalInputFlags(rawValue: UInt32(LINUX_IUTF8))

  public static var names: [(flag: TerminalInputFlags, name: String)] {
    [
      (.ignBrk, "IGNBRK"),
      (.brkInt, "BRKINT"),
      (.ignPar, "IGNPAR"),
      (.parMrk, "PARMRK"),
      (.inPCk, "INPCK"),
      (.iStrip, "ISTRIP"),
      (.inlCR, "INLCR"),
      (.ignCR, "IGNCR"),
      (.icrNL, "ICRNL"),
      (.iucLC, "IUCLC"),
      (.ixOn, "IXON"),
      (.ixAny, "IXANY"),
      (.ixOff, "IXOFF"),
      (.iMaxBel, "IMAXBEL"),
      (.iUTF8, "IUTF8"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension TerminalInputFlags {
  @available(*, unavailable, renamed: "ignBrk")
  public static var IGNBRK: TerminalInputFlags { .ignBrk }
  @available(*, unavailable, renamed: "brkInt")
  public static var BRKINT: TerminalInputFlags { .brkInt }
  @available(*, unavailable, renamed: "ignPar")
  public static var IGNPAR: TerminalInputFlags { .ignPar }
  @available(*, unavailable, renamed: "parMrk")
  public static var PARMRK: TerminalInputFlags { .parMrk }
  @available(*, unavailable, renamed: "inPCk")
  public static var INPCK: TerminalInputFlags { .inPCk }
  @available(*, unavailable, renamed: "iStrip")
  public static var ISTRIP: TerminalInputFlags { .iStrip }
  @available(*, unavailable, renamed: "inlCR")
  public static var INLCR: TerminalInputFlags { .inlCR }
  @available(*, unavailable, renamed: "ignCR")
  public static var IGNCR: TerminalInputFlags { .ignCR }
  @available(*, unavailable, renamed: "icrNL")
  public static var ICRNL: TerminalInputFlags { .icrNL }
  @available(*, unavailable, renamed: "iucLC")
  public static var IUCLC: TerminalInputFlags { .iucLC }
  @available(*, unavailable, renamed: "ixOn")
  public static var IXON: TerminalInputFlags { .ixOn }
  @available(*, unavailable, renamed: "ixAny")
  public static var IXANY: TerminalInputFlags { .ixAny }
  @available(*, unavailable, renamed: "ixOff")
  public static var IXOFF: TerminalInputFlags { .ixOff }
  @available(*, unavailable, renamed: "iMaxBel")
  public static var IMAXBEL: TerminalInputFlags { .iMaxBel }
  @available(*, unavailable, renamed: "iUTF8")
  public static var IUTF8: TerminalInputFlags { .iUTF8 }
}
