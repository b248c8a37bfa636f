import CLinux
import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("Pseudoterminals, window size, raw mode", .requires(.root))
struct TerminalTests {
  @Test func aMasterAndItsTerminalCarryBytes() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        expectEqual(try isCloseOnExec(master), true)
        expectEqual(try isCloseOnExec(terminal), true)
        expectEqual(isatty(terminal), true)
        expectEqual(isatty(master), true)
        expectEqual(try isatty(open("/dev/null")), false)
        expectEqual(isatty(FileDescriptor(rawValue: 987)), false)
        try terminal.write("out\n")
        expectEqual(try master.descriptor.read(upTo: 100), Array("out\r\n".utf8))
        try master.descriptor.write("in\r")
        expectEqual(try terminal.read(upTo: 100), Array("in\n".utf8))
        // What was typed is shown.
        expectEqual(try master.descriptor.read(upTo: 100), Array("in\r\n".utf8))
      }
    }
  }

  @Test func aLockedTerminalIsNotOpened() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let master = try newMaster()
        expectEqual(try master.isLocked(), true)
        let error = expectErrno(.ioError) { _ = try master.openPeer() }
        expectEqual(
          error.map { "\($0)" },
          "ioctl(fd: \(master.descriptor.rawValue), op: TIOCGPTPEER, flags: O_RDWR | O_NOCTTY): "
            + "input/output error (EIO)")
        try master.unlock()
        expectEqual(try master.isLocked(), false)
        let number = try master.terminalNumber()
        expectEqual(
          try statx(at: master.openPeer(), "", .emptyPath).inode, try statx("/tmp/pts/\(number)").inode)
        try master.lock()
        expectErrno(.ioError) { _ = try open("/tmp/pts/\(number)") }

        let file = TerminalMaster(try open("/dev/null"))
        for call in [
          { try file.unlock() }, { _ = try file.isLocked() }, { _ = try file.terminalNumber() },
          { _ = try file.openPeer() },
        ] as [() throws -> Void] { expectErrno(.inappropriateIOCTLForDevice, call) }
        expectErrno(.noSuchFileOrDirectory) { _ = try posix_openpt(path: "/tmp/nowhere") }
      }
    }
  }

  @Test func theSizeIsOneForBothEnds() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        expectEqual(try tcgetwinsize(terminal), WindowSize(rows: 0, columns: 0))
        let size = WindowSize(rows: 24, columns: 80, width: 640, height: 480)
        try tcsetwinsize(master, size)
        expectEqual(try tcgetwinsize(terminal), size)
        try tcsetwinsize(terminal, WindowSize(rows: 1, columns: 2))
        expectEqual(try tcgetwinsize(master), WindowSize(rows: 1, columns: 2))
        let file = try open("/dev/null")
        let error = expectErrno(.inappropriateIOCTLForDevice) { _ = try tcgetwinsize(file) }
        expectContains(error.map { "\($0)" }, "op: TIOCGWINSZ): ")
        expectErrno(.inappropriateIOCTLForDevice) { try tcsetwinsize(file, size) }
      }
    }
  }

  @Test func rawModePassesEveryByteAndIsUndone() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        let before = try tcgetattr(terminal)
        expectEqual(before.local.contains([.canon, .echo, .sig]), true)
        expectEqual(before.output.contains([.oPost, .onlCR]), true)
        expectEqual(before[.vIntr], 3)
        expectEqual(before[.vEOF], 4)
        do {
          let raw = try RawMode(terminal)
          expectEqual(raw.saved, before)
          let mode = try tcgetattr(terminal)
          expectEqual(mode, before.raw)
          try master.descriptor.write([3, 13, 17, 0])
          expectEqual(try terminal.read(upTo: 100), [3, 13, 17, 0])
          try terminal.write("\n")
          expectEqual(try master.descriptor.read(upTo: 100), [10])
          try raw.restore()
          expectEqual(try tcgetattr(terminal), before)
        }
        do {
          let raw = try RawMode(terminal)
          expectEqual(try tcgetattr(terminal).local.contains(.canon), false)
          _ = raw.saved
        }
        expectEqual(try tcgetattr(terminal), before)
        let file = try open("/dev/null")
        expectErrno(.inappropriateIOCTLForDevice) { _ = try RawMode(file) }
        let error = expectErrno(.inappropriateIOCTLForDevice) { try tcsetattr(file, .drain, before) }
        expectContains(error.map { "\($0)" }, "actions: TCSADRAIN): inappropriate ioctl")
      }
    }
  }

  /// By glibc's own function, from settings in which every bit is set.
  @Test func rawIsWhatCfmakerawGives() {
    var theirs = termios()
    theirs.c_iflag = ~0
    theirs.c_oflag = ~0
    theirs.c_cflag = ~0
    theirs.c_lflag = ~0
    cfmakeraw(&theirs)
    let ours = TerminalMode(
      input: .init(rawValue: .max), output: .init(rawValue: .max), control: .init(rawValue: .max),
      local: .init(rawValue: .max)
    ).raw
    expectEqual(ours.input.rawValue, theirs.c_iflag)
    expectEqual(ours.output.rawValue, theirs.c_oflag)
    expectEqual(ours.control.rawValue, theirs.c_cflag)
    expectEqual(ours.local.rawValue, theirs.c_lflag)
    expectEqual(ours[.vMin], theirs.c_cc.6)
    expectEqual(ours[.vTime], theirs.c_cc.5)
  }

  @Test func theCharactersStandWhereTheKernelHasThem() {
    let places = [
      LINUX_VINTR, LINUX_VQUIT, LINUX_VERASE, LINUX_VKILL, LINUX_VEOF, LINUX_VTIME, LINUX_VMIN, LINUX_VSWTC,
      LINUX_VSTART, LINUX_VSTOP, LINUX_VSUSP, LINUX_VEOL, LINUX_VREPRINT, LINUX_VDISCARD, LINUX_VWERASE,
      LINUX_VLNEXT, LINUX_VEOL2,
    ]
    expectEqual(TerminalCharacter.allCases.map(\.rawValue), places.map { Int($0) })
  }

  @Test func everySettingIsKept() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        var mode = try tcgetattr(terminal)
        mode.input = [.ixOn, .iUTF8, .icrNL]
        mode.output = []
        mode.local = [.echo, .echoCtl]
        mode[.vIntr] = 24
        mode[.vEOL2] = 99
        for change in [TerminalChange.now, .drain, .flush] {
          mode[.vErase] += 1
          try tcsetattr(terminal, change, mode)
          expectEqual(try tcgetattr(terminal), mode)
        }
        try tcsetattr(terminal, .now, mode.raw)
        try master.descriptor.write("lost")
        // It takes its time to the other end.
        var typed = [PollDescriptor(terminal)]
        expectEqual(try poll(&typed), 1)
        try tcsetattr(terminal, .flush, mode.raw)
        try master.descriptor.write("x")
        expectEqual(try terminal.read(upTo: 100), Array("x".utf8))
        expectEqual("\(mode.control.intersection(.size8))", "CS8")
      }
    }
  }

  @Test func aSessionGetsItsTerminal() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        expectErrno(.notPermitted) { try setControllingTerminal(terminal) }
        expectErrno(.inappropriateIOCTLForDevice) { try giveUpControllingTerminal(terminal) }
        try inChild {
          try Session.setsid()
          expectErrno(.inappropriateIOCTLForDevice) { _ = try tcgetpgrp(terminal) }
          expectErrno(.inappropriateIOCTLForDevice) { try tcsetpgrp(terminal, getpid()) }
          try setControllingTerminal(terminal)
          expectEqual(try tcgetpgrp(terminal), getpid())
          _ = try open("/dev/tty", .readWrite)

          // Another session takes it only by force.
          try inChild {
            try Session.setsid()
            expectErrno(.notPermitted) { try setControllingTerminal(terminal) }
            signal(SIGHUP, SIG_IGN)
            try setControllingTerminal(terminal, steal: true)
            expectEqual(try tcgetpgrp(terminal), getpid())
            signal(SIGCONT, SIG_IGN)
            try giveUpControllingTerminal(terminal)
            expectErrno(.noSuchAddressOrDevice) { _ = try open("/dev/tty", .readWrite) }
          }
        }
      }
    }
  }

  @Test func aGroupIsPutIntoTheForeground() async {
    await #expect(processExitsWith: .success) {
      try withTerminal { master, terminal in
        try inChild {
          try Session.setsid()
          try setControllingTerminal(terminal)
          // An exit test's process blocks SIGINT, and its child and what that executes would too.
          try sigprocmask(.setMask, [])
          let child = try fork { try exec(["sleep", "100"]) }
          try Session.setpgid(child, child)
          try tcsetpgrp(terminal, child)
          expectEqual(try tcgetpgrp(terminal), child)
          expectEqual(try tcgetpgrp(master), child)
          // ^C goes to this group.
          try master.descriptor.write([3])
          expectEqual(try waitpid(child), .signaled(.int, coreDumped: false))
          try sigprocmask(.block, [.ttou])
          try tcsetpgrp(terminal, getpid())
          expectErrno(.notPermitted) { try tcsetpgrp(terminal, 1) }
          expectErrno(.noSuchProcess) { try tcsetpgrp(terminal, child) }
          expectErrno(.invalidArgument) { try tcsetpgrp(terminal, -5) }
        }
      }
    }
  }

  @Test func theMasterTellsThatNobodyIsLeft() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let master = try newMaster()
        try master.unlock()
        do {
          let terminal = try master.openPeer()
          try terminal.write("last")
        }
        expectEqual(try master.descriptor.read(upTo: 100), Array("last".utf8))
        expectErrno(.ioError) { _ = try master.descriptor.read(upTo: 100) }
      }
    }
  }
}

/// A master in a devpts of the test's own.
private func newMaster() throws -> TerminalMaster {
  try mkdir("/tmp/pts")
  try mount("devpts", "/tmp/pts", "devpts", [], "newinstance,ptmxmode=0666")
  return try posix_openpt(path: "/tmp/pts/ptmx")
}

private func withTerminal(_ body: (borrowing TerminalMaster, borrowing Descriptor) throws -> Void) throws {
  try isolated {
    let master = try newMaster()
    try master.unlock()
    let terminal = try master.openPeer()
    try body(master, terminal)
  }
}
