// Glibc and SystemPackage beside Linux, as users have them: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("The eight calls of the workshop's module", .requires(.root))
struct EightCallsTests {
  @Test func mountAttachesAFilesystemAndUmountTakesItAway() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs", [.noSuid, .noDev, .noExec], "size=1m,mode=700")
        let line = try #require(try mountsAt("/tmp/a").first)
        #expect(line.contains("nosuid,nodev,noexec"))
        #expect(line.contains("size=1024k,mode=700"))
        try umount("/tmp/a")
        expectEqual(try mountsAt("/tmp/a"), [])
      }
    }
  }

  @Test func mountSaysWhatFailed() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let error = expectErrno(.noSuchFileOrDirectory) {
          try mount("none", "/tmp/nowhere", "tmpfs", [.noSuid, .noDev])
        }
        #expect(
          error.map { "\($0)" } == """
            mount(source: "none", target: "/tmp/nowhere", filesystemtype: "tmpfs", \
            mountflags: MS_NOSUID | MS_NODEV, data: NULL): no such file or directory (ENOENT)
            """)
        expectErrno(Errno(rawValue: ENODEV)) { try mount("none", "/tmp", "no-such-filesystem") }
      }
    }
  }

  @Test func aTextWithANulByteIsRefusedAndNotCutShort() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        expectErrno(.invalidArgument) { try mount("a\0b", "/tmp", "tmpfs") }
        expectErrno(.invalidArgument) { try mount("a", "/tmp", "tmpfs", [], "size=1m\0,mode=700") }
        expectErrno(.invalidArgument) { try sethostname("a\0b") }
      }
    }
  }

  @Test func umount2DetachesABusyMount() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs")
        let file = try FileDescriptor.open(
          "/tmp/a/f", .writeOnly, options: .create, permissions: .ownerReadWrite)
        expectErrno(.resourceBusy) { try umount("/tmp/a") }
        try umount2("/tmp/a", .detach)
        expectEqual(try mountsAt("/tmp/a"), [])
        try file.close()
        expectErrno(.invalidArgument) { try umount2("/tmp/a", [.detach, .noFollow]) }
      }
    }
  }

  @Test func pivotRootChangesTheRoot() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/root")
        expectErrno(.invalidArgument) { try pivot_root("/tmp/root", "/tmp/root") }
        try mount("none", "/tmp/root", "tmpfs")
        try mkdir("/tmp/root/marker")
        try chdir("/tmp/root")
        try pivot_root(".", ".")
        try umount2(".", .detach)
        try chdir("/marker")
        #expect(access("/proc", F_OK) == -1)
      }
    }
  }

  @Test func sethostnameNamesTheNamespaceOnly() async throws {
    let before = try readFile("/proc/sys/kernel/hostname")
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        try sethostname("cask")
        expectEqual(try lines(of: "/proc/sys/kernel/hostname"), ["cask"])
        expectErrno(.invalidArgument) { try sethostname(String(repeating: "x", count: 65)) }
      }
    }
    expectEqual(try readFile("/proc/sys/kernel/hostname"), before)
  }

  @Test func setnsJoinsANamespace() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newUTS) {
        let old = try NamespaceDescriptor(opening: "/proc/thread-self/ns/uts")
        try sethostname("first")
        try unshare(.newUTS)
        try sethostname("second")
        try setns(old, .uts)
        expectEqual(try lines(of: "/proc/sys/kernel/hostname"), ["first"])
        expectErrno(.invalidArgument) { try setns(old, .net) }
        expectErrno(.badFileDescriptor) { try setns(FileDescriptor(rawValue: 999), .net) }
      }
    }
  }

  @Test func unshareMakesNamespaces() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let before = try readlink("/proc/thread-self/ns/net")
        try unshare(.newNet)
        #expect(try readlink("/proc/thread-self/ns/net") != before)
        expectErrno(.invalidArgument) { try unshare(UnshareFlags(rawValue: 1)) }
      }
    }
  }
}
