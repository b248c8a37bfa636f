// Glibc beside Linux: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import Testing

@Suite("prctl")
struct PrctlTests {
  @Test func noNewPrivsCannotBeUndone() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getNoNewPrivs(), false)
        try Prctl.setNoNewPrivs()
        expectEqual(try Prctl.getNoNewPrivs(), true)
        expectEqual(try status("NoNewPrivs"), ["1"])
        let error = expectErrno(.invalidArgument) { try prctl(38, 0) }
        expectEqual(
          error.map { "\($0)" },
          "prctl(option: 38, arg2: 0, arg3: 0, arg4: 0, arg5: 0): invalid argument (EINVAL)")
      }
    }
  }

  @Test func theParentsDeathSendsASignal() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getPDeathSig(), nil)
        try Prctl.setPDeathSig(.term)
        expectEqual(try Prctl.getPDeathSig(), .term)
        try Prctl.setPDeathSig(nil)
        expectEqual(try Prctl.getPDeathSig(), nil)
        let error = expectErrno(.invalidArgument) { try Prctl.setPDeathSig(Signal(rawValue: 99)) }
        expectEqual(
          error.map { "\($0)" }, "prctl(option: PR_SET_PDEATHSIG, arg2: 99): invalid argument (EINVAL)")
      }
    }
  }

  @Test func aSubreaperGetsTheOrphans() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Prctl.setChildSubreaper(true)
        expectEqual(try Prctl.getChildSubreaper(), true)
        let child = try fork { _ = try fork { throw ExitStatus(21) } }
        expectEqual(try waitpid(child), .exited(0))
        expectEqual(try waitpid(-1), .exited(21))
        try Prctl.setChildSubreaper(false)
        expectEqual(try Prctl.getChildSubreaper(), false)
      }
    }
  }

  @Test func nameAndTimerSlack() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Prctl.setName("a name of more than 15 bytes")
        expectEqual(try Prctl.getName(), "a name of more ")
        expectErrno(.invalidArgument) { try Prctl.setName("a\0b") }
        try Prctl.setTimerSlack(nanoseconds: 1234)
        expectEqual(try Prctl.getTimerSlack(), 1234)
        try Prctl.setTimerSlack(nanoseconds: 0)
        expectEqual(try Prctl.getTimerSlack(), 50_000)
      }
    }
  }

  @Test func dumpable() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Prctl.setDumpable(.disabled)
        expectEqual(try Prctl.getDumpable(), .disabled)
        try Prctl.setDumpable(.enabled)
        expectEqual(try Prctl.getDumpable(), .enabled)
        expectErrno(.invalidArgument) { try Prctl.setDumpable(.rootOnly) }
      }
    }
  }

  @Test func hugePages() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getTHPDisable(), false)
        try Prctl.setTHPDisable(true)
        expectEqual(try Prctl.getTHPDisable(), true)
      }
    }
  }

  @Test(.requires(.kernel(6, 4)))
  func memoryMerge() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectErrno(.invalidArgument) { try prctl(67, 1, 1) }
        guard access("/sys/kernel/mm/ksm", F_OK) == 0 else {
          expectErrno(.invalidArgument) { try Prctl.setMemoryMerge(true) }
          return
        }
        try Prctl.setMemoryMerge(true)
        expectEqual(try Prctl.getMemoryMerge(), true)
        try Prctl.setMemoryMerge(false)
        expectEqual(try Prctl.getMemoryMerge(), false)
      }
    }
  }

  @Test(.requires(.kernel(6, 6)))
  func memoryDenyWriteExecute() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getMDWE(), [])
        expectErrno(.invalidArgument) { try Prctl.setMDWE(.noInherit) }
        try Prctl.setMDWE([.refuseExecGain, .noInherit])
        expectEqual("\(try Prctl.getMDWE())", "PR_MDWE_REFUSE_EXEC_GAIN | PR_MDWE_NO_INHERIT")
        expectErrno(.notPermitted) { try Prctl.setMDWE([]) }
      }
    }
  }

  @Test func ioFlusherNeedsSysResource() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var sets = try capget()
        sets.effective.remove(.sysResource)
        try capset(sets)
        expectErrno(.notPermitted) { try Prctl.setIOFlusher(true) }
        expectErrno(.notPermitted) { _ = try Prctl.getIOFlusher() }
      }
    }
  }

  @Test func speculation() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let state = try Prctl.getSpeculationCtrl(.storeBypass)
        if state.contains(.prctl) {
          try Prctl.setSpeculationCtrl(.storeBypass, .disable)
          expectEqual(try Prctl.getSpeculationCtrl(.storeBypass), [.prctl, .disable])
        } else {
          expectErrno(Errno(rawValue: ENXIO)) { try Prctl.setSpeculationCtrl(.storeBypass, .disable) }
        }
        expectErrno(Errno(rawValue: ENODEV)) {
          _ = try Prctl.getSpeculationCtrl(SpeculationFeature(rawValue: 99))
        }
      }
    }
  }
}
