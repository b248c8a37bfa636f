@testable import Containers
import Linux
import OCISpec
import Testing

private func refused(
  _ property: String, _ words: String, _ profile: OCISpec.Seccomp, _ support: SeccompSupport = .all,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let error = #expect(throws: CompileError.self, sourceLocation: sourceLocation) {
    try compileFilter(profile, support)
  }
  #expect(error?.property == property, sourceLocation: sourceLocation)
  #expect(error?.cause.contains(words) == true, "\(error?.cause ?? "")", sourceLocation: sourceLocation)
}

@Suite("Seccomp profiles that are refused")
struct SeccompRefusalTests {
  @Test func notify() {
    refused(
      "linux.seccomp.defaultAction", "cannot be used for every call",
      profile(.notify) { $0.listenerPath = "/run/a" })
    let rules = [rule(.allow, ["read"]), rule(.notify, ["mount", "write"])]
    refused("linux.seccomp.syscalls[1].action", "needs a listenerPath", profile(.allow, rules))
    refused(
      "linux.seccomp.syscalls[1].names[1]", "cannot be used for the write syscall",
      profile(.allow, rules) { $0.listenerPath = "/run/a" })
    refused(
      "linux.seccomp.listenerMetadata", "there is no listenerPath",
      profile(.allow) { $0.listenerMetadata = "x" })
  }

  @Test func errnos() {
    refused(
      "linux.seccomp.defaultErrnoRet", "SCMP_ACT_ALLOW has no errno",
      profile(.allow) { $0.defaultErrnoRet = 1 })
    refused(
      "linux.seccomp.syscalls[0].errnoRet", "SCMP_ACT_KILL has no errno",
      profile(.allow, [rule(.kill, ["read"], errno: 1)]))
    refused(
      "linux.seccomp.syscalls[0].errnoRet", "4095 is no errno",
      profile(.allow, [rule(.errno, ["read"], errno: 4095)]))
    refused(
      "linux.seccomp.syscalls[0].errnoRet", "65535 at most",
      profile(.allow, [rule(.trace, ["read"], errno: 65536)]))
  }

  @Test func namesAndArguments() {
    refused("linux.seccomp.syscalls[0].names[1]", "empty", profile(.allow, [rule(.errno, ["read", ""])]))
    refused(
      "linux.seccomp.syscalls[1].args[1].index", "arguments 0 to 5",
      profile(
        .allow,
        [rule(.errno, ["read"]), rule(.errno, ["write"], [compare(5, .equal, 1), compare(6, .equal, 1)])]))
  }

  @Test func architectures() {
    refused(
      "linux.seccomp.architectures[1]", "can't run on this one",
      profile(.allow) { $0.architectures = [.x86_64, .s390x] })
  }

  /// libseccomp 2.6 knows it.
  @Test func anArchitectureThatTheLibraryLacks() throws {
    let profile = profile(.allow) { $0.architectures = [.m68k] }
    let error = #expect(throws: CompileError.self) { try compileFilter(profile, .all) }
    #expect(error?.property == "linux.seccomp.architectures[0]")
  }

  @Test func whatTheKernelLacks() {
    var old = SeccompSupport.all
    old.actions.remove(.killProcess)
    old.flags.remove(.specAllow)
    refused(
      "linux.seccomp.syscalls[0].action", "this kernel has no SCMP_ACT_KILL_PROCESS",
      profile(.allow, [rule(.killProcess, ["read"])]), old)
    refused(
      "linux.seccomp.defaultAction", "this kernel has no SCMP_ACT_KILL_PROCESS", profile(.killProcess), old)
    refused(
      "linux.seccomp.flags[1]", "this kernel has no SECCOMP_FILTER_FLAG_SPEC_ALLOW",
      profile(.allow) { $0.flags = [.log, .specAllow] }, old)
  }

  @Test func whatIsLongerThanTheKernelTakes() {
    let rules = (0..<2000).map { rule(.errno, ["read"], [compare(0, .equal, UInt64($0) << 32 | 1)]) }
    refused("linux.seccomp", "the kernel takes 4096", profile(.allow, rules))
  }
}
