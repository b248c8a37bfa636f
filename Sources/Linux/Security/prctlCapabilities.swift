import CLinux
import SystemPackage

@available(*, noasync, message: "acts on the calling thread only")
extension Prctl {
  /// prctl(PR_CAPBSET_READ, capability)
  ///
  /// - Returns: whether the bounding set has it.
  /// - Throws: EINVAL for a capability that the kernel doesn't know.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_capbset_read.2const.html>
  public static func capBSetRead(_ capability: Capability) throws(SystemCallError) -> Bool {
    try prctlOption(
      LINUX_PR_CAPBSET_READ, "PR_CAPBSET_READ", Int(capability.rawValue), shows: capability) != 0
  }

  /// prctl(PR_CAPBSET_DROP, capability)
  ///
  /// Takes it out of the bounding set, for ever: no exec gives it any more. The permitted set keeps what it has.
  ///
  /// - Throws: EPERM without CAP_SETPCAP; EINVAL for a capability that the kernel doesn't know.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_capbset_drop.2const.html>
  public static func capBSetDrop(_ capability: Capability) throws(SystemCallError) {
    try prctlOption(LINUX_PR_CAPBSET_DROP, "PR_CAPBSET_DROP", Int(capability.rawValue), shows: capability)
  }

  /// The whole bounding set: PR_CAPBSET_READ for each capability that the kernel knows.
  public static func boundingSet() -> CapabilitySet {
    collect { systemCall(__NR_prctl, LINUX_PR_CAPBSET_READ, $0) }
  }

  /// prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0)
  ///
  /// - Throws: EINVAL for a capability that the kernel doesn't know.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_cap_ambient.2const.html>
  public static func capAmbientIsSet(_ capability: Capability) throws(SystemCallError) -> Bool {
    try ambient(LINUX_PR_CAP_AMBIENT_IS_SET, "PR_CAP_AMBIENT_IS_SET", capability) != 0
  }

  /// prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
  ///
  /// The capability stays permitted and effective across exec of a file without capabilities. It must be permitted
  /// and inheritable.
  ///
  /// - Throws: EPERM where it is not permitted or not inheritable, and with SECBIT_NO_CAP_AMBIENT_RAISE; EINVAL for
  ///   a capability that the kernel doesn't know.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_cap_ambient.2const.html>
  public static func capAmbientRaise(_ capability: Capability) throws(SystemCallError) {
    try ambient(LINUX_PR_CAP_AMBIENT_RAISE, "PR_CAP_AMBIENT_RAISE", capability)
  }

  /// prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_LOWER, capability, 0, 0)
  ///
  /// - Throws: EINVAL for a capability that the kernel doesn't know.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_cap_ambient.2const.html>
  public static func capAmbientLower(_ capability: Capability) throws(SystemCallError) {
    try ambient(LINUX_PR_CAP_AMBIENT_LOWER, "PR_CAP_AMBIENT_LOWER", capability)
  }

  /// prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
  ///
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_cap_ambient.2const.html>
  public static func capAmbientClearAll() throws(SystemCallError) {
    try ambient(LINUX_PR_CAP_AMBIENT_CLEAR_ALL, "PR_CAP_AMBIENT_CLEAR_ALL", nil)
  }

  /// The whole ambient set: PR_CAP_AMBIENT_IS_SET for each capability that the kernel knows.
  public static func ambientSet() -> CapabilitySet {
    collect { systemCall(__NR_prctl, LINUX_PR_CAP_AMBIENT, LINUX_PR_CAP_AMBIENT_IS_SET, $0) }
  }

  /// prctl(PR_SET_KEEPCAPS, on)
  ///
  /// The permitted set survives the change of all user IDs away from 0. Cleared by exec.
  ///
  /// - Throws: EPERM with SECBIT_KEEP_CAPS_LOCKED.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_keepcaps.2const.html>
  public static func setKeepCaps(_ on: Bool) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_KEEPCAPS, "PR_SET_KEEPCAPS", on ? 1 : 0, shows: on ? 1 : 0)
  }

  /// prctl(PR_GET_KEEPCAPS)
  public static func getKeepCaps() throws(SystemCallError) -> Bool {
    try prctlOption(LINUX_PR_GET_KEEPCAPS, "PR_GET_KEEPCAPS") != 0
  }

  /// prctl(PR_SET_SECUREBITS, bits)
  ///
  /// - Throws: EPERM without CAP_SETPCAP, for a change of a locked bit, and for unknown bits.
  /// - SeeAlso: <https://man7.org/linux/man-pages/man2/pr_set_securebits.2const.html>
  public static func setSecureBits(_ bits: SecureBits) throws(SystemCallError) {
    try prctlOption(LINUX_PR_SET_SECUREBITS, "PR_SET_SECUREBITS", Int(bits.rawValue), shows: bits)
  }

  /// prctl(PR_GET_SECUREBITS)
  public static func getSecureBits() throws(SystemCallError) -> SecureBits {
    SecureBits(rawValue: Int32(try prctlOption(LINUX_PR_GET_SECUREBITS, "PR_GET_SECUREBITS")))
  }

  @discardableResult
  private static func ambient(_ operation: Int, _ name: StaticString, _ capability: Capability?)
    throws(SystemCallError) -> Int
  {
    let result = systemCall(__NR_prctl, LINUX_PR_CAP_AMBIENT, operation, Int(capability?.rawValue ?? 0))
    return try check(
      result, "prctl",
      ["option": "PR_CAP_AMBIENT" as StaticString, "operation": name, "capability": capability ?? 0])
  }

  /// Every capability that `ask` answers with 1, up to the first that the kernel doesn't know.
  private static func collect(_ ask: (Int) -> Int) -> CapabilitySet {
    var set = CapabilitySet()
    for number in 0..<64 {
      let answer = ask(number)
      if answer < 0 { break }
      if answer > 0 { set.insert(Capability(rawValue: Int32(number))) }
    }
    return set
  }
}
