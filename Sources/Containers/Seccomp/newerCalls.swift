import Linux
import SystemPackage

/// The numbers of one architecture that are newer than a profile.
struct NewerCalls: Hashable {
  let architecture: AuditArchitecture
  let numbers: [ClosedRange<UInt32>]
}

/// Numbers from here on are those of x32; below are those of x86-64, which is the same architecture to a filter.
let firstOfX32: UInt32 = 1 << 30
/// The private calls of 32-bit ARM, far from the others.
private let firstPrivateOfARM: UInt32 = 0xf_0000

/// A call that came after the profile was written fails with ENOSYS, as on a kernel without it, and not as one that
/// the profile forbids: C libraries try a new call first, and only ENOSYS makes them take the old one.
///
/// What is newer is told by the numbers: the kernel counts them up, so each above the last that the profile names.
///
/// - Parameter calls: the numbers that the profile names, by architecture; those of x32 and x86-64 together.
func newerCalls(_ calls: [AuditArchitecture: [UInt32]]) -> [NewerCalls] {
  calls.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { architecture, numbers in
    let ranges: [ClosedRange<UInt32>]
    switch architecture {
    case .x86_64:
      // Where the profile has no x32, its numbers are left to libseccomp, which ends their caller. So is -1, which
      // a tracer sets.
      ranges =
        gap(after: numbers.filter { $0 < firstOfX32 }, upTo: firstOfX32 - 1)
        + gap(after: numbers.filter { $0 >= firstOfX32 }, upTo: .max - 1)
    case .arm:
      ranges = gap(after: numbers.filter { $0 < firstPrivateOfARM }, upTo: firstPrivateOfARM - 1)
    case .s390, .s390x:
      // 0 stands for every number that the kernel doesn't know.
      ranges = (numbers.isEmpty ? [] : [0...0]) + gap(after: numbers, upTo: .max)
    default:
      ranges = gap(after: numbers, upTo: .max)
    }
    return ranges.isEmpty ? nil : NewerCalls(architecture: architecture, numbers: ranges)
  }
}

private func gap(after numbers: [UInt32], upTo end: UInt32) -> [ClosedRange<UInt32>] {
  guard let last = numbers.max(), last < end else { return [] }
  return [(last + 1)...end]
}

/// The beginning of a filter: it answers the newer calls, and lets the others through to what follows.
func answering(_ newer: [NewerCalls]) -> [BPFInstruction] {
  guard !newer.isEmpty else { return [] }
  let parts = newer.map { calls in
    [.load(SeccompData.numberOffset)]
      + calls.numbers.flatMap { range -> [BPFInstruction] in
        [
          .jump(.jmp | .jge | .k, range.lowerBound, 0, 2),
          .jump(.jmp | .jgt | .k, range.upperBound, 1, 0),
          .return(.errno(.noFunction)),
        ]
      }
  }
  var program: [BPFInstruction] = []
  // From the last to the first: how far it is to the end is known then.
  for (calls, part) in zip(newer, parts).reversed() {
    let leave: [BPFInstruction] =
      program.isEmpty ? [] : [.statement(.jmp | .ja, UInt32(program.count))]
    program =
      [.jumpIfEqual(calls.architecture.rawValue, then: 0, else: UInt8(part.count + leave.count))]
      + part + leave + program
  }
  return [.load(SeccompData.architectureOffset)] + program
}
