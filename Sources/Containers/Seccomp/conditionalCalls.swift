import CSeccomp
import Linux

/// Calls of one architecture that are decided by their arguments.
struct ConditionalCalls {
  let architecture: AuditArchitecture
  var groups: [Group]

  /// Calls with the same rules.
  struct Group {
    var numbers: [UInt32]
    var rules: [Rule]
    /// Whether arguments have 64 bits, and not the lower 32 alone.
    var isWide: Bool
  }

  struct Rule: Hashable {
    /// All of them must hold.
    var conditions: [Condition]
    var action: SeccompAction
  }

  struct Condition: Hashable {
    var argument: UInt32
    var comparison: UInt32
    /// With `maskedEqual` the mask.
    var value: UInt64
    var second: UInt64

    init(_ condition: scmp_arg_cmp) {
      argument = condition.arg
      comparison = condition.op.rawValue
      value = condition.datum_a
      second = condition.datum_b
    }
  }
}

/// The part of a filter that decides these calls, and lets the others through to what follows.
///
/// libseccomp puts the comparisons of all rules of a call into one tree, and takes some for others there: 2.5.4 lets a call
/// through with rules of which one refuses it. Here each rule is asked on its own, the first that holds decides, and
/// where none does it is the default.
func deciding(_ calls: [ConditionalCalls], orElse defaultAction: SeccompAction) -> [BPFInstruction] {
  let skip = BPFCode.jmp | .ja
  var program: [BPFInstruction] = []
  // From the last to the first: how far it is to the end is known then.
  for calls in calls.reversed() where !calls.groups.isEmpty {
    let leave: [BPFInstruction] = program.isEmpty ? [] : [.statement(skip, UInt32(program.count))]
    let part =
      [.load(SeccompData.numberOffset)] + calls.groups.flatMap { instructions($0, defaultAction) } + leave
    program = jumping(over: part, unless: calls.architecture.rawValue) + part + program
  }
  return program.isEmpty ? [] : [.load(SeccompData.architectureOffset)] + program
}

private func instructions(_ group: ConditionalCalls.Group, _ defaultAction: SeccompAction) -> [BPFInstruction]
{
  let body = group.rules.flatMap { instructions($0, isWide: group.isWide) } + [.return(defaultAction)]
  // A jump that compares goes no further than 255.
  return stride(from: 0, to: group.numbers.count, by: 200).flatMap { first -> [BPFInstruction] in
    let numbers = Array(group.numbers[first..<min(first + 200, group.numbers.count)])
    let last = jumping(over: body, unless: numbers[numbers.count - 1])
    let others = numbers.dropLast().enumerated().map { index, number in
      BPFInstruction.jumpIfEqual(number, then: UInt8(numbers.count - index + last.count - 2), else: 0)
    }
    return others + last + body
  }
}

/// Goes on where the accumulator is this, and else behind a part.
private func jumping(over part: [BPFInstruction], unless value: UInt32) -> [BPFInstruction] {
  if part.count <= 255 { return [.jumpIfEqual(value, then: 0, else: UInt8(part.count))] }
  return [
    .jumpIfEqual(value, then: 1, else: 0), .statement(.jmp | .ja, UInt32(part.count)),
  ]
}

/// Ends the filter with the rule's action, or goes on behind it.
private func instructions(_ rule: ConditionalCalls.Rule, isWide: Bool) -> [BPFInstruction] {
  // From the last to the first: how far it is to the end is known then.
  var program: [BPFInstruction] = [.return(rule.action)]
  for condition in rule.conditions.reversed() {
    program = Comparison(condition, isWide: isWide).instructions(before: program.count) + program
  }
  return program
}

/// The halves of an argument and of what it is compared with.
private struct Comparison {
  let kind: scmp_compare
  let lowOffset: UInt32
  let low: UInt32
  let high: UInt32
  let lowMask: UInt32
  let highMask: UInt32
  let isWide: Bool

  init(_ condition: ConditionalCalls.Condition, isWide: Bool) {
    kind = scmp_compare(condition.comparison)
    lowOffset = SeccompData.argumentOffset(condition.argument)
    let isMasked = kind == SCMP_CMP_MASKED_EQ
    let mask = isMasked ? condition.value : .max
    // Bits of the value outside of the mask are none of its business: seccomp_rule_add(3).
    let value = isMasked ? condition.second & mask : condition.value
    (low, high) = (UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
    (lowMask, highMask) = (UInt32(truncatingIfNeeded: mask), UInt32(truncatingIfNeeded: mask >> 32))
    self.isWide = isWide
  }

  /// Goes on behind these where it holds, and else skips so many more.
  func instructions(before count: Int) -> [BPFInstruction] {
    let fail = UInt8(count)
    let loadLow = BPFInstruction.load(lowOffset)
    let isGreater = BPFCode.jmp | .jgt | .k
    let isGreaterOrEqual = BPFCode.jmp | .jge | .k
    switch kind {
    case SCMP_CMP_MASKED_EQ:
      let lower = masked(loadLow, lowMask, low, else: fail)
      let upper = masked(.load(lowOffset + 4), highMask, high, else: fail + UInt8(lower.count))
      return (isWide ? upper : []) + lower
    case SCMP_CMP_EQ:
      return upperIsEqual(else: fail + 2) + [loadLow, .jumpIfEqual(low, then: 0, else: fail)]
    case SCMP_CMP_NE:
      let lower: [BPFInstruction] = [loadLow, .jumpIfEqual(low, then: fail, else: 0)]
      return upperIsEqual(else: 2) + lower
    case SCMP_CMP_GT: return ordered([loadLow, .jump(isGreater, low, 0, fail)], greater: 2, less: fail + 2)
    case SCMP_CMP_GE:
      return ordered([loadLow, .jump(isGreaterOrEqual, low, 0, fail)], greater: 2, less: fail + 2)
    case SCMP_CMP_LT:
      return ordered([loadLow, .jump(isGreaterOrEqual, low, fail, 0)], greater: fail + 2, less: 2)
    default: return ordered([loadLow, .jump(isGreater, low, fail, 0)], greater: fail + 2, less: 2)
    }
  }

  private func upperIsEqual(else distance: UInt8) -> [BPFInstruction] {
    isWide ? [.load(lowOffset + 4), .jumpIfEqual(high, then: 0, else: distance)] : []
  }

  /// By the upper half, and where that is equal by the lower one.
  private func ordered(_ lower: [BPFInstruction], greater: UInt8, less: UInt8) -> [BPFInstruction] {
    guard isWide else { return lower }
    return [
      .load(lowOffset + 4), .jump(.jmp | .jgt | .k, high, greater + 1, 0),
      .jumpIfEqual(high, then: 0, else: less),
    ] + lower
  }

  /// A mask of nothing asks nothing.
  private func masked(
    _ load: BPFInstruction, _ mask: UInt32, _ value: UInt32, else distance: UInt8
  ) -> [BPFInstruction] {
    if mask == 0 { return [] }
    let and: [BPFInstruction] = mask == .max ? [] : [.statement(.alu | .and | .k, mask)]
    return [load] + and + [.jumpIfEqual(value, then: 0, else: distance)]
  }
}
