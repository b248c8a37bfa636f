import CLinux
import SystemPackage

/// How a thread is scheduled: struct sched_attr.
public struct SchedulingAttributes: Hashable, Sendable {
  public var policy: SchedulingPolicy
  public var flags: SchedulingFlags
  /// -20 to 19; of `normal` and `batch`.
  public var nice: Int32
  /// 1 to 99; of `fifo` and `rr`.
  public var priority: UInt32
  /// Nanoseconds, as the next two; of `deadline`. For other policies it is the length of a slice.
  public var runtime: UInt64
  public var deadline: UInt64
  /// 0 is the same as the deadline.
  public var period: UInt64
  /// 0 to 1024, with the flag `utilClampMin`.
  public var utilMin: UInt32
  /// 0 to 1024, with the flag `utilClampMax`.
  public var utilMax: UInt32

  public init(
    policy: SchedulingPolicy = .normal, flags: SchedulingFlags = [], nice: Int32 = 0, priority: UInt32 = 0,
    runtime: UInt64 = 0, deadline: UInt64 = 0, period: UInt64 = 0, utilMin: UInt32 = 0, utilMax: UInt32 = 0
  ) {
    self.policy = policy
    self.flags = flags
    self.nice = nice
    self.priority = priority
    self.runtime = runtime
    self.deadline = deadline
    self.period = period
    self.utilMin = utilMin
    self.utilMax = utilMax
  }
}

/// sched_setattr(pid, &attr, 0)
///
///     try sched_setattr(0, SchedulingAttributes(policy: .fifo, priority: 10))
///
/// - Parameter pid: a thread; 0 for the calling one.
/// - Throws: EPERM without CAP_SYS_NICE for a real-time or deadline policy, and for a lower nice value, beyond the
///   resource limits `rtprio` and `nice`; EBUSY where the processors have no time left for a deadline; EINVAL, E2BIG,
///   ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sched_setattr.2.html>
public func sched_setattr(_ pid: ProcessID, _ attributes: SchedulingAttributes) throws(SystemCallError) {
  // An old kernel takes the longer structure while its unknown end is zero.
  var attr = clinux_sched_attr(
    size: UInt32(MemoryLayout<clinux_sched_attr>.size), sched_policy: attributes.policy.rawValue,
    sched_flags: attributes.flags.rawValue, sched_nice: attributes.nice, sched_priority: attributes.priority,
    sched_runtime: attributes.runtime, sched_deadline: attributes.deadline, sched_period: attributes.period,
    sched_util_min: attributes.utilMin, sched_util_max: attributes.utilMax)
  let result = withUnsafeMutablePointer(to: &attr) { systemCall(__NR_sched_setattr, Int(pid), address($0)) }
  try check(
    result, "sched_setattr",
    [
      "pid": pid, "policy": attributes.policy, "flags": attributes.flags, "nice": attributes.nice,
      "priority": attributes.priority,
    ])
}

/// sched_getattr(pid, &attr, sizeof(attr), 0)
///
/// - Parameter pid: a thread; 0 for the calling one.
/// - Throws: ESRCH; EINVAL for a negative pid.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sched_getattr.2.html>
public func sched_getattr(_ pid: ProcessID = 0) throws(SystemCallError) -> SchedulingAttributes {
  var attr = clinux_sched_attr()
  let size = MemoryLayout<clinux_sched_attr>.size
  let result = withUnsafeMutablePointer(to: &attr) {
    systemCall(__NR_sched_getattr, Int(pid), address($0), size, 0)
  }
  try check(result, "sched_getattr", ["pid": pid])
  return SchedulingAttributes(
    policy: SchedulingPolicy(rawValue: attr.sched_policy), flags: SchedulingFlags(rawValue: attr.sched_flags),
    nice: attr.sched_nice, priority: attr.sched_priority, runtime: attr.sched_runtime,
    deadline: attr.sched_deadline, period: attr.sched_period, utilMin: attr.sched_util_min,
    utilMax: attr.sched_util_max)
}

/// sched_setaffinity(pid, sizeof(mask), &mask)
///
/// On which processors a thread may run; those outside of its cpuset are left out.
///
///     try sched_setaffinity(0, [0, 1])
///
/// - Parameter pid: a thread; 0 for the calling one.
/// - Throws: EINVAL where no processor is left; EPERM for another user's without CAP_SYS_NICE; ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sched_setaffinity.2.html>
public func sched_setaffinity(_ pid: ProcessID, _ cpus: CPUSet) throws(SystemCallError) {
  let result = cpus.mask.withUnsafeBytes {
    systemCall(__NR_sched_setaffinity, Int(pid), $0.count, address($0.baseAddress))
  }
  try check(result, "sched_setaffinity", ["pid": pid, "mask": cpus])
}

/// sched_getaffinity(pid, sizeof(mask), &mask)
///
/// - Parameter pid: a thread; 0 for the calling one.
/// - Throws: ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/sched_getaffinity.2.html>
public func sched_getaffinity(_ pid: ProcessID = 0) throws(SystemCallError) -> CPUSet {
  var mask = [UInt](repeating: 0, count: (CPUSet.highest + 1) / UInt.bitWidth)
  let result = mask.withUnsafeMutableBytes {
    systemCall(__NR_sched_getaffinity, Int(pid), $0.count, address($0.baseAddress))
  }
  try check(result, "sched_getaffinity", ["pid": pid])
  return CPUSet(mask: mask)
}
