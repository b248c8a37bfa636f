/// Which system calls the kernel answers.
public struct Seccomp: Record {
  public enum Action: String, JSONWord {
    case kill = "SCMP_ACT_KILL"
    case killProcess = "SCMP_ACT_KILL_PROCESS"
    case killThread = "SCMP_ACT_KILL_THREAD"
    case trap = "SCMP_ACT_TRAP"
    case errno = "SCMP_ACT_ERRNO"
    case trace = "SCMP_ACT_TRACE"
    case allow = "SCMP_ACT_ALLOW"
    case log = "SCMP_ACT_LOG"
    case notify = "SCMP_ACT_NOTIFY"
  }

  public enum Flag: String, JSONWord {
    case tsync = "SECCOMP_FILTER_FLAG_TSYNC"
    case log = "SECCOMP_FILTER_FLAG_LOG"
    case specAllow = "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
    case waitKillableRecv = "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"
  }

  public enum Architecture: String, JSONWord {
    case x86 = "SCMP_ARCH_X86"
    case x86_64 = "SCMP_ARCH_X86_64"
    case x32 = "SCMP_ARCH_X32"
    case arm = "SCMP_ARCH_ARM"
    case aarch64 = "SCMP_ARCH_AARCH64"
    case loongarch64 = "SCMP_ARCH_LOONGARCH64"
    case m68k = "SCMP_ARCH_M68K"
    case mips = "SCMP_ARCH_MIPS"
    case mips64 = "SCMP_ARCH_MIPS64"
    case mips64n32 = "SCMP_ARCH_MIPS64N32"
    case mipsel = "SCMP_ARCH_MIPSEL"
    case mipsel64 = "SCMP_ARCH_MIPSEL64"
    case mipsel64n32 = "SCMP_ARCH_MIPSEL64N32"
    case ppc = "SCMP_ARCH_PPC"
    case ppc64 = "SCMP_ARCH_PPC64"
    case ppc64le = "SCMP_ARCH_PPC64LE"
    case s390 = "SCMP_ARCH_S390"
    case s390x = "SCMP_ARCH_S390X"
    case sh = "SCMP_ARCH_SH"
    case sheb = "SCMP_ARCH_SHEB"
    case parisc = "SCMP_ARCH_PARISC"
    case parisc64 = "SCMP_ARCH_PARISC64"
    case riscv64 = "SCMP_ARCH_RISCV64"
  }

  public var defaultAction = Action.errno
  public var defaultErrnoRet: UInt32?
  public var architectures: [Architecture] = []
  public var flags: [Flag] = []
  public var listenerPath: String?
  public var listenerMetadata: String?
  public var syscalls: [SyscallRule] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("defaultAction", &defaultAction)
    try properties.optional("defaultErrnoRet", &defaultErrnoRet)
    try properties.optional("architectures", &architectures)
    try properties.optional("flags", &flags)
    try properties.optional("listenerPath", &listenerPath)
    try properties.optional("listenerMetadata", &listenerMetadata)
    try properties.optional("syscalls", &syscalls)
  }
}

/// What is done about some system calls, where all comparisons of their arguments hold.
public struct SyscallRule: Record {
  public struct Comparison: Record {
    public enum Operator: String, JSONWord {
      case notEqual = "SCMP_CMP_NE"
      case less = "SCMP_CMP_LT"
      case lessOrEqual = "SCMP_CMP_LE"
      case equal = "SCMP_CMP_EQ"
      case greaterOrEqual = "SCMP_CMP_GE"
      case greater = "SCMP_CMP_GT"
      case maskedEqual = "SCMP_CMP_MASKED_EQ"
    }

    public var index: UInt32 = 0
    /// Of a masked comparison the mask.
    public var value: UInt64 = 0
    public var valueTwo: UInt64?
    public var op = Operator.equal

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("index", &index)
      try properties.required("value", &value)
      try properties.optional("valueTwo", &valueTwo)
      try properties.required("op", &op)
    }
  }

  public var names: [String] = []
  public var action = Seccomp.Action.allow
  public var errnoRet: UInt32?
  public var args: [Comparison] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("names", &names)
    try properties.required("action", &action)
    try properties.optional("errnoRet", &errnoRet)
    try properties.optional("args", &args)
  }
}
