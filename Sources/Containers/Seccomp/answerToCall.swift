import Linux

extension SeccompFilter {
  /// Whether a system call of this machine's goes through, and nobody is asked about it. False also where that depends on
  /// its arguments.
  func allowsCall(_ number: some BinaryInteger) -> Bool {
    guard let answer = answer(toCall: number) else { return false }
    return [.allow, .log].contains(answer)
  }

  /// Whether it fails or is killed for, whatever its arguments.
  func refusesCall(_ number: some BinaryInteger) -> Bool {
    guard let answer = answer(toCall: number) else { return false }
    return ![.allow, .log, .userNotif].contains(answer)
  }

  /// What becomes of a system call of this machine's; nil where that depends on its arguments.
  func answer(toCall number: some BinaryInteger) -> SeccompAction? {
    var accumulator: UInt32 = 0
    var index = 0
    while instructions.indices.contains(index) {
      let instruction = instructions[index]
      index += 1
      switch instruction.code {
      case .ld | .w | .abs:
        switch instruction.k {
        case SeccompData.numberOffset: accumulator = UInt32(truncatingIfNeeded: number)
        case SeccompData.architectureOffset: accumulator = AuditArchitecture.native.rawValue
        default: return nil
        }
      case .alu | .and | .k: accumulator &= instruction.k
      case .jmp | .ja: index += Int(instruction.k)
      case .jmp | .jeq | .k: index += instruction.distance(accumulator == instruction.k)
      case .jmp | .jgt | .k: index += instruction.distance(accumulator > instruction.k)
      case .jmp | .jge | .k: index += instruction.distance(accumulator >= instruction.k)
      case .jmp | .jset | .k: index += instruction.distance(accumulator & instruction.k != 0)
      case .ret | .k: return SeccompAction(rawValue: instruction.k)
      default: return nil
      }
    }
    return nil
  }
}

extension BPFInstruction {
  fileprivate func distance(_ holds: Bool) -> Int { Int(holds ? jt : jf) }
}
