import CLinux
import Linux
import SystemPackage
import Testing

@Suite("Seccomp's listener")
struct SeccompListenerTests {
  @Test func aListenerAnswersAnotherProcess() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        try sethostname("before")
        let listener = try Seccomp.setModeFilterWithListener(
          filter(__NR_sethostname, .userNotif), .waitKillableRecv)
        let child = try fork {
          expectErrno(.outOfRange) { try sethostname("one") }
          try sethostname("two")
          expectEqual(try lines(of: "/proc/sys/kernel/hostname"), ["before"])
          try sethostname("three")
          expectEqual(try lines(of: "/proc/sys/kernel/hostname"), ["three"])
          throw ExitStatus(try readFile("/proc/sys/kernel/hostname") == "three\n" ? 0 : 1)
        }
        let first = try listener.receive()
        expectEqual(first.pid, child)
        expectEqual(first.data.number, Int32(__NR_sethostname))
        expectEqual(first.data.architecture, .native)
        expectEqual(first.data.arguments[1], 3)
        expectEqual(try listener.isValid(first.id), true)
        expectErrno(.noSuchFileOrDirectory) { try listener.send(.value(0), to: first.id &+ 1000) }
        try listener.send(.errno(.outOfRange), to: first.id)
        expectEqual(try listener.isValid(first.id), false)
        try listener.send(.value(0), to: try listener.receive().id)
        try listener.send(.continue, to: try listener.receive().id)
        expectEqual(try waitpid(child), .exited(0))
      }
    }
  }

  @Test func aListenerGivesADescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let listener = try Seccomp.setModeFilterWithListener(filter(__NR_inotify_init1, .userNotif))
        let answer = try pipe()
        let child = try fork {
          // Ours, not inotify's: what the listener gives is a pipe.
          let number = clinux_syscall(Int(__NR_inotify_init1), 0, 0, 0, 0, 0, 0)
          guard number == 77 else { throw ExitStatus(1) }
          try Descriptor(owning: 77).write("by 77")
          let second = clinux_syscall(Int(__NR_inotify_init1), 0, 0, 0, 0, 0, 0)
          try Descriptor(owning: CInt(second)).write(", by another")
        }
        let first = try listener.receive()
        expectErrno(.badFileDescriptor) { try listener.addFD(FileDescriptor(rawValue: 999), to: first.id) }
        expectEqual(try listener.addFD(answer.writeEnd, to: first.id, .setFD, newFD: 77), 77)
        try listener.send(.value(77), to: first.id)
        let second = try listener.receive()
        let number = try listener.addFD(answer.writeEnd, to: second.id, .send)
        #expect(number > 2)
        expectEqual(try waitpid(child), .exited(0))
        let text = try answer.readEnd.read(upTo: 100)
        expectEqual(String(decoding: text, as: UTF8.self), "by 77, by another")
        expectErrno(.noSuchFileOrDirectory) { try listener.addFD(answer.writeEnd, to: second.id) }
      }
    }
  }

  @Test func oneListenerAtMost() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let program = filter(__NR_inotify_init1, .userNotif)
        let listener = try Seccomp.setModeFilterWithListener(program)
        expectErrno(.resourceBusy) { _ = try Seccomp.setModeFilterWithListener(program) }
        expectErrno(.invalidArgument) { _ = try Seccomp.setModeFilterWithListener(program, [.tsync]) }
        let wrong = SeccompListener(Descriptor(owning: 999))
        expectErrno(.badFileDescriptor) { _ = try wrong.receive() }
        expectErrno(.badFileDescriptor) { _ = try wrong.isValid(1) }
        expectErrno(.badFileDescriptor) { try wrong.setFlags(syncWakeUp: true) }
        _ = consume listener
      }
    }
  }

  @Test(.requires(.kernel(6, 6)))
  func theListenerCanWakeUpOnTheSameProcessor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let listener = try Seccomp.setModeFilterWithListener(filter(__NR_inotify_init1, .userNotif))
        try listener.setFlags(syncWakeUp: true)
        try listener.setFlags(syncWakeUp: false)
      }
    }
  }
}
