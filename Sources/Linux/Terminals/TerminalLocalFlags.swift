import CLinux

/// How a terminal edits lines and makes signals: `c_lflag` of termios(3).
public struct TerminalLocalFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The characters `vIntr`, `vQuit` and `vSusp` send signals.
  public static let sig = TerminalLocalFlags(rawValue: UInt32(LINUX_ISIG))
  /// A read gives whole lines, which can be edited before.
  public static let canon = TerminalLocalFlags(rawValue: UInt32(LINUX_ICANON))
  /// Not in Linux.
  public static let xCase = TerminalLocalFlags(rawValue: UInt32(LINUX_XCASE))
  /// Show what is typed.
  public static let echo = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHO))
  /// With `canon`: `vErase` takes the last character off the screen.
  public static let echoE = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHOE))
  /// With `canon`: `vKill` takes the line off the screen.
  public static let echoK = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHOK))
  /// With `canon`: show a newline even without `echo`.
  public static let echoNL = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHONL))
  /// Don't drop the queues at `vIntr`, `vQuit` and `vSusp`.
  public static let noFlsh = TerminalLocalFlags(rawValue: UInt32(LINUX_NOFLSH))
  /// A background process that writes gets SIGTTOU.
  public static let toStop = TerminalLocalFlags(rawValue: UInt32(LINUX_TOSTOP))
  /// With `echo`: show control characters as ^X.
  public static let echoCtl = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHOCTL))
  /// Print characters while they are erased.
  public static let echoPrt = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHOPRT))
  /// `vKill` erases each character of the line.
  public static let echoKE = TerminalLocalFlags(rawValue: UInt32(LINUX_ECHOKE))
  /// Output is dropped.
  public static let flushO = TerminalLocalFlags(rawValue: UInt32(LINUX_FLUSHO))
  /// Print the input queue again at the next read.
  public static let pendIn = TerminalLocalFlags(rawValue: UInt32(LINUX_PENDIN))
  /// The characters of Linux's own: `vEOL2`, `vLNext`, `vReprint` and `vWErase`.
  public static let iExten = TerminalLocalFlags(rawValue: UInt32(LINUX_IEXTEN))
  /// Somebody else edits the lines.
  public static let extProc = TerminalLocalFlags(rawValue: UInt32(LINUX_EXTPROC))

  public static var names: [(flag: TerminalLocalFlags, name: String)] {
    [
      (.sig, "ISIG"),
      (.canon, "ICANON"),
      (.xCase, "XCASE"),
      (.echo, "ECHO"),
      (.echoE, "ECHOE"),
      (.echoK, "ECHOK"),
      (.echoNL, "ECHONL"),
      (.noFlsh, "NOFLSH"),
      (.toStop, "TOSTOP"),
      (.echoCtl, "ECHOCTL"),
      (.echoPrt, "ECHOPRT"),
      (.echoKE, "ECHOKE"),
      (.flushO, "FLUSHO"),
      (.pendIn, "PENDIN"),
      (.iExten, "IEXTEN"),
      (.extProc, "EXTPROC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension TerminalLocalFlags {
  @available(*, unavailable, renamed: "sig")
  public static var ISIG: TerminalLocalFlags { .sig }
  @available(*, unavailable, renamed: "canon")
  public static var ICANON: TerminalLocalFlags { .canon }
  @available(*, unavailable, renamed: "xCase")
  public static var XCASE: TerminalLocalFlags { .xCase }
  @available(*, unavailable, renamed: "echo")
  public static var ECHO: TerminalLocalFlags { .echo }
  @available(*, unavailable, renamed: "echoE")
  public static var ECHOE: TerminalLocalFlags { .echoE }
  @available(*, unavailable, renamed: "echoK")
  public static var ECHOK: TerminalLocalFlags { .echoK }
  @available(*, unavailable, renamed: "echoNL")
  public static var ECHONL: TerminalLocalFlags { .echoNL }
  @available(*, unavailable, renamed: "noFlsh")
  public static var NOFLSH: TerminalLocalFlags { .noFlsh }
  @available(*, unavailable, renamed: "toStop")
  public static var TOSTOP: TerminalLocalFlags { .toStop }
  @available(*, unavailable, renamed: "echoCtl")
  public static var ECHOCTL: TerminalLocalFlags { .echoCtl }
  @available(*, unavailable, renamed: "echoPrt")
  public static var ECHOPRT: TerminalLocalFlags { .echoPrt }
  @available(*, unavailable, renamed: "echoKE")
  public static var ECHOKE: TerminalLocalFlags { .echoKE }
  @available(*, unavailable, renamed: "flushO")
  public static var FLUSHO: TerminalLocalFlags { .flushO }
  @available(*, unavailable, renamed: "pendIn")
  public static var PENDIN: TerminalLocalFlags { .pendIn }
  @available(*, unavailable, renamed: "iExten")
  public static var IEXTEN: TerminalLocalFlags { .iExten }
  @available(*, unavailable, renamed: "extProc")
  public static var EXTPROC: TerminalLocalFlags { .extProc }
}
