import CLinux
import SystemPackage

/// A terminal's settings: struct termios.
public struct TerminalMode: Hashable, Sendable {
  public var input: TerminalInputFlags
  public var output: TerminalOutputFlags
  public var control: TerminalControlFlags
  public var local: TerminalLocalFlags
  /// The line discipline, `c_line`: 0 for an ordinary terminal.
  public var line: UInt8
  /// The special characters, `c_cc`: ``subscript(_:)`` names them.
  public var characters: [UInt8]

  public init(
    input: TerminalInputFlags = [], output: TerminalOutputFlags = [], control: TerminalControlFlags = [],
    local: TerminalLocalFlags = [], line: UInt8 = 0, characters: [UInt8] = Array(repeating: 0, count: 19)
  ) {
    self.input = input
    self.output = output
    self.control = control
    self.local = local
    self.line = line
    self.characters = characters
  }

  /// A special character, 0 for none; for `vMin` and `vTime` a number.
  public subscript(_ character: TerminalCharacter) -> UInt8 {
    get { character.rawValue < characters.count ? characters[character.rawValue] : 0 }
    set { if character.rawValue < characters.count { characters[character.rawValue] = newValue } }
  }

  /// cfmakeraw(&termios)
  ///
  /// The same with what makes a terminal pass on every byte as it comes: no lines, no echo, no signals, no
  /// translation, eight bits, and a read gives what is there but at least one byte.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man3/termios.3.html>
  public var raw: TerminalMode {
    var mode = self
    mode.input.subtract([.ignBrk, .brkInt, .parMrk, .iStrip, .inlCR, .ignCR, .icrNL, .ixOn])
    mode.output.subtract(.oPost)
    mode.local.subtract([.echo, .echoNL, .canon, .sig, .iExten])
    mode.control.subtract([.size8, .parEnb])
    mode.control.insert(.size8)
    mode[.vMin] = 1
    mode[.vTime] = 0
    return mode
  }
}

/// When tcsetattr(3) takes effect.
public enum TerminalChange: Sendable, Hashable, CustomStringConvertible {
  case now
  /// When everything written has gone out.
  case drain
  /// As `drain`, and what was typed and not read is dropped.
  case flush

  public var description: String {
    switch self {
    case .now: "TCSANOW"
    case .drain: "TCSADRAIN"
    case .flush: "TCSAFLUSH"
    }
  }

  fileprivate var request: Int {
    switch self {
    case .now: Int(LINUX_TCSETS)
    case .drain: Int(LINUX_TCSETSW)
    case .flush: Int(LINUX_TCSETSF)
    }
  }
}

// Whoever types the C name gets a fix-it.
extension TerminalChange {
  @available(*, unavailable, renamed: "now")
  public static var TCSANOW: TerminalChange { .now }
  @available(*, unavailable, renamed: "drain")
  public static var TCSADRAIN: TerminalChange { .drain }
  @available(*, unavailable, renamed: "flush")
  public static var TCSAFLUSH: TerminalChange { .flush }
}

/// tcgetattr(fd, &termios): ioctl(fd, TCGETS, &termios)
///
/// - Throws: ENOTTY where it is no terminal; EBADF; EIO of a terminal that was hung up.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/termios.3.html>
public func tcgetattr(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) -> TerminalMode
{
  let number = fd.number
  var settings = clinux_termios()
  let result = withUnsafeMutablePointer(to: &settings) {
    systemCall(__NR_ioctl, number, Int(LINUX_TCGETS), address($0))
  }
  try check(result, "tcgetattr", ["fd": number])
  return TerminalMode(settings)
}

/// tcsetattr(fd, actions, &termios): ioctl(fd, TCSETS, &termios)
///
/// A process in the background that calls it gets SIGTTOU.
///
/// - Throws: ENOTTY where it is no terminal; EBADF; EIO of a terminal that was hung up; EINTR with `drain` and
///   `flush`.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/termios.3.html>
public func tcsetattr(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ change: TerminalChange = .now, _ mode: TerminalMode
) throws(SystemCallError) {
  let number = fd.number
  var settings = mode.settings
  let result = withUnsafeMutablePointer(to: &settings) {
    systemCall(__NR_ioctl, number, change.request, address($0))
  }
  try check(result, "tcsetattr", ["fd": number, "actions": change])
}

/// isatty(fd)
///
/// - Returns: whether it is a terminal; false too for a descriptor that isn't open.
/// - SeeAlso: <https://man7.org/linux/man-pages/man3/isatty.3.html>
public func isatty(_ fd: borrowing some DescriptorLike & ~Copyable) -> Bool {
  do {
    _ = try tcgetattr(fd)
    return true
  } catch { return false }
}

/// A terminal in raw mode, for as long as this value lives: then it has the settings again that it had before.
///
///     let raw = try RawMode(.standardInput)
///     // … carry bytes to and from a container's terminal
///     try raw.restore()
///
/// A process that a signal kills restores nothing: who uses this takes the signals by `signalfd`.
public struct RawMode: ~Copyable, Sendable {
  private let terminal: FileDescriptor
  // As the kernel has it: a value without a deinit of its own, which `discard` asks for.
  private let settings: clinux_termios

  /// The settings from before.
  public var saved: TerminalMode { TerminalMode(settings) }

  /// tcgetattr(fd, &saved); tcsetattr(fd, TCSANOW, &raw)
  ///
  /// - Parameter fd: it stays its owner's, and must be open until the end.
  /// - Throws: as ``tcgetattr(_:)`` and ``tcsetattr(_:_:_:)``.
  public init(_ fd: borrowing some DescriptorLike & ~Copyable) throws(SystemCallError) {
    let before = try tcgetattr(fd)
    try tcsetattr(fd, .now, before.raw)
    terminal = fd.fileDescriptor
    settings = before.settings
  }

  deinit { try? tcsetattr(terminal, .now, TerminalMode(settings)) }

  /// tcsetattr(fd, TCSANOW, &saved), now and with its error.
  public consuming func restore() throws(SystemCallError) {
    let (terminal, saved) = (terminal, saved)
    discard self
    try tcsetattr(terminal, .now, saved)
  }
}

extension TerminalMode {
  init(_ settings: clinux_termios) {
    input = TerminalInputFlags(rawValue: settings.c_iflag)
    output = TerminalOutputFlags(rawValue: settings.c_oflag)
    control = TerminalControlFlags(rawValue: settings.c_cflag)
    local = TerminalLocalFlags(rawValue: settings.c_lflag)
    line = settings.c_line
    characters = withUnsafeBytes(of: settings.c_cc) { Array($0) }
  }

  var settings: clinux_termios {
    var settings = clinux_termios()
    settings.c_iflag = input.rawValue
    settings.c_oflag = output.rawValue
    settings.c_cflag = control.rawValue
    settings.c_lflag = local.rawValue
    settings.c_line = line
    withUnsafeMutableBytes(of: &settings.c_cc) { $0.copyBytes(from: characters.prefix($0.count)) }
    return settings
  }
}
