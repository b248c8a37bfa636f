import CLinux
@testable import Containers
import Linux
import OCISpec
import SystemPackage
import Testing

private let x32 = 1 << 30

/// It names getpid (39), exit_group (231) and, of 32-bit programs, 20 and 252.
private func allowing(
  _ defaultAction: OCISpec.Seccomp.Action, _ architectures: [OCISpec.Seccomp.Architecture] = []
) throws -> SeccompFilter {
  try compileFilter(
    profile(defaultAction, [rule(.allow, ["getpid", "exit_group"])]) { $0.architectures = architectures },
    .all)
}

@Suite("System calls that are newer than a seccomp profile")
struct SeccompNewerCallTests {
  @Test(arguments: [OCISpec.Seccomp.Action.errno, .kill, .killProcess, .trap])
  func theyFailAsUnknown(_ defaultAction: OCISpec.Seccomp.Action) throws {
    let filter = try allowing(defaultAction)
    // 232 is epoll_wait, 1000 nothing.
    #expect(
      try outcomes(filter, [Call(232), Call(257), Call(1000)]) == Array(repeating: .result(-38), count: 3))
    let forbidden = try outcomes(filter, [Call(__NR_alarm)])
    #expect(forbidden == [defaultAction == .errno ? .result(-1) : .killed(.sys)])
    #expect(filter.answer(Call(231)) == .allow)
  }

  @Test(arguments: [OCISpec.Seccomp.Action.allow, .log, .trace])
  func notWhereTheProfileLetsThemThrough(_ defaultAction: OCISpec.Seccomp.Action) throws {
    let filter = try compileFilter(profile(defaultAction, [rule(.errno, ["getpid"])]), .all)
    #expect(filter.answer(Call(1000))?.kind != SeccompAction.errno(.noFunction).kind)
  }

  @Test func notWhereTheProfileGivesItsOwnErrno() throws {
    let filter = try compileFilter(
      profile(.errno, [rule(.allow, ["getpid"])]) { $0.defaultErrnoRet = UInt32(Errno.noFunction.rawValue) },
      .all)
    #expect(filter.instructions.first == .load(SeccompData.architectureOffset))
    #expect(filter.answer(Call(38)) == .errno(.noFunction))
    #expect(filter.answer(Call(1000)) == .errno(.noFunction))
  }

  @Test func notInAProfileThatNamesNothing() throws {
    #expect(try compileFilter(profile(.errno), .all).answer(Call(1000)) == .errno(.notPermitted))
  }

  @Test func aDeniedCallCountsAsNamed() throws {
    let filter = try compileFilter(
      profile(.errno, [rule(.allow, ["getpid"]), rule(.errno, ["openat"], errno: 5)]), .all)
    #expect(filter.answer(Call(257)) == .errno(.ioError))
    #expect(filter.answer(Call(256)) == .errno(.notPermitted))
    #expect(filter.answer(Call(258)) == .errno(.noFunction))
  }

  @Test func withoutX32ItsCallsEndTheirCaller() throws {
    let filter = try allowing(.errno)
    for number in [x32, x32 | 39, x32 | 1000] { #expect(filter.answer(Call(number)) == .killThread) }
    #expect(try outcomes(filter, [Call(x32 | 39)]) == [.killed(.sys)])
    // A tracer's way to leave a call out is no number.
    #expect(filter.answer(Call(-1)) == .errno(.notPermitted))
  }

  @Test func x32HasNumbersOfItsOwn() throws {
    let filter = try allowing(.errno, [.x86_64, .x32])
    #expect(filter.answer(Call(x32 | 39)) == .allow)
    #expect(filter.answer(Call(x32 | 37)) == .errno(.notPermitted))
    #expect(filter.answer(Call(x32 | 232)) == .errno(.noFunction))
    #expect(filter.answer(Call(39)) == .allow)
    #expect(filter.answer(Call(37)) == .errno(.notPermitted))
    #expect(filter.answer(Call(232)) == .errno(.noFunction))
  }

  @Test func a32BitProgramHasNumbersOfItsOwn() throws {
    let filter = try allowing(.errno, [.x86_64, .x86])
    #expect(filter.answer(Call(20, [], .i386)) == .allow)
    #expect(filter.answer(Call(39, [], .i386)) == .errno(.notPermitted))
    #expect(filter.answer(Call(232, [], .i386)) == .errno(.notPermitted))
    #expect(filter.answer(Call(252, [], .i386)) == .allow)
    #expect(filter.answer(Call(253, [], .i386)) == .errno(.noFunction))
    #expect(filter.answer(Call(39)) == .allow)
    #expect(filter.answer(Call(232)) == .errno(.noFunction))
    #expect(filter.answer(Call(20, [], .aarch64)) == .killThread)
    // The kernel takes it.
    #expect(try outcomes(filter, [Call(__NR_getpid), Call(232)]).last == .result(-38))
  }

  @Test func withoutItsArchitectureAProgramIsEnded() throws {
    #expect(try allowing(.errno).answer(Call(20, [], .i386)) == .killThread)
  }

  @Test func thePrivateCallsOfARMAreNoMeasure() {
    let newer = newerCalls([.arm: [1, 400, 0xf_0002], .aarch64: [3, 450], .s390x: [5]])
    let ranges = Dictionary(uniqueKeysWithValues: newer.map { ($0.architecture, $0.numbers) })
    #expect(ranges[.arm] == [401...0xe_ffff])
    #expect(ranges[.aarch64] == [451...UInt32.max])
    // s390's 0 stands for what the kernel doesn't know.
    #expect(ranges[.s390x] == [0...0, 6...UInt32.max])
  }

  @Test func everyArchitectureIsAnsweredForItself() {
    let all = AuditArchitecture.names.map(\.value)
    let calls = Dictionary(uniqueKeysWithValues: all.enumerated().map { ($1, [UInt32(100 + $0)]) })
    let filter = SeccompFilter(answering(newerCalls(calls)) + [.return(.allow)])
    for (index, architecture) in all.enumerated() {
      #expect(filter.answer(Call(100 + index, [], architecture)) == .allow)
      #expect(filter.answer(Call(101 + index, [], architecture)) == .errno(.noFunction))
    }
  }
}
