import CLinux
import Linux

/// A terminal's settings: struct termios of the kernel, 36 bytes.
struct TerminalMode {
  private var flags: (input: UInt32, output: UInt32, control: UInt32, local: UInt32) = (0, 0, 0, 0)
  // c_line, then c_cc: VTIME is its fifth element and VMIN its sixth.
  private var line: UInt8 = 0
  private var controls: (UInt64, UInt64, UInt32) = (0, 0, 0)

  /// nil where the descriptor is no terminal.
  init?(of descriptor: CInt) {
    let getSettings = 0x5401
    let result = withUnsafeMutableBytes(of: &self) {
      systemCall(__NR_ioctl, Int(descriptor), getSettings, address($0.baseAddress))
    }
    if result < 0 { return nil }
  }

  func apply(to descriptor: CInt) {
    var copy = self
    let setSettings = 0x5402
    _ = withUnsafeMutableBytes(of: &copy) {
      systemCall(__NR_ioctl, Int(descriptor), setSettings, address($0.baseAddress))
    }
  }

  /// Every byte is passed on as it comes, as cfmakeraw(3) has it.
  var raw: TerminalMode {
    var mode = self
    // IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON; OPOST; CSIZE PARENB; ECHO ECHONL ICANON ISIG IEXTEN
    mode.flags.input &= ~UInt32(0o2753)
    mode.flags.output &= ~UInt32(0o1)
    mode.flags.control = mode.flags.control & ~UInt32(0o460) | 0o60
    mode.flags.local &= ~UInt32(0o100113)
    withUnsafeMutableBytes(of: &mode) { bytes in
      bytes[17 + 5] = 0
      bytes[17 + 6] = 1
    }
    return mode
  }
}

extension TerminalMode {
  /// What comes is passed on as it is; input stays as it was.
  var rawOutput: TerminalMode {
    var mode = self
    mode.flags.output &= ~UInt32(0o1)
    return mode
  }
}

/// struct winsize: rows, columns, and two in pixels.
struct WindowSize {
  var rows: UInt16 = 0
  var columns: UInt16 = 0
  var pixels: (UInt16, UInt16) = (0, 0)

  init?(of descriptor: CInt) {
    let getSize = 0x5413
    let result = withUnsafeMutableBytes(of: &self) {
      systemCall(__NR_ioctl, Int(descriptor), getSize, address($0.baseAddress))
    }
    if result < 0 { return nil }
  }

  func apply(to descriptor: CInt) {
    var copy = self
    let setSize = 0x5414
    _ = withUnsafeMutableBytes(of: &copy) {
      systemCall(__NR_ioctl, Int(descriptor), setSize, address($0.baseAddress))
    }
  }
}
