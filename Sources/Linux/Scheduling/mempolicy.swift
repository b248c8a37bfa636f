import CLinux

/// From which NUMA nodes a thread's memory comes.
public struct MemoryPolicy: Hashable, Sendable {
  public var mode: MemoryPolicyMode
  public var flags: MemoryPolicyFlags
  public var nodes: CPUSet

  public init(_ mode: MemoryPolicyMode, _ flags: MemoryPolicyFlags = [], nodes: CPUSet = []) {
    self.mode = mode
    self.flags = flags
    self.nodes = nodes
  }
}

/// set_mempolicy(mode | flags, nodemask, maxnode)
///
///     try set_mempolicy(MemoryPolicy(.bind, nodes: [0]))
///
/// - Throws: EINVAL for an unknown mode, for nodes with `default` or `local`, for none where the mode needs some, and
///   for nodes that don't exist or aren't in the cpuset; ENOSYS on a kernel without NUMA.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/set_mempolicy.2.html>
@available(*, noasync, message: "acts on the calling thread only")
public func set_mempolicy(_ policy: MemoryPolicy) throws(SystemCallError) {
  let mode = Int(policy.mode.rawValue | policy.flags.rawValue)
  let result =
    policy.nodes.isEmpty
    ? systemCall(__NR_set_mempolicy, mode, 0, 0)
    : policy.nodes.mask.withUnsafeBytes { buffer in
      // The kernel takes one bit less than it is told.
      systemCall(__NR_set_mempolicy, mode, address(buffer.baseAddress), buffer.count * 8 + 1)
    }
  try check(
    result, "set_mempolicy", ["mode": policy.mode, "flags": policy.flags, "nodemask": policy.nodes])
}

/// get_mempolicy(&mode, nodemask, maxnode, NULL, 0)
///
/// - Returns: the calling thread's policy.
/// - Throws: ENOSYS on a kernel without NUMA.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/get_mempolicy.2.html>
@available(*, noasync, message: "asks for the calling thread's")
public func get_mempolicy() throws(SystemCallError) -> MemoryPolicy {
  var mode: Int32 = 0
  var mask = [UInt](repeating: 0, count: 1024 / UInt.bitWidth)  // The most that a kernel is built for.
  let result = withUnsafeMutablePointer(to: &mode) { mode in
    mask.withUnsafeMutableBytes { buffer in
      systemCall(__NR_get_mempolicy, address(mode), address(buffer.baseAddress), buffer.count * 8 + 1, 0, 0)
    }
  }
  try check(result, "get_mempolicy")
  let all: MemoryPolicyFlags = [.staticNodes, .relativeNodes, .numaBalancing]
  return MemoryPolicy(
    MemoryPolicyMode(rawValue: mode & ~all.rawValue), MemoryPolicyFlags(rawValue: mode & all.rawValue),
    nodes: CPUSet(mask: mask))
}
