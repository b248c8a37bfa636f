import CLinux

/// What memfd_create(2) takes. The descriptor is close-on-exec in any case.
public struct MemfdFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  public static let allowSealing = MemfdFlags(rawValue: UInt32(LINUX_MFD_ALLOW_SEALING))
  /// In huge pages.
  public static let hugeTLB = MemfdFlags(rawValue: UInt32(LINUX_MFD_HUGETLB))
  /// Not executable, and sealed so; allows sealing. Linux 6.3.
  public static let noExecSeal = MemfdFlags(rawValue: UInt32(LINUX_MFD_NOEXEC_SEAL))
  /// Executable. Linux 6.3.
  public static let exec = MemfdFlags(rawValue: UInt32(LINUX_MFD_EXEC))

  public static var names: [(flag: MemfdFlags, name: String)] {
    [
      (.allowSealing, "MFD_ALLOW_SEALING"),
      (.hugeTLB, "MFD_HUGETLB"),
      (.noExecSeal, "MFD_NOEXEC_SEAL"),
      (.exec, "MFD_EXEC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension MemfdFlags {
  @available(*, unavailable, renamed: "allowSealing")
  public static var MFD_ALLOW_SEALING: MemfdFlags { .allowSealing }
  @available(*, unavailable, renamed: "hugeTLB")
  public static var MFD_HUGETLB: MemfdFlags { .hugeTLB }
  @available(*, unavailable, renamed: "noExecSeal")
  public static var MFD_NOEXEC_SEAL: MemfdFlags { .noExecSeal }
  @available(*, unavailable, renamed: "exec")
  public static var MFD_EXEC: MemfdFlags { .exec }
}

/// What can no longer be done with a file of memfd_create(2).
public struct Seals: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Add seals.
  public static let seal = Seals(rawValue: Int32(LINUX_F_SEAL_SEAL))
  /// Make it shorter.
  public static let shrink = Seals(rawValue: Int32(LINUX_F_SEAL_SHRINK))
  /// Make it longer.
  public static let grow = Seals(rawValue: Int32(LINUX_F_SEAL_GROW))
  /// Write. EBUSY while it is mapped for writing and shared.
  public static let write = Seals(rawValue: Int32(LINUX_F_SEAL_WRITE))
  /// Write, but through mappings that exist. Linux 5.1.
  public static let futureWrite = Seals(rawValue: Int32(LINUX_F_SEAL_FUTURE_WRITE))
  /// Change the bits that make it executable. Linux 6.3.
  public static let exec = Seals(rawValue: Int32(LINUX_F_SEAL_EXEC))

  public static var names: [(flag: Seals, name: String)] {
    [
      (.seal, "F_SEAL_SEAL"),
      (.shrink, "F_SEAL_SHRINK"),
      (.grow, "F_SEAL_GROW"),
      (.write, "F_SEAL_WRITE"),
      (.futureWrite, "F_SEAL_FUTURE_WRITE"),
      (.exec, "F_SEAL_EXEC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension Seals {
  @available(*, unavailable, renamed: "seal")
  public static var F_SEAL_SEAL: Seals { .seal }
  @available(*, unavailable, renamed: "shrink")
  public static var F_SEAL_SHRINK: Seals { .shrink }
  @available(*, unavailable, renamed: "grow")
  public static var F_SEAL_GROW: Seals { .grow }
  @available(*, unavailable, renamed: "write")
  public static var F_SEAL_WRITE: Seals { .write }
  @available(*, unavailable, renamed: "futureWrite")
  public static var F_SEAL_FUTURE_WRITE: Seals { .futureWrite }
  @available(*, unavailable, renamed: "exec")
  public static var F_SEAL_EXEC: Seals { .exec }
}
