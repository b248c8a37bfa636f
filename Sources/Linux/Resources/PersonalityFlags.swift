import CLinux

/// What personality(2) takes beside a domain.
public struct PersonalityFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// uname tells a 2.6 release.
  public static let uname26 = PersonalityFlags(rawValue: UInt32(LINUX_UNAME26))
  /// No randomised addresses.
  public static let addrNoRandomize = PersonalityFlags(rawValue: UInt32(LINUX_ADDR_NO_RANDOMIZE))
  public static let fdpicFuncPtrs = PersonalityFlags(rawValue: UInt32(LINUX_FDPIC_FUNCPTRS))
  /// Page 0 is mapped.
  public static let mmapPageZero = PersonalityFlags(rawValue: UInt32(LINUX_MMAP_PAGE_ZERO))
  public static let addrCompatLayout = PersonalityFlags(rawValue: UInt32(LINUX_ADDR_COMPAT_LAYOUT))
  /// What is readable is executable.
  public static let readImpliesExec = PersonalityFlags(rawValue: UInt32(LINUX_READ_IMPLIES_EXEC))
  public static let addrLimit32Bit = PersonalityFlags(rawValue: UInt32(LINUX_ADDR_LIMIT_32BIT))
  public static let shortInode = PersonalityFlags(rawValue: UInt32(LINUX_SHORT_INODE))
  public static let wholeSeconds = PersonalityFlags(rawValue: UInt32(LINUX_WHOLE_SECONDS))
  public static let stickyTimeouts = PersonalityFlags(rawValue: UInt32(LINUX_STICKY_TIMEOUTS))
  public static let addrLimit3GB = PersonalityFlags(rawValue: UInt32(LINUX_ADDR_LIMIT_3GB))

  public static var names: [(flag: PersonalityFlags, name: String)] {
    [
      (.uname26, "UNAME26"),
      (.addrNoRandomize, "ADDR_NO_RANDOMIZE"),
      (.fdpicFuncPtrs, "FDPIC_FUNCPTRS"),
      (.mmapPageZero, "MMAP_PAGE_ZERO"),
      (.addrCompatLayout, "ADDR_COMPAT_LAYOUT"),
      (.readImpliesExec, "READ_IMPLIES_EXEC"),
      (.addrLimit32Bit, "ADDR_LIMIT_32BIT"),
      (.shortInode, "SHORT_INODE"),
      (.wholeSeconds, "WHOLE_SECONDS"),
      (.stickyTimeouts, "STICKY_TIMEOUTS"),
      (.addrLimit3GB, "ADDR_LIMIT_3GB"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension PersonalityFlags {
  @available(*, unavailable, renamed: "uname26")
  public static var UNAME26: PersonalityFlags { .uname26 }
  @available(*, unavailable, renamed: "addrNoRandomize")
  public static var ADDR_NO_RANDOMIZE: PersonalityFlags { .addrNoRandomize }
  @available(*, unavailable, renamed: "fdpicFuncPtrs")
  public static var FDPIC_FUNCPTRS: PersonalityFlags { .fdpicFuncPtrs }
  @available(*, unavailable, renamed: "mmapPageZero")
  public static var MMAP_PAGE_ZERO: PersonalityFlags { .mmapPageZero }
  @available(*, unavailable, renamed: "addrCompatLayout")
  public static var ADDR_COMPAT_LAYOUT: PersonalityFlags { .addrCompatLayout }
  @available(*, unavailable, renamed: "readImpliesExec")
  public static var READ_IMPLIES_EXEC: PersonalityFlags { .readImpliesExec }
  @available(*, unavailable, renamed: "addrLimit32Bit")
  public static var ADDR_LIMIT_32BIT: PersonalityFlags { .addrLimit32Bit }
  @available(*, unavailable, renamed: "shortInode")
  public static var SHORT_INODE: PersonalityFlags { .shortInode }
  @available(*, unavailable, renamed: "wholeSeconds")
  public static var WHOLE_SECONDS: PersonalityFlags { .wholeSeconds }
  @available(*, unavailable, renamed: "stickyTimeouts")
  public static var STICKY_TIMEOUTS: PersonalityFlags { .stickyTimeouts }
  @available(*, unavailable, renamed: "addrLimit3GB")
  public static var ADDR_LIMIT_3GB: PersonalityFlags { .addrLimit3GB }
}
