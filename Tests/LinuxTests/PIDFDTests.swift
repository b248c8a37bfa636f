import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("pidfd, waitid, kill", .requires(.root))
struct PIDFDTests {
  @Test func aPIDFDSignalsAndWaits() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork { try exec(["sleep", "100"]) }
        let pidfd = try pidfd_open(child)
        expectEqual(try waitid(pidfd, [.exited, .noHang]), nil)
        try pidfd_send_signal(pidfd, .probe)
        // An exit test's process blocks the others.
        try pidfd_send_signal(pidfd, .kill)
        let killed = ChildStatus(pid: child, uid: 0, status: .signaled(.kill, coreDumped: false))
        expectEqual(try waitid(pidfd, [.exited, .noWait]), killed)
        expectEqual(try waitid(pidfd), killed)
        expectErrno(.noSuchProcess) { try pidfd_send_signal(pidfd, .probe) }
        expectErrno(.noChildProcess) { try waitid(pidfd) }
      }
    }
  }

  @Test func pidfdOpenFails() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork { throw ExitStatus(3) }
        expectEqual(try waitid(.process(child))?.status, .exited(3))
        expectErrno(.noSuchProcess) { _ = try pidfd_open(child) }
        expectErrno(.invalidArgument) { _ = try pidfd_open(0) }
        let error = expectErrno(.invalidArgument) { _ = try pidfd_open(1, PIDFDFlags(rawValue: 1)) }
        expectEqual(
          error.map { "\($0)" }, "pidfd_open(pid: 1, flags: 0x1): invalid argument (EINVAL)")
      }
    }
  }

  @Test func aNonBlockingPIDFDDoesNotWait() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork { try exec(["sleep", "100"]) }
        let pidfd = try pidfd_open(child, .nonBlock)
        expectErrno(.resourceTemporarilyUnavailable) { try waitid(pidfd) }
        try kill(child, .kill)
        _ = try waitpid(child)
      }
    }
  }

  @Test(.requires(.kernel(6, 9)))
  func aThreadHasAPIDFD() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // "1234/task/1240": this thread is not the process's first.
        let names = try readlink("/proc/thread-self").components.map(\.string)
        let thread = try #require(ProcessID(names[2]))
        #expect(names[0] != names[2])
        // EINVAL until about Linux 6.15, ENOENT since.
        #expect(throws: SystemCallError.self) { _ = try pidfd_open(thread) }
        let pidfd = try pidfd_open(thread, .thread)
        for target in [PIDFDSignalFlags.thread, .threadGroup] { try pidfd_send_signal(pidfd, .probe, target) }
        // This thread leads no process group.
        expectErrno(.noSuchProcess) { try pidfd_send_signal(pidfd, .probe, .processGroup) }
        expectErrno(.invalidArgument) { try pidfd_send_signal(pidfd, .probe, [.thread, .threadGroup]) }
        expectErrno(.invalidArgument) {
          try pidfd_send_signal(pidfd, .probe, PIDFDSignalFlags(rawValue: 0x100))
        }
      }
    }
  }

  @Test func pidfdGetfdCopiesADescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var answer = try pipe()
        let number = answer.writeEnd.rawValue
        let child = try fork { try exec(["sleep", "100"]) }
        let pidfd = try pidfd_open(child)
        // Close-on-exec: sleep has it no more. The standard ones it has.
        while try readlink("/proc/\(child)/exe").lastComponent?.string.contains("Tests") == true {}
        expectErrno(.badFileDescriptor) { _ = try pidfd_getfd(pidfd, 987) }
        let copy = try pidfd_getfd(pidfd, 2)
        expectEqual(
          try readlink("/proc/thread-self/fd/\(copy.rawValue)"), try readlink("/proc/\(child)/fd/2"))
        try kill(child, .kill)
        _ = try waitpid(child)

        let writer = try fork {
          answer.closeReadEnd()
          try exec(["sh", "-c", "kill -STOP $$"])
        }
        _ = try waitpid(writer, .untraced)
        let second = try pidfd_open(writer)
        expectErrno(.badFileDescriptor) { _ = try pidfd_getfd(second, number) }
        try kill(writer, .kill)
        _ = try waitpid(writer)
        answer.closeWriteEnd()
        expectErrno(.noSuchProcess) { _ = try pidfd_getfd(second, 0) }
      }
    }
  }

  @Test func setnsTakesAProcessesNamespaces() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let ready = try pipe()
        let child = try clone([.newUTS, .newNet, .newIPC]) {
          try sethostname("of-the-child")
          try ready.writeEnd.write("r")
          try exec(["sleep", "100"])
        }
        _ = try ready.readEnd.read(upTo: 1)
        let pidfd = try pidfd_open(child)
        expectErrno(.invalidArgument) { try setns(pidfd, []) }
        try setns(pidfd, [.uts, .net])
        expectEqual(try lines(of: "/proc/sys/kernel/hostname"), ["of-the-child"])
        for type in ["uts", "net"] {
          expectEqual(try readlink("/proc/thread-self/ns/\(type)"), try readlink("/proc/\(child)/ns/\(type)"))
        }
        #expect(try readlink("/proc/thread-self/ns/ipc") != readlink("/proc/\(child)/ns/ipc"))
        try kill(child, .kill)
        _ = try waitpid(child)
        expectErrno(.noSuchProcess) { try setns(pidfd, .uts) }
      }
    }
  }

  @Test func waitidTellsEachChange() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // It goes on after it was told to, and not before that has been seen: an end would hide it.
        let input = try pipe()
        let child = try fork {
          try dup2(input.readEnd, 0)
          try exec(["sh", "-c", "kill -STOP $$; read line; exit 9"])
        }
        expectEqual(try waitid(.all, .stopped)?.status, .stopped(.stop))
        try kill(child, .cont)
        expectEqual(try waitid(.process(child), .continued)?.status, .continued)
        try input.writeEnd.write("on\n")
        expectEqual(try waitid(.group(0))?.status, .exited(9))
        expectErrno(.noChildProcess) { try waitid(.all) }
        let error = expectErrno(.invalidArgument) { try waitid(.process(child), []) }
        expectEqual(
          error.map { "\($0)" }, "waitid(id: P_PID \(child), options: 0): invalid argument (EINVAL)")
      }
    }
  }

  @Test func killSaysWhatFailed() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork {}
        try kill(child, .probe)
        _ = try waitpid(child)
        let error = expectErrno(.noSuchProcess) { try kill(child, Signal(rawValue: 37)) }
        expectEqual(
          error.map { "\($0)" }, "kill(pid: \(child), sig: SIGRTMIN+3): no such process (ESRCH)")
        expectErrno(.invalidArgument) { try kill(1, Signal(rawValue: 65)) }
      }
    }
  }
}

@Suite("Signals as text")
struct SignalTests {
  @Test func aSignalIsReadAndPrinted() {
    for (signal, name) in Signal.names {
      expectEqual("\(signal)", name)
      expectEqual(Signal(name), signal)
      expectEqual(Signal(String(name.dropFirst(3)).lowercased()), signal)
      expectEqual(Signal("\(signal.rawValue)"), signal)
    }
    expectEqual(Signal.names.map(\.signal.rawValue), Array(1...31))
    for number: Int32 in 34...64 {
      expectEqual(Signal("\(Signal(rawValue: number))"), Signal(rawValue: number))
    }
    expectEqual(Signal("SIGRTMAX-1"), Signal(rawValue: 63))
    expectEqual(Signal("RTMIN"), .realTimeMinimum)
    for text in ["", "SIG", "KILLED", "-9", "65", "RTMIN+31", "RTMAX+1", "RTMIN-1", "RTMIN3", "RTMIN+", "9 "]
    {
      expectEqual(Signal(text), nil)
    }
  }
}
