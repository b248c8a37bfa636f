import CLinux
@testable import Containers
import Glibc
import Linux
import OCISpec
import SystemPackage
import Testing

private func compiled(_ profile: OCISpec.Seccomp) throws -> SeccompFilter {
  try compileFilter(profile, .read())
}

/// Names for which a denying profile lets the child of `outcomes` come to its end.
private let end = rule(.allow, ["exit_group"])

/// With this answer for getppid.
private func callInAThread(_ action: OCISpec.Seccomp.Action) throws {
  let filter = try compiled(profile(.allow, [rule(action, ["getppid"])]))
  try Prctl.setNoNewPrivs()
  try Seccomp.setModeFilter(filter.instructions, .tsync)
  var thread = pthread_t()
  pthread_create(&thread, nil, { _ in UnsafeMutableRawPointer(bitPattern: Int(getppid())) }, nil)
  pthread_join(thread, nil)
  Glibc.exit(42)
}

private func answerByListener() throws {
  let filter = try compiled(
    profile(.allow, [rule(.notify, ["getppid"])]) {
      $0.listenerPath = "/run/agent"
      $0.flags = [.tsync, .waitKillableRecv]
    })
  try Prctl.setNoNewPrivs()
  let listener = try Seccomp.setModeFilterWithListener(filter.instructions, filter.flags)
  let child = try Linux.fork { throw ExitStatus(getppid() == 99 ? 0 : 1) }
  try listener.send(.value(99), to: try listener.receive().id)
  guard try Linux.waitpid(child) == .exited(0) else { Glibc.exit(1) }
}

@Suite("Seccomp profiles")
struct SeccompFilterTests {
  @Test func theKernelHasEveryActionAndFlag() {
    #expect(SeccompSupport.read() == .all)
  }

  // getppid has no arguments, and so takes any.
  @Test(arguments: [
    (OCISpec.Seccomp.Action.errno, nil, Outcome.result(-1)),
    (.errno, 77, .result(-77)),
    (.errno, 0, .result(0)),
    (.errno, 4094, .result(-4094)),
    (.trace, nil, .result(-38)),
    (.kill, nil, .killed(.sys)),
    (.killThread, nil, .killed(.sys)),
    (.killProcess, nil, .killed(.sys)),
    (.trap, nil, .killed(.sys)),
  ])
  func anActionOfARule(_ action: OCISpec.Seccomp.Action, _ errno: UInt32?, _ outcome: Outcome) throws {
    let filter = try compiled(profile(.allow, [rule(action, ["getppid"], errno: errno)]))
    #expect(try outcomes(filter, [Call(__NR_getppid)]) == [outcome])
    let other = try outcomes(filter, [Call(__NR_getuid)])
    #expect(other == [.result(Int(getuid()))])
  }

  @Test(arguments: [
    (OCISpec.Seccomp.Action.errno, nil, Outcome.result(-1)),
    (.errno, 77, .result(-77)),
    (.trace, nil, .result(-38)),
    (.kill, nil, .killed(.sys)),
    (.killThread, nil, .killed(.sys)),
    (.killProcess, nil, .killed(.sys)),
    (.trap, nil, .killed(.sys)),
    (.log, nil, .result(0)),
    (.allow, nil, .result(0)),
  ])
  func anActionByDefault(_ action: OCISpec.Seccomp.Action, _ errno: UInt32?, _ outcome: Outcome) throws {
    let profile = profile(action, [end]) { $0.defaultErrnoRet = errno }
    #expect(try outcomes(try compiled(profile), [Call(__NR_alarm)]) == [outcome])
  }

  @Test(arguments: [OCISpec.Seccomp.Action.allow, .log])
  func whatARuleLetsThrough(_ action: OCISpec.Seccomp.Action) throws {
    let filter = try compiled(profile(.errno, [end, rule(action, ["getuid"])]))
    #expect(
      try outcomes(filter, [Call(__NR_getuid), Call(__NR_getgid)]) == [.result(Int(getuid())), .result(-1)])
    #expect(filter.answer(Call(__NR_getuid)) == (action == .log ? .log : .allow))
  }

  /// The kernel tells the kinds apart that look alike from outside.
  @Test func theKernelIsToldTheAction() throws {
    let kinds: [(OCISpec.Seccomp.Action, SeccompAction)] = [
      (.kill, .killThread), (.killThread, .killThread), (.killProcess, .killProcess), (.trap, .trap()),
      (.errno, .errno(.notPermitted)), (.trace, .trace(1)), (.log, .log), (.notify, .userNotif),
    ]
    for (action, answer) in kinds {
      let filter = try compiled(
        profile(.allow, [rule(action, ["getppid"])]) { $0.listenerPath = "/run/agent" })
      #expect(filter.answer(Call(__NR_getppid)) == answer)
      #expect(filter.answer(Call(__NR_getuid)) == .allow)
      #expect(filter.hasListener == (action == .notify))
    }
    let traced = try compiled(profile(.allow, [rule(.trace, ["getppid"], errno: 65535)]))
    #expect(traced.answer(Call(__NR_getppid)) == .trace(65535))
  }

  @Test func aThreadIsKilledAlone() async {
    await #expect(processExitsWith: .exitCode(42)) { try callInAThread(.killThread) }
  }

  @Test func aProcessIsKilledWithItsThreads() async {
    await #expect(processExitsWith: .signal(SIGSYS)) { try callInAThread(.killProcess) }
  }

  @Test func aTrapIsASignalThatCanBeCaught() async {
    await #expect(processExitsWith: .exitCode(43)) {
      signal(SIGSYS) { _ in Glibc._exit(43) }
      try callInAThread(.trap)
    }
  }

  @Test func aListenerAnswers() async {
    await #expect(processExitsWith: .success) { try answerByListener() }
  }

  @Test func flagsAreForTheKernel() throws {
    let rules = [rule(.errno, ["getppid"])]
    for (flag, bit) in [
      (OCISpec.Seccomp.Flag.tsync, SeccompFilterFlags.tsync), (.log, .log), (.specAllow, .specAllow),
    ] {
      let filter = try compiled(profile(.allow, rules) { $0.flags = [flag] })
      #expect(filter.flags == bit)
      #expect(try outcomes(filter, [Call(__NR_getppid)]) == [.result(-1)])
    }
    // The kernel refuses it without a listener, and a listener with TSYNC alone.
    let waiting = try compiled(profile(.allow, rules) { $0.flags = [.waitKillableRecv] })
    #expect(waiting.flags == [])
    let listening = try compiled(
      profile(.allow, [rule(.notify, ["getppid"])]) {
        $0.flags = [.waitKillableRecv, .tsync]
        $0.listenerPath = "/run/agent"
      })
    #expect(listening.flags == [.waitKillableRecv, .tsync, .tsyncESRCH])
  }

  @Test func whatAFilterAllowsIsKnownBefore() throws {
    let rules = [
      rule(.allow, ["sendto", "read", "write"]), rule(.log, ["getpid"]), rule(.kill, ["getuid"]),
      rule(.allow, ["socket"], [compare(0, .equal, 1)]), rule(.notify, ["close"]),
    ]
    let filter = try compiled(profile(.errno, rules) { $0.listenerPath = "/run/agent" })
    for number in 0..<600 where number != __NR_socket {
      let answer = filter.answer(Call(number))
      #expect(filter.allowsCall(number) == (answer == .allow || answer == .log), "\(number)")
    }
    #expect(filter.allowsCall(__NR_sendto) && filter.allowsCall(__NR_getpid))
    #expect(!filter.allowsCall(__NR_socket), "it depends on the arguments")
    #expect(
      try compiled(profile(.allow, [rule(.notify, ["sendto"])]) { $0.listenerPath = "/x" }).allowsCall(
        __NR_read))
    #expect(!SeccompFilter([.return(.trap(1))]).allowsCall(__NR_read))
    #expect(!SeccompFilter([]).allowsCall(__NR_read))
  }

  @Test func aRuleLikeTheDefaultIsNothing() throws {
    let plain = try compiled(profile(.errno, [end]))
    let same = try compiled(
      profile(.errno, [end, rule(.errno, ["getppid"], errno: 1), rule(.errno, ["getuid"])]))
    #expect(same.instructions == plain.instructions)
    #expect(try compiled(profile(.allow)).answer(Call(__NR_getppid)) == .allow)
  }

  @Test func aRuleCanBeSaidTwice() throws {
    let filter = try compiled(
      profile(
        .allow, [rule(.errno, ["getppid"]), rule(.errno, ["getppid"]), rule(.errno, ["getuid", "getuid"])]))
    #expect(try outcomes(filter, [Call(__NR_getppid), Call(__NR_getuid)]) == [.result(-1), .result(-1)])
  }

  @Test func aNameThatNobodyKnowsIsLeftOut() throws {
    let filter = try compiled(profile(.allow, [rule(.errno, ["no_such_call", "getppid"])]))
    #expect(filter == (try compiled(profile(.allow, [rule(.errno, ["getppid"])]))))
    // Only 32-bit programs have it.
    #expect(try compiled(profile(.allow, [rule(.errno, ["waitpid"])])).answer(Call(7)) == .allow)
  }
}
