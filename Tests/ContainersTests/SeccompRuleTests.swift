import CLinux
@testable import Containers
import Linux
import OCISpec
import SystemPackage
import Testing

private typealias Comparison = SyscallRule.Comparison

private let operators: [Comparison.Operator] = [
  .notEqual, .less, .lessOrEqual, .equal, .greaterOrEqual, .greater, .maskedEqual,
]

/// What a comparison says, told plainly.
private func holds(_ comparison: Comparison, _ arguments: [UInt64]) -> Bool {
  let argument = arguments[Int(comparison.index)]
  switch comparison.op {
  case .notEqual: return argument != comparison.value
  case .less: return argument < comparison.value
  case .lessOrEqual: return argument <= comparison.value
  case .equal: return argument == comparison.value
  case .greaterOrEqual: return argument >= comparison.value
  case .greater: return argument > comparison.value
  // Bits of the value outside the mask are none of its business: seccomp_rule_add(3).
  case .maskedEqual: return argument & comparison.value == (comparison.valueTwo ?? 0) & comparison.value
  }
}

/// Both halves of an argument matter, and their edges.
private let values: [UInt64] = [
  0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x1_0000_0000, 0x1_0000_0001, 0x2_0000_0000,
  0x7fff_ffff_ffff_ffff,
  0x8000_0000_0000_0000, 0xffff_ffff_0000_0000, 0xffff_ffff_ffff_fffe, 0xffff_ffff_ffff_ffff,
]

@Suite("Comparisons of a seccomp profile")
struct SeccompComparisonTests {
  @Test(arguments: operators)
  func anOperator(_ op: SyscallRule.Comparison.Operator) throws {
    for value in values {
      let comparison = compare(3, op, value, op == .maskedEqual ? value & 0xffff_0000_ffff : nil)
      let filter = try compileFilter(
        profile(.allow, [rule(.errno, ["getuid"], errno: 77, [comparison])]), .all)
      let calls = values.map { Call(__NR_getuid, [7, 7, 7, $0, 7, 7]) }
      let found = try outcomes(filter, calls).map { $0 == .result(-77) }
      #expect(found == calls.map { holds(comparison, $0.arguments) }, "\(op) \(value)")
    }
  }

  @Test func aMaskWithoutAValueIsForBitsThatAreUnset() throws {
    let filter = try compileFilter(
      profile(.allow, [rule(.errno, ["getuid"], [compare(0, .maskedEqual, 0x7e02_0000)])]), .all)
    #expect(try outcomes(filter, [Call(__NR_getuid, [0x11])]) == [.result(-1)])
    #expect(try outcomes(filter, [Call(__NR_getuid, [0x1000_0011])]) != [.result(-1)])
  }

  /// Each argument at most once in a rule: all comparisons must hold. The kernel and the plain evaluation agree.
  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func comparisonsTogether(_ seed: UInt64) throws {
    var numbers = FixedNumbers(seed: seed)
    for _ in 0..<40 {
      let indices = (0..<6).map(UInt32.init).shuffled(using: &numbers).prefix(
        Int.random(in: 1...3, using: &numbers))
      let comparisons = indices.map { index in
        compare(
          index, operators.any(&numbers), values.any(&numbers),
          values.any(&numbers))
      }
      let filter = try compileFilter(
        profile(.allow, [rule(.errno, ["getuid"], errno: 77, comparisons)]), .all)
      let calls = (0..<40).map { _ in
        Call(
          __NR_getuid,
          (0..<6).map { index in
            // Often what is compared, or such a mask's value is never met.
            let comparison = comparisons.first { $0.index == UInt32(index) }
            let near = [comparison?.value ?? 0, comparison?.valueTwo ?? 0].any(&numbers)
            return Bool.random(using: &numbers) ? near : values.any(&numbers)
          })
      }
      let expected = calls.map { call in comparisons.allSatisfy { holds($0, call.arguments) } }
      #expect(try outcomes(filter, calls).map { $0 == .result(-77) } == expected, "\(comparisons)")
      #expect(calls.map { filter.answer($0) == .errno(Errno(rawValue: 77)) } == expected, "\(comparisons)")
    }
  }

  @Test func anArgumentComparedTwiceIsAnAlternative() throws {
    let filter = try compileFilter(
      profile(.allow, [rule(.errno, ["getuid"], [compare(0, .less, 10), compare(0, .greater, 20)])]), .all)
    let calls = [5, 15, 25].map { Call(__NR_getuid, [$0]) }
    #expect(try outcomes(filter, calls).map { $0 == .result(-1) } == [true, false, true])
  }

  @Test func rulesOfOneCallAreAlternatives() throws {
    let filter = try compileFilter(
      profile(
        .errno,
        [rule(.allow, ["exit_group"]), rule(.allow, ["alarm"], [compare(1, .equal, 1)])]
          + [rule(.errno, ["alarm"], errno: 77, [compare(1, .equal, 2)])]), .all)
    let calls = [1, 2, 3].map { Call(__NR_alarm, [0, $0]) }
    #expect(try outcomes(filter, calls) == [.result(0), .result(-77), .result(-1)])
  }

  /// libseccomp 2.5.4 takes the second comparison for the first one's opposite, and lets the call through.
  @Test func oneRuleDoesNotTakeAnothersPlace() throws {
    let filter = try compileFilter(
      profile(
        .allow,
        [
          rule(.errno, ["fadvise64"], errno: 77, [compare(1, .greaterOrEqual, 0xffff_ffff)]),
          rule(.errno, ["fadvise64"], errno: 77, [compare(1, .less, 1 << 63), compare(2, .notEqual, 1)]),
        ]), .all)
    let call = Call(__NR_fadvise64, [0xffff_ffff, 1 << 63, 1 << 31, 0])
    #expect(filter.answer(call) == .errno(Errno(rawValue: 77)))
    #expect(try outcomes(filter, [call]) == [.result(-77)])
  }

  /// The first rule that holds decides. The plain evaluation, and an interpreter of the filter.
  @Test(arguments: 1...8 as ClosedRange<UInt64>)
  func rulesTogether(_ seed: UInt64) throws {
    var numbers = FixedNumbers(seed: seed)
    for _ in 0..<40 {
      let rules = (0..<Int.random(in: 2...6, using: &numbers)).map { index in
        let indices = (0..<3).map(UInt32.init).shuffled(using: &numbers).prefix(
          Int.random(in: 1...2, using: &numbers))
        return rule(
          .errno, ["getuid", "getgid"], errno: UInt32(70 + index),
          indices.map { compare($0, operators.any(&numbers), values.any(&numbers), values.any(&numbers)) })
      }
      let filter = try compileFilter(profile(.allow, rules) { $0.architectures = [.x86_64, .x86] }, .all)
      for _ in 0..<40 {
        let arguments = (0..<3).map { _ in values.any(&numbers) } + [0, 0, 0]
        let found = rules.first { $0.args.allSatisfy { holds($0, arguments) } }
        let expected = found.map { SeccompAction.errno(Errno(rawValue: CInt($0.errnoRet ?? 0))) } ?? .allow
        for number in [__NR_getuid, __NR_getgid] {
          #expect(filter.answer(Call(number, arguments)) == expected, "\(rules) \(arguments)")
        }
      }
    }
  }

  @Test func manyCallsWithTheSameRules() throws {
    let names = [
      "read", "write", "open", "close", "stat", "fstat", "lstat", "poll", "lseek", "mmap", "mprotect",
      "munmap",
    ]
    let conditions = [compare(0, .maskedEqual, 0xff, 1), compare(2, .less, 5)]
    let filter = try compileFilter(profile(.errno, [rule(.allow, names, conditions)]), .all)
    for number in 0..<names.count {
      #expect(filter.answer(Call(number, [0x301, 0, 4])) == .allow)
      #expect(filter.answer(Call(number, [0x301, 0, 5])) == .errno(.notPermitted))
      #expect(filter.answer(Call(number, [0x302, 0, 4])) == .errno(.notPermitted))
    }
  }

  /// Long enough for a binary tree.
  @Test func aTreeAnswersAsAList() throws {
    let names = [
      "read", "write", "open", "close", "stat", "fstat", "lstat", "poll", "lseek", "mmap", "mprotect",
      "munmap", "brk",
      "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "ioctl", "pread64", "pwrite64", "readv", "writev",
      "access",
      "pipe", "select", "sched_yield", "mremap", "msync", "mincore", "madvise", "shmget", "shmat", "shmctl",
      "dup",
      "dup2", "pause", "nanosleep", "getitimer", "alarm", "setitimer", "getpid", "sendfile", "socket",
      "connect",
    ]
    let filter = try compileFilter(
      profile(.errno, [rule(.allow, names), rule(.log, ["fork"], [compare(0, .equal, 1 << 40)])]) {
        $0.architectures = [.x86_64, .x86, .x32]
      }, .all)
    // The names stand in the order of their numbers. fork is 57.
    for number in 0...70 {
      let expected: SeccompAction =
        number < names.count ? .allow : .errno(number <= 57 ? .notPermitted : .noFunction)
      #expect(filter.answer(Call(number)) == expected, "\(number)")
    }
    #expect(filter.answer(Call(57, [1 << 40])) == .log)
    // getpid, of the last, isn't asked for behind all before it.
    #expect(filter.answers(Call(39), within: 30))
  }
}
