import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("Pipes, reading and writing, small files, execve, setdomainname", .requires(.root))
struct SmallCallsTests {
  @Test func aPipeCarriesBytes() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        signal(SIGPIPE, SIG_IGN)
        var ends = try pipe()
        expectEqual(fcntl(ends.readEnd.rawValue, F_GETFD), FD_CLOEXEC)
        try ends.writeEnd.write("twelve bytes")
        expectEqual(try ends.readEnd.read(upTo: 6), Array("twelve".utf8))
        expectEqual(try ends.readEnd.read(upTo: 100), Array(" bytes".utf8))
        ends.closeWriteEnd()
        expectEqual(try ends.readEnd.read(upTo: 100), [])

        var second = try pipe()
        second.closeReadEnd()
        let error = expectErrno(.brokenPipe) { try second.writeEnd.write("x") }
        expectEqual(
          error.map { "\($0)" }, "write(fd: \(second.writeEnd.rawValue), count: 1): broken pipe (EPIPE)")
        expectErrno(.badFileDescriptor) { _ = try second.readEnd.read(upTo: 1) }
      }
    }
  }

  @Test func pipeFailsAtTheLimit() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var limit = rlimit(rlim_cur: 3, rlim_max: 3)
        try inChild {
          setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
          expectErrno(.tooManyOpenFiles) { _ = try pipe() }
        }
      }
    }
  }

  @Test func aWriteLongerThanThePipeIsWhole() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        var ends = try pipe()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0) }
        let child = try fork {
          ends.closeReadEnd()
          try ends.writeEnd.write(bytes)
        }
        ends.closeWriteEnd()
        var found: [UInt8] = []
        while case let part = try ends.readEnd.read(upTo: 5000), !part.isEmpty { found += part }
        #expect(found == bytes)
        expectEqual(try waitpid(child), .exited(0))
      }
    }
  }

  @Test func smallFilesAreReadAndWritten() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try writeFile("/tmp/f", String(repeating: "x", count: 200_000))
        expectEqual(try readFile("/tmp/f").utf8.count, 200_000)
        try writeFile("/tmp/f", "short")
        expectEqual(try readFile("/tmp/f"), "short")
        expectEqual(try readFile("/tmp/f", limit: 5), "short")
        let error = expectErrno(.fileTooLarge) { _ = try readFile("/tmp/f", limit: 4) }
        expectContains(error?.hint, "longer than 4 bytes")
        expectErrno(.noSuchFileOrDirectory) { _ = try readFile("/tmp/nowhere") }
        let unreadable = expectErrno(.isDirectory) { _ = try readFile("/tmp") }
        expectEqual(unreadable.map { "\($0)" }, "read(path: \"/tmp\"): is a directory (EISDIR)")
        expectErrno(.isDirectory) { try writeFile("/tmp", "") }
        expectErrno(.noSuchFileOrDirectory) { try writeFile("/tmp/nowhere/f", "") }
        // A setting that the kernel refuses: the write's error, not the opening's.
        let refused = expectErrno(.invalidArgument) { try writeFile("/proc/self/oom_score_adj", "much\n") }
        expectEqual(refused?.call, "write")
      }
    }
  }

  @Test func execveSaysWhatFailed() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try writeFile("/tmp/script", "#!/no/such/interpreter\n")
        try chmod("/tmp/script", .ownerReadWriteExecute)
        let error = expectErrno(.noSuchFileOrDirectory) { try execve("/tmp/script", ["script"]) }
        expectEqual(
          error.map { "\($0)" },
          """
          execve(path: "/tmp/script", argv: ["script"]): no such file or directory (ENOENT)
          """)
        try writeFile("/tmp/text", "no program")
        expectErrno(.permissionDenied) { try execve("/tmp/text", ["text"]) }
        try chmod("/tmp/text", .ownerReadWriteExecute)
        expectErrno(Errno(rawValue: ENOEXEC)) { try execve("/tmp/text", ["text"]) }
        expectErrno(.permissionDenied) { try execve("/tmp", ["tmp"]) }
        expectErrno(.notDirectory) { try execve("/bin/true/x", ["x"]) }
        let long = [String](repeating: String(repeating: "x", count: 100_000), count: 100)
        expectErrno(.argListTooLong) { try execve("/bin/true", ["true"] + long) }
        expectErrno(.argListTooLong) { try execve("/bin/true", [String(repeating: "x", count: 200_000)]) }
        try mount(nil, "/tmp", nil, [.remount, .bind, .noExec])
        expectErrno(.permissionDenied) { try execve("/tmp/script", ["script"]) }
      }
    }
  }

  @Test func setdomainnameNamesTheNamespaceOnly() async throws {
    let before = try readFile("/proc/sys/kernel/domainname")
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        try setdomainname("stave.example")
        expectEqual(try lines(of: "/proc/sys/kernel/domainname"), ["stave.example"])
        let error = expectErrno(.invalidArgument) { try setdomainname(String(repeating: "x", count: 65)) }
        expectEqual(error?.call, "setdomainname")
        expectErrno(.invalidArgument) { try setdomainname("a\0b") }
        try inChild {
          _ = setuid(12345)
          expectErrno(.notPermitted) { try setdomainname("x") }
        }
      }
    }
    expectEqual(try readFile("/proc/sys/kernel/domainname"), before)
  }
}
