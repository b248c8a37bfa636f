import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("clone3", .requires(.root))
struct Clone3Tests {
  @Test func bothFormsGiveAPIDFD() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for flags in [CloneFlags(), .newPID, [.newUTS, .newNet, .clearSigHand]] {
          let child = try clone3(CloneArguments(flags)) { throw ExitStatus(7) }
          expectEqual(try pidOf(child.pidfd), child.pid)
          expectEqual(try waitid(child.pidfd), ChildStatus(pid: child.pid, uid: 0, status: .exited(7)))

          guard let literal = try clone3(CloneArguments(flags)) else { _exit(8) }
          expectEqual(try pidOf(literal.pidfd), literal.pid)
          expectEqual(try waitid(literal.pidfd)?.status, .exited(8))
        }
        expectErrno(.noChildProcess) { try waitid(.all, [.exited, .all]) }
      }
    }
  }

  @Test func theChildIsInTheNewNamespaces() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let answer = try pipe()
        let child = try clone3(CloneArguments([.newPID, .newUTS, .newTime])) {
          try sethostname("inside")
          let offsets = try readlink("/proc/self/ns/time")
          try answer.writeEnd.write("\(getpid()) \(offsets)")
        }
        expectEqual(try waitid(child.pidfd)?.status, .exited(0))
        let words = String(decoding: try answer.readEnd.read(upTo: 100), as: UTF8.self).split(separator: " ")
        expectEqual(words.first, "1")
        #expect(try words.last.map(String.init) != readlink("/proc/thread-self/ns/time").string)
      }
    }
  }

  @Test(.requires(.kernel("cgroup2", probe: hasCgroup2)))
  func theChildIsBornInItsCgroup() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // The one hierarchy of the system, whether it is mounted elsewhere or not.
        try mkdir("/tmp/cgroup2")
        try mount("none", "/tmp/cgroup2", "cgroup2")
        let name = "cooper-test-\(getpid())"
        try mkdir("/tmp/cgroup2/\(name)")
        defer { try? rmdir("/tmp/cgroup2/\(name)") }
        let directory = try open("/tmp/cgroup2/\(name)", [.directory, .path])
        var arguments = CloneArguments(.newPID)
        arguments.cgroup = directory.fileDescriptor

        let answer = try pipe()
        let child = try clone3(arguments) { try answer.writeEnd.write(try readFile("/proc/self/cgroup")) }
        try waitid(child.pidfd)
        expectContains(String(decoding: try answer.readEnd.read(upTo: 4000), as: UTF8.self), "/\(name)\n")

        let gate = try pipe()
        guard let literal = try clone3(arguments) else {
          _ = try? gate.readEnd.read(upTo: 1)
          _exit(0)
        }
        expectContains(try readFile("/proc/\(literal.pid)/cgroup"), "/\(name)\n")
        try gate.writeEnd.write("g")
        try waitid(literal.pidfd)

        let other = try open("/tmp", .directory)
        arguments.cgroup = other.fileDescriptor
        expectErrno(.badFileDescriptor) { _ = try clone3(arguments) {} }
        expectErrno(.badFileDescriptor) {
          guard try clone3(arguments) != nil else { _exit(0) }
        }
      }
    }
  }

  @Test func thePIDIsChosen() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // A pid in the caller's namespace too: 1 inside, and outside one that is free.
        var arguments = CloneArguments(.newPID)
        let free = try waited(try fork {})
        arguments.setTID = [1, free]
        let child = try clone3(arguments) { throw ExitStatus(getpid()) }
        expectEqual(child.pid, free)
        expectEqual(try waitid(child.pidfd)?.status, .exited(1))

        guard let literal = try clone3(arguments) else { _exit(getpid()) }
        expectEqual(literal.pid, free)
        expectEqual(try waitid(literal.pidfd)?.status, .exited(1))

        arguments.setTID = [1, getpid()]
        expectErrno(.fileExists) { _ = try clone3(arguments) {} }
        arguments.setTID = [2]
        let error = expectErrno(.invalidArgument) { _ = try clone3(arguments) {} }
        expectContains(error.map { "\($0)" }, "set_tid: [2]")
      }
    }
  }

  @Test func clearSigHandGivesDefaultHandlers() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        signal(SIGUSR1) { _ in }
        let answer = try pipe()
        for (flags, caught) in [(CloneFlags(), true), (.clearSigHand, false)] {
          let child = try clone3(CloneArguments(flags)) {
            let line = try lines(of: "/proc/self/status").first { $0.hasPrefix("SigCgt:") }
            try answer.writeEnd.write(line ?? "")
          }
          try waitid(child.pidfd)
          let words = String(decoding: try answer.readEnd.read(upTo: 100), as: UTF8.self).split(
            separator: "\t")
          let mask = try #require(words.last.flatMap { UInt64($0, radix: 16) })
          expectEqual(mask & 1 << (UInt64(SIGUSR1) - 1) != 0, caught)
          expectEqual(mask == 0, !caught)
        }
      }
    }
  }

  @Test func theExitSignalIsChosen() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var arguments = CloneArguments()
        arguments.exitSignal = nil
        guard let child = try clone3(arguments) else { _exit(4) }
        expectErrno(.noChildProcess) { try waitid(child.pidfd) }
        expectEqual(try waitid(child.pidfd, [.exited, .clone])?.status, .exited(4))
        expectErrno(.invalidArgument) { _ = try clone3(arguments) {} }
      }
    }
  }

  @Test func parentMakesASibling() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let answer = try pipe()
        try inChild {
          guard let sibling = try clone3(CloneArguments(.parent)) else { _exit(6) }
          try answer.writeEnd.write("\(sibling.pid)")
          expectErrno(.noChildProcess) { try waitid(sibling.pidfd) }
        }
        let sibling = try #require(
          ProcessID(String(decoding: try answer.readEnd.read(upTo: 20), as: UTF8.self)))
        expectEqual(try waitpid(sibling), .exited(6))
        expectErrno(.invalidArgument) { _ = try clone3(CloneArguments(.parent)) {} }
      }
    }
  }

  @Test func whatEndsTheProcessIsRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for flags in [CloneFlags.vm, .thread, [.vm, .vfork], .setTLS, .intoCgroup, .childSetTID] {
          expectErrno(.invalidArgument) { _ = try clone3(CloneArguments(flags)) {} }
          expectErrno(.invalidArgument) {
            guard try clone3(CloneArguments(flags)) != nil else { _exit(0) }
          }
        }
        let unknown = CloneFlags(rawValue: 1 << 60)
        let error = expectErrno(.invalidArgument) {
          guard try clone3(CloneArguments(unknown)) != nil else { _exit(0) }
        }
        expectContains(error.map { "\($0)" }, "CLONE_PIDFD | 0x1000000000000000")
      }
    }
  }

  @Test func aFailedBodyLeavesNoProcess() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectErrno(.invalidArgument) { _ = try clone3(CloneArguments([.newNS, .fs])) {} }
        expectErrno(.invalidArgument) {
          guard try clone3(CloneArguments([.newNS, .fs])) != nil else { _exit(0) }
        }
        expectErrno(.noChildProcess) { try waitid(.all, [.exited, .all]) }
      }
    }
  }
}

/// The pid that a pidfd's entry in fdinfo tells.
private func pidOf(_ pidfd: borrowing PIDFD) throws -> ProcessID? {
  let text = try readFile("/proc/thread-self/fdinfo/\(pidfd.descriptor.rawValue)")
  let line = text.split(separator: "\n").first { $0.hasPrefix("Pid:") }
  return line.flatMap { ProcessID($0.dropFirst(4).filter { $0 != "\t" }) }
}

private func waited(_ child: ProcessID) throws -> ProcessID {
  try waitpid(child)
  return child
}

func hasCgroup2() -> Bool {
  (try? readFile("/proc/filesystems"))?.contains("cgroup2\n") == true
}
