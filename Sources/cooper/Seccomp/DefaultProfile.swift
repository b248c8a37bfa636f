import OCISpec

/// The seccomp profile of a container that asks for no other: what programs need is allowed, by name; what is known and
/// not needed fails with EPERM, and what is newer than the list with ENOSYS, as on an older kernel.
///
/// Closed to every container: user namespaces and the others, keyrings (they know no namespace), userfaultfd and
/// io_uring (large, and behind many exploits of the kernel), kexec, swap, and what only obsolete programs call.
///
/// A call that the kernel ties to a capability is there with the capability. The kernel asks for it too: the filter
/// keeps its code from being reached by whoever hasn't it.
func defaultProfile(capabilities: [String]) -> Seccomp {
  let capabilities = Set(capabilities)
  var profile = Seccomp()
  profile.defaultAction = .errno
  profile.architectures = ownArchitectures
  profile.syscalls =
    [SyscallRule(allow: SystemCalls.always.flatMap(\.names))]
    + SystemCalls.withCapability.filter { capabilities.contains($0.capability) }
    .map { SyscallRule(allow: $0.names) }
    + ioctlRules + personalityRules + socketRules(capabilities)
    + (capabilities.contains("CAP_SYS_ADMIN") ? [] : namespaceRules)
  return profile
}

/// This machine's, and the 32-bit ones that its kernel runs too: a call of any other ends its caller.
private let ownArchitectures: [Seccomp.Architecture] = {
  #if arch(x86_64)
    [.x86_64, .x86, .x32]
  #elseif arch(arm64)
    [.aarch64, .arm]
  #else
    []
  #endif
}()

/// An int of the kernel's is the lower half of a register; whatever a caller leaves in the upper one is not looked at.
private let int: UInt64 = 0xffff_ffff

// MARK: - Namespaces

/// CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
private let namespaceFlags: UInt64 = 0x7e02_0000
/// To unshare alone; clone has a part of the signal's number there.
private let newTime: UInt64 = 0x80

/// Processes and threads, and no namespaces. clone3 has its flags in memory, where no filter can look: it is not there,
/// and C libraries take clone.
private let namespaceRules = [
  SyscallRule(allow: ["clone"], where: [.masked(0, namespaceFlags, 0)]),
  SyscallRule(allow: ["unshare"], where: [.masked(0, namespaceFlags | newTime, 0)]),
  SyscallRule(["clone3"], errno: 38 /* ENOSYS */),
]

// MARK: - Devices

/// TIOCSTI types into the terminal, for whoever reads it next; TIOCLINUX pastes into a console.
private let typing: [UInt64] = [0x5412, 0x541c]

/// Every ioctl but these two, by the lower half of the number: the kernel takes no more of it, and a comparison of the
/// whole could be passed by with a bit of the upper half.
///
/// Of a part of a number a filter can say only that it equals something. So "neither of the two" is said by bits: one is
/// other than in both, or, where the two differ, the bits are those of neither.
private let ioctlRules: [SyscallRule] = {
  let differing = typing[0] ^ typing[1]
  let common = (0..<32).map { UInt64(1) << $0 }.filter { $0 & differing == 0 }
  let others = (0...differing).filter {
    $0 & ~differing == 0 && !typing.map { $0 & differing }.contains($0)
  }
  return common.map { .masked(1, $0, ~typing[0] & $0) }.map { SyscallRule(allow: ["ioctl"], where: [$0]) }
    + others.map { SyscallRule(allow: ["ioctl"], where: [.masked(1, differing, $0)]) }
}()

// MARK: - Personality

/// Linux, 32-bit Linux, either with a version below 3 (UNAME26), and the question which one it is. None of the flags
/// that make a program easier to attack, like ADDR_NO_RANDOMIZE.
private let personalityRules = [0, 0x8, 0x2_0000, 0x2_0008, int].map {
  SyscallRule(allow: ["personality"], where: [.masked(0, int, $0)])
}

// MARK: - Sockets

/// Local sockets, the internet's two, and netlink; what sees packets as they are with its capability. The others are
/// seldom used, loaded as modules by their mere use, and know no network namespace (AF_ALG, AF_VSOCK).
private func socketRules(_ capabilities: Set<String>) -> [SyscallRule] {
  let (unix, inet, inet6, netlink, packet, xdp): (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) =
    (1, 2, 10, 16, 17, 44)
  let families = [unix, inet, inet6, netlink] + (capabilities.contains("CAP_NET_RAW") ? [packet, xdp] : [])
  return families.map { SyscallRule(allow: ["socket"], where: [.masked(0, int, $0)]) }
}

extension SyscallRule {
  fileprivate init(allow names: [String], where args: [Comparison] = []) {
    self.init()
    self.names = names
    self.args = args
  }

  fileprivate init(_ names: [String], errno: UInt32) {
    self.init()
    self.names = names
    action = .errno
    errnoRet = errno
  }
}

extension SyscallRule.Comparison {
  fileprivate static func masked(_ index: UInt32, _ mask: UInt64, _ value: UInt64) -> Self {
    var comparison = Self()
    comparison.index = index
    comparison.op = .maskedEqual
    comparison.value = mask
    comparison.valueTwo = value
    return comparison
  }
}
