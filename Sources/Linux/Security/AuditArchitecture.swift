import CLinux

/// A calling convention, as a seccomp filter sees it: system call numbers mean nothing without it, since a 64-bit
/// process may make 32-bit calls.
public struct AuditArchitecture: NamedValue {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Of the x32 calls too, whose numbers have bit 30.
  public static let x86_64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_X86_64))
  public static let i386 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_I386))
  public static let aarch64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_AARCH64))
  public static let arm = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_ARM))
  public static let riscv64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_RISCV64))
  public static let s390x = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_S390X))
  public static let s390 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_S390))
  public static let ppc64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_PPC64))
  public static let ppc64le = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_PPC64LE))
  public static let mips = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPS))
  public static let mipsel = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPSEL))
  public static let mips64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPS64))
  public static let mips64n32 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPS64N32))
  public static let mipsel64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPSEL64))
  public static let mipsel64n32 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_MIPSEL64N32))
  public static let parisc = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_PARISC))
  public static let parisc64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_PARISC64))
  public static let loongarch64 = AuditArchitecture(rawValue: UInt32(LINUX_AUDIT_ARCH_LOONGARCH64))

  public static var names: [(value: AuditArchitecture, name: String)] {
    [
      (.x86_64, "AUDIT_ARCH_X86_64"),
      (.i386, "AUDIT_ARCH_I386"),
      (.aarch64, "AUDIT_ARCH_AARCH64"),
      (.arm, "AUDIT_ARCH_ARM"),
      (.riscv64, "AUDIT_ARCH_RISCV64"),
      (.s390x, "AUDIT_ARCH_S390X"),
      (.s390, "AUDIT_ARCH_S390"),
      (.ppc64, "AUDIT_ARCH_PPC64"),
      (.ppc64le, "AUDIT_ARCH_PPC64LE"),
      (.mips, "AUDIT_ARCH_MIPS"),
      (.mipsel, "AUDIT_ARCH_MIPSEL"),
      (.mips64, "AUDIT_ARCH_MIPS64"),
      (.mips64n32, "AUDIT_ARCH_MIPS64N32"),
      (.mipsel64, "AUDIT_ARCH_MIPSEL64"),
      (.mipsel64n32, "AUDIT_ARCH_MIPSEL64N32"),
      (.parisc, "AUDIT_ARCH_PARISC"),
      (.parisc64, "AUDIT_ARCH_PARISC64"),
      (.loongarch64, "AUDIT_ARCH_LOONGARCH64"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension AuditArchitecture {
  @available(*, unavailable, renamed: "x86_64")
  public static var AUDIT_ARCH_X86_64: AuditArchitecture { .x86_64 }
  @available(*, unavailable, renamed: "i386")
  public static var AUDIT_ARCH_I386: AuditArchitecture { .i386 }
  @available(*, unavailable, renamed: "aarch64")
  public static var AUDIT_ARCH_AARCH64: AuditArchitecture { .aarch64 }
  @available(*, unavailable, renamed: "arm")
  public static var AUDIT_ARCH_ARM: AuditArchitecture { .arm }
  @available(*, unavailable, renamed: "riscv64")
  public static var AUDIT_ARCH_RISCV64: AuditArchitecture { .riscv64 }
  @available(*, unavailable, renamed: "s390x")
  public static var AUDIT_ARCH_S390X: AuditArchitecture { .s390x }
  @available(*, unavailable, renamed: "s390")
  public static var AUDIT_ARCH_S390: AuditArchitecture { .s390 }
  @available(*, unavailable, renamed: "ppc64")
  public static var AUDIT_ARCH_PPC64: AuditArchitecture { .ppc64 }
  @available(*, unavailable, renamed: "ppc64le")
  public static var AUDIT_ARCH_PPC64LE: AuditArchitecture { .ppc64le }
  @available(*, unavailable, renamed: "mips")
  public static var AUDIT_ARCH_MIPS: AuditArchitecture { .mips }
  @available(*, unavailable, renamed: "mipsel")
  public static var AUDIT_ARCH_MIPSEL: AuditArchitecture { .mipsel }
  @available(*, unavailable, renamed: "mips64")
  public static var AUDIT_ARCH_MIPS64: AuditArchitecture { .mips64 }
  @available(*, unavailable, renamed: "mips64n32")
  public static var AUDIT_ARCH_MIPS64N32: AuditArchitecture { .mips64n32 }
  @available(*, unavailable, renamed: "mipsel64")
  public static var AUDIT_ARCH_MIPSEL64: AuditArchitecture { .mipsel64 }
  @available(*, unavailable, renamed: "mipsel64n32")
  public static var AUDIT_ARCH_MIPSEL64N32: AuditArchitecture { .mipsel64n32 }
  @available(*, unavailable, renamed: "parisc")
  public static var AUDIT_ARCH_PARISC: AuditArchitecture { .parisc }
  @available(*, unavailable, renamed: "parisc64")
  public static var AUDIT_ARCH_PARISC64: AuditArchitecture { .parisc64 }
  @available(*, unavailable, renamed: "loongarch64")
  public static var AUDIT_ARCH_LOONGARCH64: AuditArchitecture { .loongarch64 }
}

extension AuditArchitecture {
  /// What this program was compiled for.
  public static var native: AuditArchitecture {
    #if arch(x86_64)
      .x86_64
    #elseif arch(arm64)
      .aarch64
    #else
      #error("the audit architecture of this processor is missing here")
    #endif
  }
}
