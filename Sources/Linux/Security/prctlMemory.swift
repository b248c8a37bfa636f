import CLinux
import SystemPackage

/// Whether a process leaves a core dump, and whether others of the same user may trace it and open its /proc files.
public struct Dumpable: NamedValue {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// No core dump; /proc/PID belongs to root.
  public static let disabled = Dumpable(rawValue: 0)
  public static let enabled = Dumpable(rawValue: 1)
  /// A core dump that only root can read. Given by the kernel, never set.
  public static let rootOnly = Dumpable(rawValue: 2)

  /// The kernel's own words for them, which no header exports.
  public static var names: [(value: Dumpable, name: String)] {
    [(.disabled, "SUID_DUMP_DISABLE"), (.enabled, "SUID_DUMP_USER"), (.rootOnly, "SUID_DUMP_ROOT")]
  }
}

// Whoever types the C name gets a fix-it.
extension Dumpable {
  @available(*, unavailable, renamed: "disabled")
  public static var SUID_DUMP_DISABLE: Dumpable { .disabled }
  @available(*, unavailable, renamed: "enabled")
  public static var SUID_DUMP_USER: Dumpable { .enabled }
  @available(*, unavailable, renamed: "rootOnly")
  public static var SUID_DUMP_ROOT: Dumpable { .rootOnly }
}

/// What PR_SET_MDWE takes.
public struct MemoryDenyFlags: NamedFlags {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// No memory becomes executable that wasn't so when it was mapped.
  public static let refuseExecGain = MemoryDenyFlags(rawValue: Int32(LINUX_PR_MDWE_REFUSE_EXEC_GAIN))
  /// Children don't inherit it. Linux 6.6.
  public static let noInherit = MemoryDenyFlags(rawValue: Int32(LINUX_PR_MDWE_NO_INHERIT))

  public static var names: [(flag: MemoryDenyFlags, name: String)] {
    [(.refuseExecGain, "PR_MDWE_REFUSE_EXEC_GAIN"), (.noInherit, "PR_MDWE_NO_INHERIT")]
  }
}

// Whoever types the C name gets a fix-it.
extension MemoryDenyFlags {
  @available(*, unavailable, renamed: "refuseExecGain")
  public static var PR_MDWE_REFUSE_EXEC_GAIN: MemoryDenyFlags { .refuseExecGain }
  @available(*, unavailable, renamed: "noInherit")
  public static var PR_MDWE_NO_INHERIT: MemoryDenyFlags { .noInherit }
}

@available(*, noasync, message: "for one thread or process, which a task doesn't choose")
extension Prctl {
  /// prctl(PR_SET_DUMPABLE, dumpable)
  ///
  /// For the whole process. The kernel resets it at setresuid, and at exec of a file that gives rights.
  ///
  /// - Throws: EINVAL for anything but `disabled` and `enabled`.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_dumpable.2const.html>
  public static func setDumpable(_ dumpable: Dumpable) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_DUMPABLE, "PR_SET_DUMPABLE", Int(dumpable.rawValue), shows: dumpable)
  }

  /// prctl(PR_GET_DUMPABLE)
  public static func getDumpable() throws(SystemCallError) -> Dumpable {
    Dumpable(rawValue: Int32(try prctlOption(LINUX_PR_GET_DUMPABLE, "PR_GET_DUMPABLE")))
  }

  /// prctl(PR_SET_THP_DISABLE, on, 0, 0, 0)
  ///
  /// No transparent huge pages for the process.
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_thp_disable.2const.html>
  public static func setTHPDisable(_ on: Bool) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_THP_DISABLE, "PR_SET_THP_DISABLE", on ? 1 : 0)
  }

  /// prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0)
  public static func getTHPDisable() throws(SystemCallError) -> Bool {
    try prctlOption(LINUX_PR_GET_THP_DISABLE, "PR_GET_THP_DISABLE") != 0
  }

  /// prctl(PR_SET_MEMORY_MERGE, on, 0, 0, 0)
  ///
  /// The kernel may merge the process's equal pages with others (KSM). Linux 6.4.
  ///
  /// - Throws: EINVAL on an older kernel, and on one without CONFIG_KSM.
  /// - SeeAlso: <https://docs.kernel.org/admin-guide/mm/ksm.html>
  public static func setMemoryMerge(_ on: Bool) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_MEMORY_MERGE, "PR_SET_MEMORY_MERGE", on ? 1 : 0, shows: on ? 1 : 0)
  }

  /// prctl(PR_GET_MEMORY_MERGE, 0, 0, 0, 0)
  public static func getMemoryMerge() throws(SystemCallError) -> Bool {
    try prctlOption(LINUX_PR_GET_MEMORY_MERGE, "PR_GET_MEMORY_MERGE") != 0
  }

  /// prctl(PR_SET_MDWE, flags, 0, 0, 0)
  ///
  /// Memory-deny-write-execute: for the process, for ever. Linux 6.3.
  ///
  /// - Throws: EPERM for a flag that is to be taken back; EINVAL for `noInherit` alone, and on an older kernel.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_mdwe.2const.html>
  public static func setMDWE(_ flags: MemoryDenyFlags) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_MDWE, "PR_SET_MDWE", Int(flags.rawValue), shows: flags)
  }

  /// prctl(PR_GET_MDWE, 0, 0, 0, 0)
  public static func getMDWE() throws(SystemCallError) -> MemoryDenyFlags {
    MemoryDenyFlags(rawValue: Int32(try prctlOption(LINUX_PR_GET_MDWE, "PR_GET_MDWE")))
  }

  /// prctl(PR_SET_IO_FLUSHER, on, 0, 0, 0)
  ///
  /// The thread serves block I/O or a filesystem: its own allocations must not wait for that. Linux 5.6.
  ///
  /// - Throws: EPERM without CAP_SYS_RESOURCE.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_io_flusher.2const.html>
  public static func setIOFlusher(_ on: Bool) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_IO_FLUSHER, "PR_SET_IO_FLUSHER", on ? 1 : 0, shows: on ? 1 : 0)
  }

  /// prctl(PR_GET_IO_FLUSHER, 0, 0, 0, 0)
  ///
  /// - Throws: EPERM without CAP_SYS_RESOURCE.
  public static func getIOFlusher() throws(SystemCallError) -> Bool {
    try prctlOption(LINUX_PR_GET_IO_FLUSHER, "PR_GET_IO_FLUSHER") != 0
  }

  /// prctl(PR_SET_SPECULATION_CTRL, feature, control, 0, 0)
  ///
  /// - Parameter control: one of `enable`, `disable`, `forceDisable`, `disableNoExec`.
  /// - Throws: ENXIO where the kernel offers no choice; EPERM after `forceDisable`, and where the boot options forbid
  ///   it; ERANGE for another control; ENODEV for an unknown feature.
  /// - SeeAlso: <https://docs.kernel.org/userspace-api/spec_ctrl.html>
  public static func setSpeculationCtrl(_ feature: SpeculationFeature, _ control: SpeculationControl)
    throws(SystemCallError)
  {
    let name: StaticString = "PR_SET_SPECULATION_CTRL"
    try prctlOption(
      LINUX_PR_SET_SPECULATION_CTRL, name, Int(feature.rawValue), Int(control.rawValue), shows: feature)
  }

  /// prctl(PR_GET_SPECULATION_CTRL, feature, 0, 0, 0)
  ///
  /// - Throws: ENODEV for an unknown feature.
  public static func getSpeculationCtrl(_ feature: SpeculationFeature)
    throws(SystemCallError) -> SpeculationControl
  {
    let name: StaticString = "PR_GET_SPECULATION_CTRL"
    return SpeculationControl(
      rawValue: Int32(
        try prctlOption(LINUX_PR_GET_SPECULATION_CTRL, name, Int(feature.rawValue), shows: feature)))
  }
}
