import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("clone, fork, exec, waitpid", .requires(.root))
struct CloneTests {
  @Test func theChildIsPid1OfItsNamespace() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var answer = try pipe()
        let child = try clone([.newPID, .newUTS]) {
          try sethostname("inside")
          try answer.writeEnd.write(try readlink("/proc/self").string)
          throw ExitStatus(42)
        }
        #expect(child > 1)
        answer.closeWriteEnd()
        // The /proc of the parent's namespace names the child by its outer pid.
        #expect(String(decoding: try answer.readEnd.read(upTo: 100), as: UTF8.self) == "\(child)")
        expectEqual(try waitpid(child), .exited(42))
        expectErrno(.noChildProcess) { try waitpid(-1) }
      }
    }
  }

  @Test func statusIsZeroOnReturnAnd255OnAnError() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for flags in [CloneFlags(), .newUTS, .newPID] {
          let quiet = try clone(flags) {}
          expectEqual(try waitpid(quiet), .exited(0))
          let failing = try clone(flags) { throw Errno.ioError }
          expectEqual(try waitpid(failing), .exited(255))
        }
      }
    }
  }

  @Test func flagsThatShareMemoryAreRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let error = expectErrno(.invalidArgument) { _ = try clone([.vm, .newPID]) {} }
        #expect(error.map { "\($0)" }?.contains("so CLONE_VM can't be asked for") == true)
        expectErrno(.noChildProcess) { try waitpid(-1) }
      }
    }
  }

  @Test func theChildWaitsForItsIdMap() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for flags in [CloneFlags.newUser, [.newUser, .newPID]] {
          var gate = try pipe()
          let child = try clone(flags) {
            gate.closeWriteEnd()
            guard try gate.readEnd.read(upTo: 1).count == 1 else { throw ExitStatus(1) }
            try exec(["sh", "-c", "test $(id -u) = 7"])
          }
          try writeFile("/proc/\(child)/uid_map", "7 0 1\n")
          try gate.writeEnd.write("g")
          expectEqual(try waitpid(child), .exited(0))
        }
      }
    }
  }

  @Test func aChildWhoseParentGoesAwayLeaves() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var gate = try pipe()
        let child = try clone(.newPID) {
          gate.closeWriteEnd()
          guard try gate.readEnd.read(upTo: 1).count == 1 else { throw ExitStatus(3) }
        }
        gate.closeWriteEnd()
        expectEqual(try waitpid(child), .exited(3))
      }
    }
  }

  @Test func execFindsAProgramInThePath() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let plain = try fork { try exec(["true"]) }
        expectEqual(try waitpid(plain), .exited(0))
        let environment = try fork { try exec(["sh", "-c", "exit $N"], environment: ["N=9"]) }
        expectEqual(try waitpid(environment), .exited(9))
        let killed = try fork { try exec(["sh", "-c", "kill -KILL $$"]) }
        expectEqual(try waitpid(killed).shellStatus, 128 + 9)
        expectErrno(.noSuchFileOrDirectory) { try exec(["no-such-program"]) }
        expectErrno(.invalidArgument) { try execve("/bin/true", []) }
        expectErrno(.invalidArgument) { try execve("/bin/true", ["true", "a\0b"]) }
        expectErrno(.permissionDenied) { try exec(["/etc/passwd"]) }
      }
    }
  }

  @Test func literalForkReturnsTwice() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let pid = try fork()
        if pid == 0 { try exec(["sh", "-c", "exit 5"]) }
        expectEqual(try waitpid(pid), .exited(5))
      }
    }
  }

  @Test func waitpidReportsAStoppedChild() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork { try exec(["sh", "-c", "kill -STOP $$; exit 1"]) }
        expectEqual(try waitpid(child, .untraced)?.status, .stopped(.stop))
        expectEqual(try waitpid(child, .noHang)?.pid, nil)
        _ = try waitpid(try fork { try exec(["sh", "-c", "kill -CONT \(child)"]) })
        expectEqual(try waitpid(child), .exited(1))
      }
    }
  }
}
