import CLinux

/// What a terminal does with what is written: `c_oflag` of termios(3).
public struct TerminalOutputFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Do what the other flags say; without it the bytes go out as they are.
  public static let oPost = TerminalOutputFlags(rawValue: UInt32(LINUX_OPOST))
  /// A lower case letter becomes an upper case one.
  public static let olCUC = TerminalOutputFlags(rawValue: UInt32(LINUX_OLCUC))
  /// A newline becomes a carriage return and a newline.
  public static let onlCR = TerminalOutputFlags(rawValue: UInt32(LINUX_ONLCR))
  /// A carriage return becomes a newline.
  public static let ocrNL = TerminalOutputFlags(rawValue: UInt32(LINUX_OCRNL))
  /// No carriage return at the first column.
  public static let onoCR = TerminalOutputFlags(rawValue: UInt32(LINUX_ONOCR))
  /// A newline goes to the first column too.
  public static let onlRet = TerminalOutputFlags(rawValue: UInt32(LINUX_ONLRET))
  /// Fill characters instead of delays.
  public static let oFill = TerminalOutputFlags(rawValue: UInt32(LINUX_OFILL))
  /// The fill character is DEL.
  public static let ofDel = TerminalOutputFlags(rawValue: UInt32(LINUX_OFDEL))

  public static var names: [(flag: TerminalOutputFlags, name: String)] {
    [
      (.oPost, "OPOST"),
      (.olCUC, "OLCUC"),
      (.onlCR, "ONLCR"),
      (.ocrNL, "OCRNL"),
      (.onoCR, "ONOCR"),
      (.onlRet, "ONLRET"),
      (.oFill, "OFILL"),
      (.ofDel, "OFDEL"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension TerminalOutputFlags {
  @available(*, unavailable, renamed: "oPost")
  public static var OPOST: TerminalOutputFlags { .oPost }
  @available(*, unavailable, renamed: "olCUC")
  public static var OLCUC: TerminalOutputFlags { .olCUC }
  @available(*, unavailable, renamed: "onlCR")
  public static var ONLCR: TerminalOutputFlags { .onlCR }
  @available(*, unavailable, renamed: "ocrNL")
  public static var OCRNL: TerminalOutputFlags { .ocrNL }
  @available(*, unavailable, renamed: "onoCR")
  public static var ONOCR: TerminalOutputFlags { .onoCR }
  @available(*, unavailable, renamed: "onlRet")
  public static var ONLRET: TerminalOutputFlags { .onlRet }
  @available(*, unavailable, renamed: "oFill")
  public static var OFILL: TerminalOutputFlags { .oFill }
  @available(*, unavailable, renamed: "ofDel")
  public static var OFDEL: TerminalOutputFlags { .ofDel }
}
