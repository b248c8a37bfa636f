/// One instruction of eBPF: what the kernel runs for each access to a device.
///
/// - SeeAlso: <https://www.kernel.org/doc/html/latest/bpf/standardization/instruction-set.html>
public struct EBPFInstruction: Hashable, Sendable {
  public enum Register: UInt8, Sendable {
    /// The result.
    case r0
    /// What the program is called with.
    case r1
    case r2, r3, r4, r5
  }

  public let code: UInt8
  public let destination: Register
  public let source: Register
  /// Of a jump: how many instructions are skipped. Of a load: the place, in bytes.
  public var offset: Int16
  public let immediate: Int32

  private init(
    _ code: UInt8, _ destination: Register, source: Register = .r0, offset: Int16 = 0, _ immediate: Int32 = 0
  ) {
    self.code = code
    self.destination = destination
    self.source = source
    self.offset = offset
    self.immediate = immediate
  }

  // Class, operation and operand: <linux/bpf.h>, <linux/bpf_common.h>.
  static let loadWord: UInt8 = 0x61
  static let andImmediate: UInt8 = 0x57
  static let shiftRight: UInt8 = 0x77
  static let moveImmediate: UInt8 = 0xb7
  static let moveRegister: UInt8 = 0xbf
  static let always: UInt8 = 0x05
  static let equal: UInt8 = 0x15
  static let bitsSet: UInt8 = 0x45
  static let notEqual: UInt8 = 0x55
  static let exit: UInt8 = 0x95

  /// destination = *(u32 *)(source + offset)
  static func load(_ destination: Register, from source: Register, _ offset: Int16) -> EBPFInstruction {
    EBPFInstruction(loadWord, destination, source: source, offset: offset)
  }

  /// destination = source
  static func move(_ destination: Register, _ source: Register) -> EBPFInstruction {
    EBPFInstruction(moveRegister, destination, source: source)
  }

  /// destination = value
  static func move(_ destination: Register, _ value: Int32) -> EBPFInstruction {
    EBPFInstruction(moveImmediate, destination, value)
  }

  /// destination &= value
  static func and(_ destination: Register, _ value: Int32) -> EBPFInstruction {
    EBPFInstruction(andImmediate, destination, value)
  }

  /// destination >>= bits
  static func shiftRight(_ destination: Register, _ bits: Int32) -> EBPFInstruction {
    EBPFInstruction(shiftRight, destination, bits)
  }

  /// goto offset
  static func jump(_ offset: Int16 = 0) -> EBPFInstruction { EBPFInstruction(always, .r0, offset: offset) }

  /// if (register == value) goto offset
  static func jumpIfEqual(_ register: Register, _ value: Int32, _ offset: Int16 = 0) -> EBPFInstruction {
    EBPFInstruction(equal, register, offset: offset, value)
  }

  /// if (register != value) goto offset
  static func jumpIfNotEqual(_ register: Register, _ value: Int32, _ offset: Int16 = 0) -> EBPFInstruction {
    EBPFInstruction(notEqual, register, offset: offset, value)
  }

  /// if (register & value) goto offset
  static func jumpIfAnySet(_ register: Register, _ value: Int32, _ offset: Int16 = 0) -> EBPFInstruction {
    EBPFInstruction(bitsSet, register, offset: offset, value)
  }

  /// return r0
  static var `return`: EBPFInstruction { EBPFInstruction(exit, .r0) }

  /// struct bpf_insn, as a number of a little-endian machine.
  var word: UInt64 {
    UInt64(code) | UInt64(destination.rawValue | source.rawValue << 4) << 8
      | UInt64(UInt16(bitPattern: offset)) << 16 | UInt64(UInt32(bitPattern: immediate)) << 32
  }
}
