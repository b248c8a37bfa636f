import OCISpec

/// Turns the rules for devices into the program that a cgroup of version 2 has in their place.
///
/// Of each letter of an access, the last rule that has it and matches the device decides; without one it is denied. An
/// access is allowed when all its letters are: so who may not write can't open for reading and writing either.
///
/// - Parameter property: where the rules are in their document, for the errors.
/// - Throws: ``CompileError`` for what is no rule.
public func compileDeviceRules(
  _ rules: [DeviceRule], property: String = "linux.resources.devices"
) throws(CompileError) -> [EBPFInstruction] {
  var tests: [DeviceTest] = []
  for (index, rule) in rules.enumerated() { tests.append(try DeviceTest(rule, "\(property)[\(index)]")) }
  // Nothing before a rule for everything matters, and what it says is the default.
  let last = tests.lastIndex(where: \.isForEverything)
  let byDefault = last.map { tests[$0].allows } ?? false
  let rest = tests[(last.map { $0 + 1 } ?? 0)...].filter(\.canMatch)
  guard let program = program(rest, byDefault) else {
    throw CompileError(property, "\(rules.count) rules are more than a program can have")
  }
  return program
}

/// A rule, as the program asks for it.
private struct DeviceTest {
  let allows: Bool
  /// nil for block and character devices.
  let type: Int32?
  let major: Int64?
  let minor: Int64?
  let access: Int32

  init(_ rule: DeviceRule, _ property: String) throws(CompileError) {
    allows = rule.allow
    switch rule.type {
    case nil, "", "a": type = nil
    case "b": type = DeviceAccess.block
    case "c": type = DeviceAccess.character
    case let other?: throw CompileError("\(property).type", "\(other) is none of a, b and c")
    }
    major = try number(rule.major, "\(property).major")
    minor = try number(rule.minor, "\(property).minor")
    var access: Int32 = 0
    for letter in rule.access ?? "" {
      switch letter {
      case "r": access |= DeviceAccess.read
      case "w": access |= DeviceAccess.write
      case "m": access |= DeviceAccess.mknod
      // The kind of device that means all, which some write here as well.
      case "a": continue
      default: throw CompileError("\(property).access", "\(letter) is none of r, w and m")
      }
    }
    self.access = access == 0 ? DeviceAccess.all : access
  }

  var isForEverything: Bool { type == nil && major == nil && minor == nil && access == DeviceAccess.all }

  /// The kernel's numbers have 12 and 20 bits.
  var canMatch: Bool { major ?? 0 < 1 << 12 && minor ?? 0 < 1 << 20 }
}

/// -1 is any, as engines write it.
private func number(_ number: Int64?, _ property: String) throws(CompileError) -> Int64? {
  guard let number, number != -1 else { return nil }
  guard UInt32(exactly: number) != nil else {
    throw CompileError(property, "\(number) is no number of a device")
  }
  return number
}

/// struct bpf_cgroup_dev_ctx, <linux/bpf.h>
enum DeviceAccess {
  static let mknod: Int32 = 1
  static let read: Int32 = 2
  static let write: Int32 = 4
  static let all = mknod | read | write

  static let block: Int32 = 1
  static let character: Int32 = 2

  // Where its fields are. The first has the access above the type.
  static let typeOffset: Int16 = 0
  static let majorOffset: Int16 = 4
  static let minorOffset: Int16 = 8
}

/// From the last rule to the first. r2 has the letters that no rule has decided yet, r3 the type, r4 and r5 the numbers.
private func program(_ tests: [DeviceTest], _ byDefault: Bool) -> [EBPFInstruction]? {
  let answer: (Bool) -> [EBPFInstruction] = { [.move(.r0, $0 ? 1 : 0), .return] }
  // The kernel refuses instructions that nothing leads to.
  if tests.isEmpty { return answer(byDefault) }
  var program: [EBPFInstruction] = [
    .load(.r2, from: .r1, DeviceAccess.typeOffset),
    .move(.r3, .r2),
    .and(.r3, 0xffff),
    .shiftRight(.r2, 16),
    .load(.r4, from: .r1, DeviceAccess.majorOffset),
    .load(.r5, from: .r1, DeviceAccess.minorOffset),
  ]
  var exits: [(place: Int, allows: Bool)] = []
  for test in tests.reversed() {
    let decision: [EBPFInstruction] =
      if test.access == DeviceAccess.all {
        // Nothing is left to decide. The kernel's verifier needs to be told: it would follow each such rule through
        // all those before it.
        [.jump()]
      } else if test.allows {
        [.and(.r2, DeviceAccess.all & ~test.access), .jumpIfEqual(.r2, 0)]
      } else {
        [.jumpIfAnySet(.r2, test.access)]
      }
    var conditions: [EBPFInstruction] = []
    if let type = test.type { conditions.append(.jumpIfNotEqual(.r3, type)) }
    if let major = test.major { conditions.append(.jumpIfNotEqual(.r4, Int32(major))) }
    if let minor = test.minor { conditions.append(.jumpIfNotEqual(.r5, Int32(minor))) }
    let length = conditions.count + decision.count
    for index in conditions.indices { conditions[index].offset = Int16(length - index - 1) }
    program += conditions + decision
    exits.append((program.count - 1, test.allows))
  }
  let defaultPlace = program.count
  program += answer(byDefault)
  if tests.contains(where: { $0.allows != byDefault }) { program += answer(!byDefault) }
  for exit in exits {
    let place = exit.allows == byDefault ? defaultPlace : defaultPlace + 2
    guard let offset = Int16(exactly: place - exit.place - 1) else { return nil }
    program[exit.place].offset = offset
  }
  return program
}
