import CLinux

/// What PR_GET_SPECULATION_CTRL tells and PR_SET_SPECULATION_CTRL takes. Empty: the processor isn't affected.
///
/// - SeeAlso: <https://docs.kernel.org/userspace-api/spec_ctrl.html>
public struct SpeculationControl: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// It can be set for each thread.
  public static let prctl = SpeculationControl(rawValue: Int32(LINUX_PR_SPEC_PRCTL))
  /// The processor speculates: fast.
  public static let enable = SpeculationControl(rawValue: Int32(LINUX_PR_SPEC_ENABLE))
  /// It doesn't.
  public static let disable = SpeculationControl(rawValue: Int32(LINUX_PR_SPEC_DISABLE))
  /// It doesn't, and never will again.
  public static let forceDisable = SpeculationControl(rawValue: Int32(LINUX_PR_SPEC_FORCE_DISABLE))
  /// It doesn't until the next exec. Store bypass only.
  public static let disableNoExec = SpeculationControl(rawValue: Int32(LINUX_PR_SPEC_DISABLE_NOEXEC))

  public static var names: [(flag: SpeculationControl, name: String)] {
    [
      (.prctl, "PR_SPEC_PRCTL"),
      (.enable, "PR_SPEC_ENABLE"),
      (.disable, "PR_SPEC_DISABLE"),
      (.forceDisable, "PR_SPEC_FORCE_DISABLE"),
      (.disableNoExec, "PR_SPEC_DISABLE_NOEXEC"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SpeculationControl {
  @available(*, unavailable, renamed: "prctl")
  public static var PR_SPEC_PRCTL: SpeculationControl { .prctl }
  @available(*, unavailable, renamed: "enable")
  public static var PR_SPEC_ENABLE: SpeculationControl { .enable }
  @available(*, unavailable, renamed: "disable")
  public static var PR_SPEC_DISABLE: SpeculationControl { .disable }
  @available(*, unavailable, renamed: "forceDisable")
  public static var PR_SPEC_FORCE_DISABLE: SpeculationControl { .forceDisable }
  @available(*, unavailable, renamed: "disableNoExec")
  public static var PR_SPEC_DISABLE_NOEXEC: SpeculationControl { .disableNoExec }
}

/// A feature of the processor that leaks what it guesses.
public struct SpeculationFeature: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Speculative store bypass (Spectre v4).
  public static let storeBypass = SpeculationFeature(rawValue: Int32(LINUX_PR_SPEC_STORE_BYPASS))
  /// Indirect branches (Spectre v2 between user processes).
  public static let indirectBranch = SpeculationFeature(rawValue: Int32(LINUX_PR_SPEC_INDIRECT_BRANCH))
  /// Flush the level 1 data cache when the thread leaves the processor; here `enable` is the safe value.
  public static let l1dFlush = SpeculationFeature(rawValue: Int32(LINUX_PR_SPEC_L1D_FLUSH))

  public static var names: [(value: SpeculationFeature, name: String)] {
    [
      (.storeBypass, "PR_SPEC_STORE_BYPASS"),
      (.indirectBranch, "PR_SPEC_INDIRECT_BRANCH"),
      (.l1dFlush, "PR_SPEC_L1D_FLUSH"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension SpeculationFeature {
  @available(*, unavailable, renamed: "storeBypass")
  public static var PR_SPEC_STORE_BYPASS: SpeculationFeature { .storeBypass }
  @available(*, unavailable, renamed: "indirectBranch")
  public static var PR_SPEC_INDIRECT_BRANCH: SpeculationFeature { .indirectBranch }
  @available(*, unavailable, renamed: "l1dFlush")
  public static var PR_SPEC_L1D_FLUSH: SpeculationFeature { .l1dFlush }
}
