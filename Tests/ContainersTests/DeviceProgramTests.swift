@testable import Containers
import OCISpec
import Testing

/// An access to a device, as the kernel asks a program about it.
struct DeviceQuestion: Hashable {
  var type: Int32
  var major: UInt32
  var minor: UInt32
  /// Letters of "rwm".
  var access: String

  init(_ type: String, _ major: UInt32, _ minor: UInt32, _ access: String) {
    self.type = type == "b" ? DeviceAccess.block : DeviceAccess.character
    self.major = major
    self.minor = minor
    self.access = access
  }

  fileprivate var words: [UInt32] {
    var letters: Int32 = 0
    if access.contains("m") { letters |= DeviceAccess.mknod }
    if access.contains("r") { letters |= DeviceAccess.read }
    if access.contains("w") { letters |= DeviceAccess.write }
    return [UInt32(letters << 16 | type), major, minor]
  }
}

/// What a program answers, by an interpreter of the instructions that it is made of.
func answer(_ program: [EBPFInstruction], _ question: DeviceQuestion) -> Bool? {
  var registers = [UInt64](repeating: 0xdead_beef, count: 6)
  var place = 0
  while program.indices.contains(place) {
    let instruction = program[place]
    place += 1
    let target = Int(instruction.destination.rawValue)
    let source = Int(instruction.source.rawValue)
    let value = UInt64(bitPattern: Int64(instruction.immediate))
    func jump(_ isTaken: Bool) { if isTaken { place += Int(instruction.offset) } }
    switch instruction.code {
    case EBPFInstruction.loadWord: registers[target] = UInt64(question.words[Int(instruction.offset) / 4])
    case EBPFInstruction.andImmediate: registers[target] &= value
    case EBPFInstruction.shiftRight: registers[target] >>= value
    case EBPFInstruction.moveImmediate: registers[target] = value
    case EBPFInstruction.moveRegister: registers[target] = registers[source]
    case EBPFInstruction.always: jump(true)
    case EBPFInstruction.equal: jump(registers[target] == value)
    case EBPFInstruction.notEqual: jump(registers[target] != value)
    case EBPFInstruction.bitsSet: jump(registers[target] & value != 0)
    case EBPFInstruction.exit: return registers[0] == 1
    default: return nil
    }
  }
  return nil
}

/// The rules as they are meant: of each letter the last that matches decides.
private func allows(_ rules: [DeviceRule], _ question: DeviceQuestion) -> Bool {
  question.access.allSatisfy { letter in
    let last = rules.last { rule in
      let type = question.type == DeviceAccess.block ? "b" : "c"
      return [nil, "", "a", type].contains(rule.type)
        && [nil, -1, Int64(question.major)].contains(rule.major)
        && [nil, -1, Int64(question.minor)].contains(rule.minor)
        && (rule.access ?? "" == "" || rule.access?.contains(letter) == true)
    }
    return last?.allow ?? false
  }
}

private let accesses = ["r", "w", "m", "rw", "rm", "wm", "rwm"]

/// Whether every instruction can be come to, and every jump stays inside: the kernel's verifier refuses others.
private func isWhole(_ program: [EBPFInstruction]) -> Bool {
  var seen = Set<Int>()
  var open = [0]
  while let place = open.popLast() {
    guard program.indices.contains(place) else { return false }
    guard seen.insert(place).inserted else { continue }
    let instruction = program[place]
    if instruction.code == EBPFInstruction.exit { continue }
    if instruction.code != EBPFInstruction.always { open.append(place + 1) }
    if [EBPFInstruction.always, EBPFInstruction.equal, EBPFInstruction.notEqual, EBPFInstruction.bitsSet]
      .contains(instruction.code)
    {
      open.append(place + 1 + Int(instruction.offset))
    }
  }
  return seen.count == program.count
}

func randomDeviceRule(_ numbers: inout FixedNumbers) -> DeviceRule {
  var rule = DeviceRule(allow: Bool.random(using: &numbers))
  rule.type = [nil, "a", "b", "c", "c"].any(&numbers)
  rule.major = [nil, -1, 1, 2, 5].any(&numbers)
  rule.minor = [nil, -1, 1, 3, 5000].any(&numbers)
  rule.access = ([nil, "", "rwm"] + accesses).any(&numbers)
  return rule
}

@Suite("Device rules of cgroup v2")
struct DeviceProgramTests {
  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
  func theProgramSaysWhatTheRulesSay(_ seed: UInt64) throws {
    var numbers = FixedNumbers(seed: seed)
    for _ in 0..<150 {
      let rules = (0..<Int.random(in: 0...8, using: &numbers)).map { _ in randomDeviceRule(&numbers) }
      let program = try compileDeviceRules(rules)
      #expect(isWhole(program), "\(rules)")
      for type in ["b", "c"] {
        for major in [1, 2, 5, 9] as [UInt32] {
          for minor in [1, 3, 5000, 9] as [UInt32] {
            for access in accesses {
              let question = DeviceQuestion(type, major, minor, access)
              if answer(program, question) != allows(rules, question) {
                Issue.record("\(rules) \(question)")
                return
              }
            }
          }
        }
      }
    }
  }

  @Test func withoutRulesEverythingIsDenied() throws {
    let program = try compileDeviceRules([])
    #expect(program.count == 2)
    #expect(answer(program, DeviceQuestion("c", 1, 3, "r")) == false)
  }

  @Test func aRuleForEverythingEndsTheProgram() throws {
    let everything = DeviceRule(allow: true)
    #expect(try compileDeviceRules([DeviceRule(allow: false, "c", 1, 3), everything]).count == 2)
    #expect(answer(try compileDeviceRules([everything]), DeviceQuestion("b", 8, 0, "rwm")) == true)
    // Not one that says nothing of making nodes.
    #expect(
      try compileDeviceRules([
        DeviceRule(allow: false, "c", 1, 3), DeviceRule(allow: true, "a", nil, nil, "rw"),
      ]).count > 2)
  }

  /// Other runtimes let this one write: no rule of theirs has both letters, so the one before is asked.
  @Test func whoMayNotWriteCanNotOpenForBoth() throws {
    let program = try compileDeviceRules([
      DeviceRule(allow: true, "c", 1, 3), DeviceRule(allow: false, "c", 1, 3, "w"),
    ])
    #expect(answer(program, DeviceQuestion("c", 1, 3, "r")) == true)
    #expect(answer(program, DeviceQuestion("c", 1, 3, "w")) == false)
    #expect(answer(program, DeviceQuestion("c", 1, 3, "rw")) == false)
  }

  @Test func lettersOfSeveralRulesAddUp() throws {
    let program = try compileDeviceRules([
      DeviceRule(allow: true, "c", nil, nil, "r"), DeviceRule(allow: true, "c", 1, 3, "w"),
    ])
    #expect(answer(program, DeviceQuestion("c", 1, 3, "rw")) == true)
    #expect(answer(program, DeviceQuestion("c", 1, 5, "rw")) == false)
  }

  @Test func aNumberThatNoDeviceHasMatchesNone() throws {
    let large = Int64(UInt32.max)
    let program = try compileDeviceRules([
      DeviceRule(allow: true, "c", large, 1), DeviceRule(allow: true, "c", 1, large),
    ])
    #expect(program.count == 2)
  }

  @Test func instructionsAreAsTheKernelReadsThem() throws {
    // *(u32 *)(r1 + 8) into r5; if r4 isn't -2, one further.
    #expect(EBPFInstruction.load(.r5, from: .r1, 8).word == 0x0000_0000_0008_1561)
    #expect(EBPFInstruction.jumpIfNotEqual(.r4, -2, 1).word == 0xffff_fffe_0001_0455)
  }

  @Test(arguments: [
    (DeviceRule(allow: true, "u", 1, 3), "type", "none of a, b and c"),
    (DeviceRule(allow: true, "c", -2, 3), "major", "-2 is no number"),
    (DeviceRule(allow: true, "c", 1, 1 << 32), "minor", "is no number"),
    (DeviceRule(allow: true, "c", 1, 3, "rx"), "access", "x is none of r, w and m"),
  ])
  func whatIsNoRuleIsRefused(_ rule: DeviceRule, _ property: String, _ words: String) {
    let error = #expect(throws: CompileError.self) {
      try compileDeviceRules([DeviceRule(allow: false), rule])
    }
    #expect(error?.property == "linux.resources.devices[1].\(property)")
    #expect(error?.cause.contains(words) == true)
  }

  @Test func moreRulesThanAProgramCanHave() {
    let rules = (0..<11000).map { DeviceRule(allow: true, "c", 1, Int64($0)) }
    #expect(throws: CompileError.self) { try compileDeviceRules(rules) }
    #expect(throws: Never.self) { try compileDeviceRules(Array(rules.prefix(8000))) }
  }
}
