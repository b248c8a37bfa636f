/// The special characters of a terminal, and two numbers beside them.
public enum TerminalCharacter: Int, CaseIterable, Sendable, Hashable {
  /// Sends SIGINT: ^C.
  case vIntr = 0
  /// Sends SIGQUIT: ^\.
  case vQuit
  /// Takes the last character back.
  case vErase
  /// Takes the line back: ^U.
  case vKill
  /// The end of the file: ^D.
  case vEOF
  /// How long a read waits for more, in tenths of a second, without `canon`.
  case vTime
  /// How many bytes a read waits for, without `canon`.
  case vMin
  /// Not in Linux.
  case vSwtc
  /// Starts the output again: ^Q.
  case vStart
  /// Stops the output: ^S.
  case vStop
  /// Sends SIGTSTP: ^Z.
  case vSusp
  /// Ends a line, beside the newline.
  case vEOL
  /// Prints the line again: ^R.
  case vReprint
  /// Drops the output: ^O. Not in Linux.
  case vDiscard
  /// Takes the last word back: ^W.
  case vWErase
  /// Takes the next character as it is: ^V.
  case vLNext
  /// Ends a line too.
  case vEOL2
}

// Whoever types the C name gets a fix-it.
extension TerminalCharacter {
  @available(*, unavailable, renamed: "vIntr")
  public static var VINTR: TerminalCharacter { .vIntr }
  @available(*, unavailable, renamed: "vQuit")
  public static var VQUIT: TerminalCharacter { .vQuit }
  @available(*, unavailable, renamed: "vErase")
  public static var VERASE: TerminalCharacter { .vErase }
  @available(*, unavailable, renamed: "vKill")
  public static var VKILL: TerminalCharacter { .vKill }
  @available(*, unavailable, renamed: "vEOF")
  public static var VEOF: TerminalCharacter { .vEOF }
  @available(*, unavailable, renamed: "vTime")
  public static var VTIME: TerminalCharacter { .vTime }
  @available(*, unavailable, renamed: "vMin")
  public static var VMIN: TerminalCharacter { .vMin }
  @available(*, unavailable, renamed: "vSwtc")
  public static var VSWTC: TerminalCharacter { .vSwtc }
  @available(*, unavailable, renamed: "vStart")
  public static var VSTART: TerminalCharacter { .vStart }
  @available(*, unavailable, renamed: "vStop")
  public static var VSTOP: TerminalCharacter { .vStop }
  @available(*, unavailable, renamed: "vSusp")
  public static var VSUSP: TerminalCharacter { .vSusp }
  @available(*, unavailable, renamed: "vEOL")
  public static var VEOL: TerminalCharacter { .vEOL }
  @available(*, unavailable, renamed: "vReprint")
  public static var VREPRINT: TerminalCharacter { .vReprint }
  @available(*, unavailable, renamed: "vDiscard")
  public static var VDISCARD: TerminalCharacter { .vDiscard }
  @available(*, unavailable, renamed: "vWErase")
  public static var VWERASE: TerminalCharacter { .vWErase }
  @available(*, unavailable, renamed: "vLNext")
  public static var VLNEXT: TerminalCharacter { .vLNext }
  @available(*, unavailable, renamed: "vEOL2")
  public static var VEOL2: TerminalCharacter { .vEOL2 }
}
