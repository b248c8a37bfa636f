// Glibc beside Linux: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import Testing

@Suite("Users, groups, sessions")
struct IdentityTests {
  @Test func setresuidSetsTheThreeIDs() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try setresuid(7, nil, 9)
        expectEqual(Linux.getresuid(), UserIDs(real: 7, effective: 0, saved: 9))
        try setresuid(nil, 9, nil)
        expectEqual(Linux.getresuid(), UserIDs(real: 7, effective: 9, saved: 9))
        let error = expectErrno(.notPermitted) { try setresuid(nil, 0, nil) }
        expectEqual(
          error.map { "\($0)" },
          "setresuid(ruid: -1, euid: 0, suid: -1): operation not permitted (EPERM)")
        expectEqual(try status("Uid"), ["7", "9", "9", "9"])
        expectEqual([Linux.getuid(), Linux.geteuid()], [7, 9])
      }
    }
  }

  @Test func setresgidAndSetgroups() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try setgroups([30, 10, 20])
        expectEqual(try Linux.getgroups(), [10, 20, 30])
        try setgroups([])
        expectEqual(try Linux.getgroups(), [])
        expectErrno(.invalidArgument) { try setgroups(Array(repeating: 1, count: 65537)) }
        try setresgid(5, 6, 7)
        expectEqual(Linux.getresgid(), GroupIDs(real: 5, effective: 6, saved: 7))
        expectEqual([Linux.getgid(), Linux.getegid()], [5, 6])
        try setresuid(1, 1, 1)
        expectErrno(.notPermitted) { try setresgid(0, 0, 0) }
        expectErrno(.notPermitted) { try setgroups([0]) }
      }
    }
  }

  @Test func setuidAndSetgidSetAllThree() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Linux.setgid(5)
        expectEqual(Linux.getresgid(), GroupIDs(real: 5, effective: 5, saved: 5))
        try Linux.setuid(7)
        expectEqual(Linux.getresuid(), UserIDs(real: 7, effective: 7, saved: 7))
        let user = expectErrno(.notPermitted) { try Linux.setuid(0) }
        expectEqual(user.map { "\($0)" }, "setuid(uid: 0): operation not permitted (EPERM)")
        let group = expectErrno(.notPermitted) { try Linux.setgid(0) }
        expectEqual(group.map { "\($0)" }, "setgid(gid: 0): operation not permitted (EPERM)")
        expectErrno(.invalidArgument) { try Linux.setuid(.max) }
      }
    }
  }

  @Test func getuidIsNotAmbiguousBesideGlibc() {
    expectEqual(getuid(), Linux.getuid())
    expectEqual(getegid(), Linux.getegid())
  }

  @Test func setsidMakesASession() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let child = try fork {
          let session = try Session.setsid()
          expectErrno(.notPermitted) { try Session.setsid() }
          expectErrno(.notPermitted) { try Session.setpgid(0, 0) }
          guard try Session.getsid() == session, try Session.getpgid() == session else { throw ExitStatus(1) }
          let second = try fork {
            try Session.setpgid(0, 0)
            let moved = try Session.getpgid() != session
            guard moved, try Session.getsid() == session else { throw ExitStatus(1) }
          }
          guard try waitpid(second) == .exited(0) else { throw ExitStatus(2) }
        }
        expectEqual(try waitpid(child), .exited(0))
        expectErrno(.invalidArgument) { try Session.setpgid(0, -1) }
        expectErrno(.noSuchProcess) { _ = try Session.getsid(ProcessID.max) }
        expectErrno(.noSuchProcess) { _ = try Session.getpgid(ProcessID.max) }
      }
    }
  }
}

/// The words after a name in /proc/thread-self/status.
func status(_ name: String) throws -> [String] {
  let line = try lines(of: "/proc/thread-self/status").first { $0.hasPrefix("\(name):") }
  return line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().map(String.init) ?? []
}
