import CLinux
import SystemPackage

/// The three sets that capget(2) and capset(2) know. The bounding and ambient sets are prctl's.
public struct CapabilitySets: Hashable, Sendable {
  /// What the kernel checks.
  public var effective: CapabilitySet
  /// What may become effective.
  public var permitted: CapabilitySet
  /// What stays permitted across exec of a file that has it in its own inheritable set.
  public var inheritable: CapabilitySet

  public init(
    effective: CapabilitySet = [], permitted: CapabilitySet = [], inheritable: CapabilitySet = []
  ) {
    self.effective = effective
    self.permitted = permitted
    self.inheritable = inheritable
  }
}

/// capget(&header, data)
///
/// - Parameter pid: a thread; 0 for the calling one.
/// - Throws: ESRCH; EINVAL for a negative pid.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/capget.2.html>
public func capget(_ pid: ProcessID = 0) throws(SystemCallError) -> CapabilitySets {
  var header = clinux_cap_header(version: UInt32(LINUX__LINUX_CAPABILITY_VERSION_3), pid: pid)
  var data = (clinux_cap_data(), clinux_cap_data())
  let result = withUnsafeMutablePointer(to: &header) { header in
    withUnsafeMutablePointer(to: &data) { data in systemCall(__NR_capget, address(header), address(data)) }
  }
  try check(result, "capget", ["pid": pid])
  func join(_ field: KeyPath<clinux_cap_data, UInt32>) -> CapabilitySet {
    CapabilitySet(rawValue: UInt64(data.0[keyPath: field]) | UInt64(data.1[keyPath: field]) << 32)
  }
  return CapabilitySets(
    effective: join(\.effective), permitted: join(\.permitted), inheritable: join(\.inheritable))
}

/// capset(&header, data)
///
/// Sets the three sets of the calling thread. Capabilities that this kernel doesn't have are left out in silence.
///
///     var sets = try capget()
///     sets.effective.remove(.sysAdmin)
///     try capset(sets)
///
/// - Throws: EPERM for a permitted set that grows, for an effective one beyond the permitted, and for an inheritable
///   one beyond what is inheritable, permitted (without CAP_SETPCAP) or in the bounding set.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/capget.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func capset(_ sets: CapabilitySets) throws(SystemCallError) {
  func part(_ shift: UInt64) -> clinux_cap_data {
    clinux_cap_data(
      effective: UInt32(truncatingIfNeeded: sets.effective.rawValue >> shift),
      permitted: UInt32(truncatingIfNeeded: sets.permitted.rawValue >> shift),
      inheritable: UInt32(truncatingIfNeeded: sets.inheritable.rawValue >> shift))
  }
  var header = clinux_cap_header(version: UInt32(LINUX__LINUX_CAPABILITY_VERSION_3), pid: 0)
  var data = (part(0), part(32))
  let result = withUnsafeMutablePointer(to: &header) { header in
    withUnsafeMutablePointer(to: &data) { data in systemCall(__NR_capset, address(header), address(data)) }
  }
  try check(
    result, "capset",
    ["effective": sets.effective, "permitted": sets.permitted, "inheritable": sets.inheritable])
}

/// The highest capability of the running kernel: from /proc/sys/kernel/cap_last_cap, and without /proc by asking
/// the kernel for each.
public func lastCapability() -> Capability {
  if let text = try? readFile("/proc/sys/kernel/cap_last_cap"),
    let number = Int32(text.prefix { $0 != "\n" })
  {
    return Capability(rawValue: number)
  }
  return probeLastCapability()
}

/// PR_CAPBSET_READ gives EINVAL for a capability that the kernel doesn't know.
package func probeLastCapability() -> Capability {
  var last: Int32 = -1
  while last < 63, systemCall(__NR_prctl, LINUX_PR_CAPBSET_READ, Int(last + 1)) >= 0 { last += 1 }
  return Capability(rawValue: last)
}
