import CLinux
// Glibc beside Linux: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import Testing

@Suite("Resource limits and personality")
struct ResourceTests {
  @Test func namesAreWhole() {
    expectEqual(Resource.names.map { $0.value.rawValue }, Array(0...15))
    expectEqual(Resource(name: "RLIMIT_NOFILE"), .nofile)
    expectEqual("\(Resource.as)", "RLIMIT_AS")
    expectEqual("\(ResourceLimit(soft: 5, hard: nil))", "5:unlimited")
  }

  @Test func prlimitSetsAndTellsTheOldLimit() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let limit = ResourceLimit(soft: 100, hard: 200)
        let before = try Linux.prlimit(0, .nofile)
        expectEqual(try Linux.prlimit(0, .nofile, limit), before)
        expectEqual(try Linux.prlimit(0, .nofile), limit)
        try Linux.prlimit(0, .core, ResourceLimit(soft: 0, hard: try Linux.prlimit(0, .core).hard))
        expectEqual(try Linux.prlimit(0, .core).soft, 0)
        var sets = try capget()
        sets.effective.remove(.sysResource)
        try capset(sets)
        let error = expectErrno(.notPermitted) {
          try Linux.prlimit(0, .nofile, ResourceLimit(soft: 100, hard: nil))
        }
        expectEqual(
          error.map { "\($0)" },
          """
          prlimit(pid: 0, resource: RLIMIT_NOFILE, new_limit: 100:unlimited): operation not permitted (EPERM)
          """)
        expectErrno(.invalidArgument) { try Linux.prlimit(0, .nofile, ResourceLimit(soft: 3, hard: 2)) }
        expectErrno(.noSuchProcess) { try Linux.prlimit(ProcessID.max, .nofile) }
        expectErrno(.invalidArgument) { try Linux.prlimit(0, Resource(rawValue: 99)) }
      }
    }
  }

  @Test func personalityChangesWhatUnameTells() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let before = try Linux.personality()
        let other = Personality(.linux32, .addrNoRandomize)
        expectEqual("\(other)", "PER_LINUX32 | ADDR_NO_RANDOMIZE")
        expectEqual(try Linux.personality(other), before)
        expectEqual(try Linux.personality(), other)
        let child = try fork { try exec(["sh", "-c", "case $(uname -m) in x86_64|aarch64) exit 1;; esac"]) }
        expectEqual(try waitpid(child), .exited(0))
      }
    }
  }
}

@Suite("Sets of processors")
struct CPUSetTests {
  @Test(arguments: [
    ("", []), ("0", [0]), ("0-3,5", [0, 1, 2, 3, 5]), ("5,0-3", [0, 1, 2, 3, 5]), ("2,2", [2]),
    ("0-9:2/4", [0, 1, 4, 5, 8, 9]), ("63-65\n", [63, 64, 65]), ("8191", [8191]),
  ])
  func reads(_ text: String, _ numbers: [Int]) { expectEqual(CPUSet(text)?.numbers, numbers) }

  @Test(arguments: [
    ",", "1,", "3-1", "-1", "a", "1-", "8192", "99999999999999999999", " 1", "+1", "0-3:0/2", "0-3:3/2",
    "1:1/2", "0-1-2", "0-3:1", "0-3:1/0",
  ])
  func refuses(_ text: String) { expectEqual(CPUSet(text), nil) }

  @Test func prints() {
    expectEqual("\(CPUSet([5, 3, 2, 1, 0, 9, 8]))", "0-3,5,8-9")
    expectEqual("\(CPUSet())", "")
    expectEqual(CPUSet([-1, 8192]), [])
  }
}

@Suite("Scheduling")
struct SchedulingTests {
  @Test func everyPolicyCanBeSet() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for attributes in [
          SchedulingAttributes(policy: .idle), SchedulingAttributes(policy: .batch, nice: 5),
          SchedulingAttributes(policy: .fifo, priority: 3),
          SchedulingAttributes(policy: .rr, flags: .resetOnFork, priority: 4),
          SchedulingAttributes(policy: .normal, nice: -2),
        ] {
          try sched_setattr(0, attributes)
          var found = try sched_getattr()
          // Newer kernels tell the slice here, of policies that have one. And with clamps of utilization, real-time
          // policies have one from the start.
          found.runtime = 0
          found.utilMin = 0
          found.utilMax = 0
          expectEqual(found, attributes)
        }
      }
    }
  }

  @Test func aDeadlineIsATime() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let attributes = SchedulingAttributes(
          policy: .deadline, runtime: 1_000_000, deadline: 100_000_000, period: 100_000_000)
        do {
          try sched_setattr(0, attributes)
        } catch let error as SystemCallError {
          // The processors' time for deadlines may be taken, or not given to this part of the machine.
          let allowed: [Errno] = [.resourceBusy, .notPermitted]
          expectEqual(allowed.contains(error.errno), true)
          return
        }
        let found = try sched_getattr()
        expectEqual([found.runtime, found.deadline, found.period], [1_000_000, 100_000_000, 100_000_000])
        expectEqual("\(found.policy)", "SCHED_DEADLINE")
      }
    }
  }

  @Test func wrongAttributesAreRefused() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectErrno(.invalidArgument) { try sched_setattr(0, SchedulingAttributes(policy: .fifo)) }
        expectErrno(.noSuchProcess) { try sched_setattr(ProcessID.max, SchedulingAttributes()) }
        expectErrno(.noSuchProcess) { _ = try sched_getattr(ProcessID.max) }
        try Linux.prlimit(0, .rtprio, ResourceLimit(soft: 0, hard: 0))
        try capset(CapabilitySets())
        let error = expectErrno(.notPermitted) {
          try sched_setattr(0, SchedulingAttributes(policy: .fifo, priority: 1))
        }
        expectEqual(
          error.map { "\($0)" },
          """
          sched_setattr(pid: 0, policy: SCHED_FIFO, flags: 0, nice: 0, priority: 1): \
          operation not permitted (EPERM)
          """)
      }
    }
  }

  @Test func affinity() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let before = try sched_getaffinity()
        let last = try #require(before.numbers.last)
        try sched_setaffinity(0, [last])
        expectEqual(try sched_getaffinity(), [last])
        expectEqual(try status("Cpus_allowed_list"), ["\(last)"])
        try sched_setaffinity(0, before)
        expectErrno(.invalidArgument) { try sched_setaffinity(0, []) }
        expectErrno(.noSuchProcess) { try sched_setaffinity(ProcessID.max, before) }
        expectErrno(.noSuchProcess) { _ = try sched_getaffinity(ProcessID.max) }
      }
    }
  }

  @Test func niceValues() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try Linux.setpriority(.process(0), 7)
        expectEqual(try Linux.getpriority(.process(0)), 7)
        try Linux.setpriority(.process(0), -99)
        expectEqual(try Linux.getpriority(.process(0)), -20)
        expectErrno(.noSuchProcess) { try Linux.setpriority(.processGroup(ProcessID.max), 0) }
        expectErrno(.noSuchProcess) { _ = try Linux.getpriority(.user(4_000_000_000)) }
        try Linux.setpriority(.process(0), 3)
        try Linux.prlimit(0, .nice, ResourceLimit(soft: 0, hard: 0))
        try capset(CapabilitySets())
        expectErrno(.permissionDenied) { try Linux.setpriority(.process(0), 2) }
      }
    }
  }

  @Test func prioritiesForDisks() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let priority = IOPriority(.bestEffort, level: 6)
        try ioprio_set(.process(0), priority)
        expectEqual(try ioprio_get(.process(0)), priority)
        try ioprio_set(.process(0), IOPriority(.idle))
        expectEqual("\(try ioprio_get(.process(0)))", "IOPRIO_CLASS_IDLE:0")
        expectErrno(.invalidArgument) { try ioprio_set(.process(0), IOPriority(.bestEffort, level: 8)) }
        expectErrno(.noSuchProcess) { try ioprio_set(.process(ProcessID.max), priority) }
        expectErrno(.noSuchProcess) { _ = try ioprio_get(.process(ProcessID.max)) }
        try capset(CapabilitySets())
        expectErrno(.notPermitted) { try ioprio_set(.process(0), IOPriority(.realTime, level: 0)) }
      }
    }
  }

  @Test func memoryFromNodes() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        guard access("/sys/devices/system/node/node0", F_OK) == 0 else {
          expectErrno(.noFunction) { _ = try get_mempolicy() }
          return
        }
        expectEqual(try get_mempolicy(), MemoryPolicy(.default))
        let policy = MemoryPolicy(.bind, .staticNodes, nodes: [0])
        try set_mempolicy(policy)
        expectEqual(try get_mempolicy(), policy)
        try set_mempolicy(MemoryPolicy(.local))
        expectEqual("\(try get_mempolicy().mode)", "MPOL_LOCAL")
        let error = expectErrno(.invalidArgument) { try set_mempolicy(MemoryPolicy(.default, nodes: [0])) }
        expectEqual(
          error.map { "\($0)" },
          "set_mempolicy(mode: MPOL_DEFAULT, flags: 0, nodemask: 0): invalid argument (EINVAL)")
        expectErrno(.invalidArgument) { try set_mempolicy(MemoryPolicy(.bind, nodes: [1000])) }
        // As on a kernel without NUMA.
        try Seccomp.setModeFilter(filter(__NR_get_mempolicy, .errno(.noFunction)))
        expectErrno(.noFunction) { _ = try get_mempolicy() }
      }
    }
  }
}
