import CLinux
// Glibc beside Linux: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import Testing

/// A filter that gives `action` for one call, and allows the others.
func filter(_ call: some BinaryInteger, _ action: SeccompAction) -> [BPFInstruction] {
  [
    .load(SeccompData.architectureOffset),
    .jumpIfEqual(AuditArchitecture.native.rawValue, then: 1, else: 0),
    .return(.killProcess),
    .load(SeccompData.numberOffset),
    .jumpIfEqual(UInt32(call), then: 0, else: 1),
    .return(action),
    .return(.allow),
  ]
}

@Suite("seccomp")
struct SeccompTests {
  @Test func actionsAndInstructionsPrint() {
    expectEqual("\(SeccompAction.errno(.notPermitted))", "SECCOMP_RET_ERRNO | 1")
    expectEqual("\(SeccompAction.killThread)", "SECCOMP_RET_KILL_THREAD")
    expectEqual("\(SeccompAction(rawValue: 0x12340000))", "0x12340000")
    expectEqual("\(BPFInstruction.load(4))", "BPF_STMT(0x20, 0x4)")
    expectEqual("\(BPFInstruction.jumpIfEqual(41, then: 0, else: 1))", "BPF_JUMP(0x15, 0x29, 0, 1)")
    expectEqual("\(BPFInstruction.return(.allow))", "BPF_STMT(0x6, 0x7fff0000)")
    expectEqual(AuditArchitecture(name: "AUDIT_ARCH_I386"), .i386)
  }

  @Test func aFilterRefusesACall() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getSeccomp(), .disabled)
        try mkdir("/tmp/before")
        try Seccomp.setModeFilter(filter(__NR_mkdirat, .errno(.tooManySymbolicLinkLevels)))
        expectErrno(.tooManySymbolicLinkLevels) { try mkdir("/tmp/after") }
        try rmdir("/tmp/before")
        expectEqual(try Prctl.getSeccomp(), .filter)
        expectErrno(.invalidArgument) { try Seccomp.setModeStrict() }
      }
    }
  }

  @Test func aFilterWithoutRightsNeedsNoNewPrivs() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try capset(CapabilitySets())
        let program = filter(__NR_mkdirat, .errno(.notPermitted))
        let error = expectErrno(.permissionDenied) { try Seccomp.setModeFilter(program, .log) }
        expectEqual(
          error.map { "\($0)" },
          """
          seccomp(operation: SECCOMP_SET_MODE_FILTER, flags: SECCOMP_FILTER_FLAG_LOG, len: 7): \
          permission denied (EACCES)
          """)
        try Prctl.setNoNewPrivs()
        try Seccomp.setModeFilter(program, [.specAllow])
        expectErrno(.notPermitted) { try mkdir("/tmp/a") }
      }
    }
  }

  @Test func wrongProgramsAreRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectErrno(.invalidArgument) { try Seccomp.setModeFilter([]) }
        expectErrno(.invalidArgument) { try Seccomp.setModeFilter([.load(0)]) }
        expectErrno(.invalidArgument) { try Seccomp.setModeFilter([.load(64), .return(.allow)]) }
        let long = Array(repeating: BPFInstruction.return(.allow), count: 70_000)
        expectErrno(.invalidArgument) { try Seccomp.setModeFilter(long) }
        let flags = SeccompFilterFlags(rawValue: 1 << 20)
        expectErrno(.invalidArgument) { try Seccomp.setModeFilter([.return(.allow)], flags) }
      }
    }
  }

  @Test func everyThreadGetsAFilterWithTSYNC() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Seccomp.setModeFilter(filter(__NR_mkdirat, .errno(.notPermitted)), .tsync)
        try startThread { expectErrno(.notPermitted) { try mkdir("/tmp/a") } }.join()
        // A thread with a filter of its own can't follow.
        let gate = try pipe()
        try startThread {
          try Seccomp.setModeFilter([.return(.allow)])
          try gate.writeEnd.write("g")
          while true { pause() }
        }
        _ = try gate.readEnd.read(upTo: 1)
        expectErrno(.noSuchProcess) { try Seccomp.setModeFilter([.return(.allow)], [.tsync, .tsyncESRCH]) }
        let error = expectErrno(.noSuchProcess) { try Seccomp.setModeFilter([.return(.allow)], .tsync) }
        #expect(error?.hint?.contains("has filters that the caller hasn't") == true)
      }
    }
  }

  @Test func strictModeKills() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork {
          try Seccomp.setModeStrict()
          try mkdir("/tmp/a")
        }
        expectEqual(try waitpid(child), .signaled(.kill, coreDumped: false))
      }
    }
  }

  @Test func whatTheKernelKnows() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let errno = SeccompAction.errno(.notPermitted).kind
        for action in [.killProcess, .killThread, .trap(), errno, .userNotif, .trace(), .log, .allow] {
          expectEqual(try Seccomp.getActionAvail(action), true)
        }
        expectEqual(try Seccomp.getActionAvail(SeccompAction(rawValue: 0x12340000)), false)
        expectEqual(try Seccomp.getNotifSizes(), SeccompNotifSizes(notification: 80, response: 24, data: 64))
        // A process that may not use seccomp(2) at all.
        let denied: SeccompAction = .errno(.noFunction)
        try Seccomp.setModeFilter(filter(__NR_seccomp, denied))
        expectErrno(.noFunction) { _ = try Seccomp.getNotifSizes() }
        expectErrno(.noFunction) { _ = try Seccomp.getActionAvail(.allow) }
      }
    }
  }
}
