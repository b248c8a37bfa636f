import CLinux
import SystemPackage

/// How large a terminal's window is: struct winsize.
public struct WindowSize: Hashable, Sendable {
  /// In characters; 0 where nobody has said.
  public var rows: UInt16
  public var columns: UInt16
  /// In pixels; 0 where nobody has said.
  public var width: UInt16
  public var height: UInt16

  public init(rows: UInt16, columns: UInt16, width: UInt16 = 0, height: UInt16 = 0) {
    self.rows = rows
    self.columns = columns
    self.width = width
    self.height = height
  }
}

/// tcgetwinsize(fd, &size): ioctl(fd, TIOCGWINSZ, &size)
///
/// - Throws: ENOTTY where it is no terminal; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCSWINSZ.2const.html>
public func tcgetwinsize(
  _ fd: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) -> WindowSize {
  let number = fd.number
  var size = clinux_winsize()
  let result = withUnsafeMutablePointer(to: &size) {
    systemCall(__NR_ioctl, number, Int(LINUX_TIOCGWINSZ), address($0))
  }
  try check(result, "ioctl", ["fd": number, "op": Bare("TIOCGWINSZ")])
  return WindowSize(rows: size.ws_row, columns: size.ws_col, width: size.ws_xpixel, height: size.ws_ypixel)
}

/// tcsetwinsize(fd, &size): ioctl(fd, TIOCSWINSZ, &size)
///
/// The foreground process group of the terminal gets SIGWINCH when the size is another one. Set at the master of a
/// pseudoterminal, it is the one of both ends.
///
/// - Throws: ENOTTY where it is no terminal; EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/TIOCSWINSZ.2const.html>
public func tcsetwinsize(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ size: WindowSize
) throws(SystemCallError) {
  let number = fd.number
  var record = clinux_winsize(
    ws_row: size.rows, ws_col: size.columns, ws_xpixel: size.width, ws_ypixel: size.height)
  let result = withUnsafeMutablePointer(to: &record) {
    systemCall(__NR_ioctl, number, Int(LINUX_TIOCSWINSZ), address($0))
  }
  try check(result, "ioctl", ["fd": number, "op": Bare("TIOCSWINSZ"), "arg": size])
}
