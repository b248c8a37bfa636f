import CLinux

/// A limit: the kernel holds the process to `soft`, which the process may set itself up to `hard`.
/// The unit is the resource's. nil is RLIM_INFINITY.
public struct ResourceLimit: Hashable, Sendable, CustomStringConvertible {
  public var soft: UInt64?
  public var hard: UInt64?

  public init(soft: UInt64?, hard: UInt64?) {
    self.soft = soft
    self.hard = hard
  }

  /// "1024:unlimited", as ulimit and systemd write it.
  public var description: String {
    func text(_ value: UInt64?) -> String { value.map { "\($0)" } ?? "unlimited" }
    return "\(text(soft)):\(text(hard))"
  }
}

/// prlimit(pid, resource, &new_limit, &old_limit)
///
/// Sets a limit, or with nil asks for it.
///
///     let child = try fork { try exec(["sleep", "100"]) }
///     try prlimit(child, .nofile, ResourceLimit(soft: 1024, hard: 4096))
///
/// - Parameter pid: 0 for the caller.
/// - Returns: the limit as it was before.
/// - Throws: EPERM for a higher hard limit without CAP_SYS_RESOURCE, and for another user's process; EINVAL where
///   `soft` is above `hard`, and for an unknown resource; ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/prlimit.2.html>
@discardableResult
public func prlimit(_ pid: ProcessID, _ resource: Resource, _ newLimit: ResourceLimit? = nil)
  throws(SystemCallError) -> ResourceLimit
{
  var new = clinux_rlimit64(rlim_cur: newLimit?.soft ?? .max, rlim_max: newLimit?.hard ?? .max)
  var old = clinux_rlimit64()
  let result = withUnsafeMutablePointer(to: &new) { new in
    withUnsafeMutablePointer(to: &old) { old in
      let given = newLimit == nil ? 0 : address(new)
      return systemCall(__NR_prlimit64, Int(pid), Int(resource.rawValue), given, address(old))
    }
  }
  try check(result, "prlimit", ["pid": pid, "resource": resource, "new_limit": newLimit])
  func finite(_ value: UInt64) -> UInt64? { value == .max ? nil : value }
  return ResourceLimit(soft: finite(old.rlim_cur), hard: finite(old.rlim_max))
}
