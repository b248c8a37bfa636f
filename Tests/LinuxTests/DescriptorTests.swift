import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("dup, fcntl, flock, rename, link, uname", .requires(.root))
struct DescriptorTests {
  @Test func aDescriptorGetsAChosenNumber() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let file = try open("/tmp/f", [.create, .readWrite])
        let copy = try dup(file)
        expectEqual(try isCloseOnExec(copy), true)
        try copy.write("12")
        // The position is shared.
        expectEqual(try file.read(upTo: 10), [])
        try inChild {
          try dup2(file, 1)
          expectEqual(try isCloseOnExec(.standardOutput), false)
          try dup2(file, file.rawValue)
          expectEqual(try isCloseOnExec(file), false)
          try dup3(copy, 100)
          expectEqual(try isCloseOnExec(FileDescriptor(rawValue: 100)), true)
          try dup3(copy, 101, closeOnExec: false)
          expectEqual(try isCloseOnExec(FileDescriptor(rawValue: 101)), false)
          try exec(["sh", "-c", "printf 345; test -e /proc/self/fd/101 && test ! -e /proc/self/fd/100"])
        }
        expectEqual(try readFile("/tmp/f"), "12345")
        let error = expectErrno(.invalidArgument) { try dup3(file, file.rawValue) }
        expectEqual(
          error.map { "\($0)" },
          "dup3(oldfd: \(file.rawValue), newfd: \(file.rawValue), flags: O_CLOEXEC): "
            + "invalid argument (EINVAL)")
        for number: CInt in [1, 987] {
          expectErrno(.badFileDescriptor) { try dup2(FileDescriptor(rawValue: 987), number) }
        }
        expectErrno(.badFileDescriptor) { _ = try dup(FileDescriptor(rawValue: 987)) }
        expectErrno(.badFileDescriptor) { try dup2(file, -1) }
      }
    }
  }

  @Test func flagsOfADescriptorAreChanged() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let ends = try pipe()
        expectEqual(try getStatusFlags(ends.readEnd), [])
        try setNonBlocking(ends.readEnd, true)
        expectEqual(try getStatusFlags(ends.readEnd), .nonBlock)
        expectErrno(.resourceTemporarilyUnavailable) { _ = try ends.readEnd.read(upTo: 1) }
        try setNonBlocking(ends.readEnd, false)
        expectEqual(try getStatusFlags(ends.readEnd), [])
        try setCloseOnExec(ends.writeEnd, false)
        expectEqual(try isCloseOnExec(ends.writeEnd), false)
        try inChild { try exec(["sh", "-c", "test -e /proc/self/fd/\(ends.writeEnd.rawValue)"]) }
        try setCloseOnExec(ends.writeEnd, true)
        expectEqual(try isCloseOnExec(ends.writeEnd), true)

        let file = try open("/tmp/f", [.create, .writeOnly])
        try setStatusFlags(file, .append)
        expectEqual(try getStatusFlags(file).contains([.append, .writeOnly]), true)
        let nowhere = FileDescriptor(rawValue: 987)
        expectErrno(.badFileDescriptor) { try setNonBlocking(nowhere, true) }
        let error = expectErrno(.badFileDescriptor) { try setStatusFlags(nowhere, .append) }
        expectEqual(
          error.map { "\($0)" }, "fcntl(fd: 987, cmd: F_SETFL, arg: O_APPEND): bad file descriptor (EBADF)")
        expectErrno(.badFileDescriptor) { try setCloseOnExec(nowhere, true) }
        expectErrno(.badFileDescriptor) { _ = try isCloseOnExec(nowhere) }
      }
    }
  }

  @Test func aLockKeepsOthersOut() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let first = try open("/tmp", .directory)
        let second = try open("/tmp", .directory)
        try flock(first, .shared)
        try flock(second, .shared, wait: false)
        let error = expectErrno(.resourceTemporarilyUnavailable) { try flock(first, .exclusive, wait: false) }
        expectContains(error.map { "\($0)" }, "operation: LOCK_EX | LOCK_NB): ")
        try flock(second, .unlock)
        try flock(first, .exclusive)
        expectErrno(.resourceTemporarilyUnavailable) { try flock(second, .shared, wait: false) }
        expectErrno(.badFileDescriptor) { try flock(FileDescriptor(rawValue: 987), .shared) }
      }
    }
  }

  @Test func filesGetOtherNames() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try writeFile("/tmp/a", "a")
        try rename("/tmp/a", "/tmp/b")
        expectEqual(try readFile("/tmp/b"), "a")
        try writeFile("/tmp/c", "c")
        let error = expectErrno(.fileExists) { try renameat2("/tmp/b", "/tmp/c", .noReplace) }
        expectEqual(
          error.map { "\($0)" },
          "renameat2(olddirfd: AT_FDCWD, oldpath: \"/tmp/b\", newdirfd: AT_FDCWD, newpath: \"/tmp/c\", "
            + "flags: RENAME_NOREPLACE): file exists (EEXIST)")
        try renameat2("/tmp/b", "/tmp/c", .exchange)
        expectEqual(try readFile("/tmp/c"), "a")
        expectErrno(.invalidArgument) { try renameat2("/tmp/b", "/tmp/c", [.exchange, .noReplace]) }
        let directory = try open("/tmp", [.directory, .path])
        try mkdir("/tmp/d")
        let other = try open("/tmp/d", [.directory, .path])
        try renameat2(from: directory, "c", to: other, "e")
        expectEqual(try readFile("/tmp/d/e"), "a")
        try renameat2(from: other, "e", to: other, "f", .whiteout)
        expectEqual(try statx("/tmp/d/e").specialDevice, makedev(0, 0))
        expectEqual(try statx("/tmp/d/e").mode.type, .characterSpecial)
        expectErrno(.badFileDescriptor) {
          try renameat2(from: FileDescriptor(rawValue: 987), "c", to: directory, "c")
        }
        expectErrno(.noSuchFileOrDirectory) { try rename("/tmp/nowhere", "/tmp/x") }
        expectErrno(.improperLink) { try rename("/tmp/b", "/proc/b") }

        try link("/tmp/b", "/tmp/d/b")
        expectEqual(try statx("/tmp/b").linkCount, 2)
        expectErrno(.fileExists) { try link("/tmp/b", "/tmp/d/b") }
        expectErrno(.notPermitted) { try link("/tmp/d", "/tmp/d2") }
      }
    }
  }

  @Test func unameTellsOfTheSystem() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        try sethostname("cask")
        try setdomainname("cellar")
        let name = uname()
        expectEqual(name.sysname, "Linux")
        expectEqual(name.nodename, "cask")
        expectEqual(name.domainname, "cellar")
        expectEqual(name.release + "\n", try readFile("/proc/sys/kernel/osrelease"))
        expectEqual(name.version + "\n", try readFile("/proc/sys/kernel/version"))
        expectEqual(["x86_64", "aarch64"].contains(name.machine), true)
        #expect((name.kernelVersion ?? KernelVersion(0, 0)) > KernelVersion(4, 0))
      }
    }
  }
}
