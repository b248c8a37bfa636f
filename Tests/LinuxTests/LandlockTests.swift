import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

// Where the kernel has none, each is a named skip.
private let version = (try? landlock_abi_version()) ?? 0

@Suite("Landlock")
struct LandlockTests {
  @Test func withoutLandlockTheErrorSaysSo() {
    guard version == 0 else { return }
    let error = expectErrno(.noFunction) { _ = try landlock_abi_version() }
    #expect(error?.needs == KernelVersion(5, 13))
  }

  @Test(.enabled(if: version >= 1, "the kernel has no landlock"))
  func filesAreAllowedBeneathAPathOnly() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/open")
        try writeFile("/tmp/open/f", "text")
        try writeFile("/tmp/closed", "text")
        let ruleset = try landlock_create_ruleset(.known(toABI: landlock_abi_version()))
        try landlock_add_rule(ruleset, beneath: "/tmp/open", [.readFile, .writeFile, .makeReg])
        try landlock_restrict_self(ruleset)
        expectEqual(try readFile("/tmp/open/f"), "text")
        expectErrno(.permissionDenied) { _ = try readFile("/tmp/closed") }
        expectErrno(.permissionDenied) { try mkdir("/tmp/open/d") }
        expectErrno(.permissionDenied) { try unlink("/tmp/open/f") }
      }
    }
  }

  @Test(.enabled(if: version >= 1, "the kernel has no landlock"))
  func wrongRulesAreRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let empty = expectErrno(Errno(rawValue: ENOMSG)) { _ = try landlock_create_ruleset([]) }
        #expect(empty.map { "\($0)" }?.contains("handled_access_fs: 0, handled_access_net: 0") == true)
        expectErrno(.invalidArgument) { _ = try landlock_create_ruleset(LandlockFSAccess(rawValue: 1 << 60)) }
        let ruleset = try landlock_create_ruleset(.readFile)
        expectErrno(.invalidArgument) { try landlock_add_rule(ruleset, beneath: "/tmp", .writeFile) }
        expectErrno(.noSuchFileOrDirectory) { try landlock_add_rule(ruleset, beneath: "/tmp/x", .readFile) }
        let pipe = try pipe()
        let error = expectErrno(Errno(rawValue: EBADFD)) {
          try landlock_add_rule(ruleset, beneath: pipe.readEnd, .readFile)
        }
        #expect(error.map { "\($0)" }?.contains("allowed_access: LANDLOCK_ACCESS_FS_READ_FILE") == true)
        expectErrno(.invalidArgument) { try landlock_add_rule(ruleset, port: 80, .bindTCP) }
        expectErrno(.invalidArgument) {
          try landlock_restrict_self(ruleset, LandlockRestrictFlags(rawValue: 1 << 20))
        }
        try capset(CapabilitySets())
        expectErrno(.notPermitted) { try landlock_restrict_self(ruleset) }
        try Prctl.setNoNewPrivs()
        for _ in 1...16 { try landlock_restrict_self(ruleset) }
        expectErrno(Errno(rawValue: E2BIG)) { try landlock_restrict_self(ruleset) }
      }
    }
  }

  @Test(.requires(.kernel(6, 7)))
  func portsAreAllowedByNumber() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newNet) {
        let ruleset = try landlock_create_ruleset([], ports: [.bindTCP, .connectTCP])
        try landlock_add_rule(ruleset, port: 81, .bindTCP)
        try landlock_restrict_self(ruleset)
        expectEqual(try bindTCP(81), 0)
        expectEqual(try bindTCP(82), EACCES)
      }
    }
  }

  @Test(.requires(.kernel(6, 12)))
  func signalsStayInTheScope() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let parent = getpid()
        let child = try fork {
          let ruleset = try landlock_create_ruleset([], scopes: [.signal, .abstractUnixSocket])
          try landlock_restrict_self(ruleset)
          guard kill(parent, 0) == -1, errno == EPERM else { throw ExitStatus(1) }
          guard kill(getpid(), 0) == 0 else { throw ExitStatus(2) }
        }
        expectEqual(try waitpid(child), .exited(0))
      }
    }
  }

  @Test(.requires(.kernel(6, 15)))
  func loggingCanBeSwitchedOff() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let ruleset = try landlock_create_ruleset(.readFile)
        try landlock_restrict_self(ruleset, [.logSameExecOff, .logNewExecOn, .logSubdomainsOff])
        expectErrno(.permissionDenied) { _ = try readFile("/etc/passwd") }
      }
    }
  }
}

/// bind(2) on 127.0.0.1: 0 or the errno.
private func bindTCP(_ port: UInt16) throws -> CInt {
  let socket = Descriptor(owning: socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
  var name = sockaddr_in()
  name.sin_family = sa_family_t(AF_INET)
  name.sin_port = port.bigEndian
  let result = withUnsafeBytes(of: &name) { buffer in
    bind(socket.rawValue, buffer.baseAddress?.assumingMemoryBound(to: sockaddr.self), UInt32(buffer.count))
  }
  return result == 0 ? 0 : errno
}
