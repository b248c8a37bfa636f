import CLinux
@testable import Containers
import Glibc
import Linux
import OCISpec
import Testing

/// A profile whose rules are each for some names.
func profile(
  _ defaultAction: OCISpec.Seccomp.Action, _ rules: [SyscallRule] = [],
  _ change: (inout OCISpec.Seccomp) -> Void = { _ in }
) -> OCISpec.Seccomp {
  var profile = OCISpec.Seccomp()
  profile.defaultAction = defaultAction
  profile.syscalls = rules
  change(&profile)
  return profile
}

func rule(
  _ action: OCISpec.Seccomp.Action, _ names: [String], errno: UInt32? = nil,
  _ args: [SyscallRule.Comparison] = []
) -> SyscallRule {
  var rule = SyscallRule()
  rule.names = names
  rule.action = action
  rule.errnoRet = errno
  rule.args = args
  return rule
}

func compare(
  _ index: UInt32, _ op: SyscallRule.Comparison.Operator, _ value: UInt64, _ valueTwo: UInt64? = nil
) -> SyscallRule.Comparison {
  var comparison = SyscallRule.Comparison()
  comparison.index = index
  comparison.op = op
  comparison.value = value
  comparison.valueTwo = valueTwo
  return comparison
}

/// A system call, as a filter sees it.
struct Call: Hashable {
  var number: Int
  var arguments: [UInt64] = []
  var architecture = AuditArchitecture.native

  init(_ number: some BinaryInteger, _ arguments: [UInt64] = [], _ architecture: AuditArchitecture = .native)
  {
    self.number = Int(number)
    self.arguments = arguments + Array(repeating: 0, count: 6 - arguments.count)
    self.architecture = architecture
  }
}

extension SeccompFilter {
  /// What the filter answers, by an interpreter of the instructions that filters are made of.
  func answer(_ call: Call) -> SeccompAction? { run(call).answer }

  /// Whether it takes so few instructions to come to an answer.
  func answers(_ call: Call, within limit: Int) -> Bool { run(call).steps <= limit }

  private func run(_ call: Call) -> (answer: SeccompAction?, steps: Int) {
    var words = [UInt32(truncatingIfNeeded: call.number), call.architecture.rawValue, 0, 0]
    for argument in call.arguments {
      words += [UInt32(truncatingIfNeeded: argument), UInt32(truncatingIfNeeded: argument >> 32)]
    }
    var accumulator: UInt32 = 0
    var place = 0
    var steps = 0
    while instructions.indices.contains(place) {
      steps += 1
      let instruction = instructions[place]
      place += 1
      func jump(_ isTaken: Bool) { place += Int(isTaken ? instruction.jt : instruction.jf) }
      switch instruction.code {
      case .ld | .w | .abs: accumulator = words[Int(instruction.k) / 4]
      case .alu | .and | .k: accumulator &= instruction.k
      case .jmp | .ja: place += Int(instruction.k)
      case .jmp | .jeq | .k: jump(accumulator == instruction.k)
      case .jmp | .jge | .k: jump(accumulator >= instruction.k)
      case .jmp | .jgt | .k: jump(accumulator > instruction.k)
      case .jmp | .jset | .k: jump(accumulator & instruction.k != 0)
      case .ret | .k: return (SeccompAction(rawValue: instruction.k), steps)
      default: return (nil, steps)
      }
    }
    return (nil, steps)
  }
}

/// What became of a system call under a filter.
enum Outcome: Hashable {
  /// Its result, or a negative errno.
  case result(Int)
  case killed(Signal)
  /// The child came to no result, and yet was not killed.
  case none(WaitStatus)
}

/// Makes these calls, one after the other, in a child of its own with the filter.
///
/// The child only makes system calls, with what was prepared before: this process has other threads.
func outcomes(_ filter: SeccompFilter, _ calls: [Call]) throws -> [Outcome] {
  let size = (calls.count + 1) * MemoryLayout<Int>.size
  let shared = try #require(mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
  defer { munmap(shared, size) }
  let results = shared.bindMemory(to: Int.self, capacity: calls.count + 1)
  for index in 0...calls.count { results[index] = noResult }
  let program = filter.instructions.map {
    clinux_sock_filter(code: $0.code.rawValue, jt: $0.jt, jf: $0.jf, k: $0.k)
  }
  let numbers = calls.flatMap { call in [call.number] + call.arguments.map { Int(bitPattern: UInt($0)) } }
  let flags = Int(filter.flags.rawValue)
  let status = try program.withUnsafeBufferPointer { program in
    var description = clinux_sock_fprog(
      len: UInt16(program.count), filter: UnsafeMutablePointer(mutating: program.baseAddress))
    return try withUnsafeMutablePointer(to: &description) { description in
      try numbers.withUnsafeBufferPointer { numbers in
        let child = clinux_syscall(Int(__NR_clone), Int(SIGCHLD), 0, 0, 0, 0, 0)
        if child == 0 {
          makeCalls(numbers, calls.count, results, Int(bitPattern: description), flags)
        }
        return try Linux.waitpid(ProcessID(child))
      }
    }
  }
  #expect(results[calls.count] == 0, "the filter was not loaded: \(results[calls.count])")
  return (0..<calls.count).map { index in
    if results[index] != noResult { return .result(results[index]) }
    if case .signaled(let signal, _) = status { return .killed(signal) }
    return .none(status)
  }
}

private let noResult = Int.min

private func makeCalls(
  _ numbers: UnsafeBufferPointer<Int>, _ count: Int, _ results: UnsafeMutablePointer<Int>, _ filter: Int,
  _ flags: Int
) {
  _ = clinux_syscall(Int(__NR_prctl), 38, 1, 0, 0, 0, 0)  // PR_SET_NO_NEW_PRIVS
  results[count] = clinux_syscall(Int(__NR_seccomp), 1, flags, filter, 0, 0, 0)
  var index = 0
  while index < count {
    let call = 7 * index
    results[index] = clinux_syscall(
      numbers[call], numbers[call + 1], numbers[call + 2], numbers[call + 3], numbers[call + 4],
      numbers[call + 5],
      numbers[call + 6])
    index += 1
  }
  _ = clinux_syscall(Int(__NR_exit_group), 0, 0, 0, 0, 0, 0)
}

/// The same numbers on every machine.
struct FixedNumbers: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var word = state
    word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
    word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
    return word ^ (word >> 31)
  }
}

extension Array {
  /// One of them; there is one.
  func any(_ numbers: inout FixedNumbers) -> Element { self[Int.random(in: indices, using: &numbers)] }
}
