import CLinux
import SystemPackage

/// What an instruction of classic BPF does: its class, and with `|` the rest: `.ld | .w | .abs`.
public struct BPFCode: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }
  private init(_ value: Int) { rawValue = UInt16(value) }

  // Classes.
  public static let ld = BPFCode(LINUX_BPF_LD)
  public static let ldx = BPFCode(LINUX_BPF_LDX)
  public static let st = BPFCode(LINUX_BPF_ST)
  public static let stx = BPFCode(LINUX_BPF_STX)
  public static let alu = BPFCode(LINUX_BPF_ALU)
  public static let jmp = BPFCode(LINUX_BPF_JMP)
  public static let ret = BPFCode(LINUX_BPF_RET)
  public static let misc = BPFCode(LINUX_BPF_MISC)

  // Loads.
  public static let w = BPFCode(LINUX_BPF_W)
  public static let imm = BPFCode(LINUX_BPF_IMM)
  public static let abs = BPFCode(LINUX_BPF_ABS)
  public static let mem = BPFCode(LINUX_BPF_MEM)
  public static let len = BPFCode(LINUX_BPF_LEN)

  // Arithmetic.
  public static let add = BPFCode(LINUX_BPF_ADD)
  public static let sub = BPFCode(LINUX_BPF_SUB)
  public static let mul = BPFCode(LINUX_BPF_MUL)
  public static let div = BPFCode(LINUX_BPF_DIV)
  public static let or = BPFCode(LINUX_BPF_OR)
  public static let and = BPFCode(LINUX_BPF_AND)
  public static let lsh = BPFCode(LINUX_BPF_LSH)
  public static let rsh = BPFCode(LINUX_BPF_RSH)
  public static let neg = BPFCode(LINUX_BPF_NEG)
  public static let xor = BPFCode(LINUX_BPF_XOR)

  // Jumps.
  public static let ja = BPFCode(LINUX_BPF_JA)
  public static let jeq = BPFCode(LINUX_BPF_JEQ)
  public static let jgt = BPFCode(LINUX_BPF_JGT)
  public static let jge = BPFCode(LINUX_BPF_JGE)
  public static let jset = BPFCode(LINUX_BPF_JSET)

  // The operand: a constant, the index register, the accumulator.
  public static let k = BPFCode(LINUX_BPF_K)
  public static let x = BPFCode(LINUX_BPF_X)
  public static let a = BPFCode(LINUX_BPF_A)

  // Between the registers.
  public static let tax = BPFCode(LINUX_BPF_TAX)
  public static let txa = BPFCode(LINUX_BPF_TXA)

  public static func | (left: BPFCode, right: BPFCode) -> BPFCode {
    BPFCode(rawValue: left.rawValue | right.rawValue)
  }
}

/// One instruction of classic BPF, of which a seccomp filter is made.
///
///     let mkdirat: UInt32 = 258  // on x86-64
///     let filter: [BPFInstruction] = [
///       .load(SeccompData.architectureOffset),
///       .jumpIfEqual(AuditArchitecture.native.rawValue, then: 1, else: 0),
///       .return(.killProcess),
///       .load(SeccompData.numberOffset),
///       .jumpIfEqual(mkdirat, then: 0, else: 1),
///       .return(.errno(.notPermitted)),
///       .return(.allow),
///     ]
///
/// - SeeAlso: <https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html>
public struct BPFInstruction: Hashable, Sendable {
  public var code: BPFCode
  /// How many instructions a jump skips where its condition holds.
  public var jt: UInt8
  /// How many it skips where not.
  public var jf: UInt8
  public var k: UInt32

  public init(code: BPFCode, jt: UInt8, jf: UInt8, k: UInt32) {
    self.code = code
    self.jt = jt
    self.jf = jf
    self.k = k
  }

  /// BPF_STMT(code, k)
  public static func statement(_ code: BPFCode, _ k: UInt32) -> BPFInstruction {
    BPFInstruction(code: code, jt: 0, jf: 0, k: k)
  }

  /// BPF_JUMP(code, k, jt, jf)
  public static func jump(_ code: BPFCode, _ k: UInt32, _ jt: UInt8, _ jf: UInt8) -> BPFInstruction {
    BPFInstruction(code: code, jt: jt, jf: jf, k: k)
  }

  /// BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset): four bytes of ``SeccompData`` into the accumulator.
  public static func load(_ offset: UInt32) -> BPFInstruction { statement(.ld | .w | .abs, offset) }

  /// BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, jt, jf): is the accumulator this?
  public static func jumpIfEqual(_ value: UInt32, then jt: UInt8, else jf: UInt8) -> BPFInstruction {
    jump(.jmp | .jeq | .k, value, jt, jf)
  }

  /// BPF_STMT(BPF_RET | BPF_K, action)
  public static func `return`(_ action: SeccompAction) -> BPFInstruction {
    statement(.ret | .k, action.rawValue)
  }
}

extension BPFInstruction: CustomStringConvertible {
  /// "BPF_JUMP(0x15, 0x29, 0, 1)": numbers, as the kernel takes them.
  public var description: String {
    let code = "0x" + String(code.rawValue, radix: 16)
    let k = "0x" + String(k, radix: 16)
    let isJump = self.code.rawValue & 7 == BPFCode.jmp.rawValue
    return isJump ? "BPF_JUMP(\(code), \(k), \(jt), \(jf))" : "BPF_STMT(\(code), \(k))"
  }
}

/// Lends a filter to a system call, as a `struct sock_fprog`.
func withProgram(_ filter: [BPFInstruction], _ body: (Int) -> Int) -> Int {
  guard let count = UInt16(exactly: filter.count) else { return -Int(Errno.invalidArgument.rawValue) }
  var instructions = filter.map { clinux_sock_filter(code: $0.code.rawValue, jt: $0.jt, jf: $0.jf, k: $0.k) }
  return instructions.withUnsafeMutableBufferPointer { buffer in
    var program = clinux_sock_fprog(len: count, filter: buffer.baseAddress)
    return withUnsafeMutablePointer(to: &program) { body(address($0)) }
  }
}
