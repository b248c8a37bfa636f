@testable import Containers
import OCISpec
import Testing

struct CompileCgroupTests {
  private func limited(_ change: (inout Resources) -> Void) -> ContainerRequest {
    request { change(&$0.config.linux.resources) }
  }

  /// What is done in cgroups, in its order.
  private func steps(_ request: ContainerRequest, _ cgroups: [CgroupHierarchy]) throws -> [HostStep] {
    try compile(request, host(cgroups)).host.filter {
      switch $0 {
      case .makeCgroup, .write, .writeEither, .fillCpuset: true
      default: false
      }
    }
  }

  private func birthplace(_ plan: Plan) -> String? {
    for case .clone(_, let cgroup) in plan.host { return cgroup }
    return nil
  }

  private func joins(_ plan: Plan) -> [String] {
    plan.child.compactMap { if case .joinCgroup(let path) = $0 { path } else { nil } }
  }

  @Test func everyLimitOnVersion2() throws {
    let request = limited {
      $0.memory.limit = 64 << 20
      $0.memory.swap = 96 << 20
      $0.cpu.quota = 50_000
      $0.cpu.period = 100_000
      $0.cpu.shares = 1024
      $0.pids = Pids(limit: 10)
    }
    let path = "/cg/v2/cooper-cask"
    #expect(
      try steps(request, [v2]) == [
        .write(file: "/cg/v2/cgroup.subtree_control", value: "+memory"),
        .write(file: "/cg/v2/cgroup.subtree_control", value: "+pids"),
        .makeCgroup(path),
        .write(file: "\(path)/memory.max", value: "67108864"),
        .write(file: "\(path)/memory.swap.max", value: "33554432"),
        .write(file: "\(path)/cpu.max", value: "50000 100000"),
        .write(file: "\(path)/cpu.weight", value: "39"),
        .write(file: "\(path)/pids.max", value: "10"),
        .makeCgroup("\(path)/container"),
      ])
    let plan = try compile(request, host([v2]))
    #expect(birthplace(plan) == "\(path)/container")
    #expect(joins(plan) == [])
    #expect(plan.cgroups == [path, "\(path)/container"])
  }

  /// Those that need what the machines that run the tests haven't: see docs/oci-conformance.md.
  @Test func limitsOfRareMachines() throws {
    let request = limited {
      var card = Rdma()
      card.hcaHandles = 3
      $0.rdma.members = [.init("mlx5_1", card)]
      $0.network.classID = 0x10_0001
      var priority = Network.Priority()
      (priority.name, priority.priority) = ("eth0", 5)
      $0.network.priorities = [priority]
      $0.blockIO.leafWeight = 300
      var device = WeightDevice()
      (device.major, device.minor, device.weight, device.leafWeight) = (8, 16, 100, 200)
      $0.blockIO.weightDevice = [device]
    }
    let names = ["rdma", "net_cls", "net_prio", "blkio"]
    let made = try steps(request, names.map { CgroupHierarchy(.v1, "/cg/\($0)", controllers: [$0]) })
    for step: HostStep in [
      .write(file: "/cg/rdma/cooper-cask/rdma.max", value: "mlx5_1 hca_handle=3 hca_object=max"),
      .write(file: "/cg/net_cls/cooper-cask/net_cls.classid", value: "1048577"),
      .write(file: "/cg/net_prio/cooper-cask/net_prio.ifpriomap", value: "eth0 5"),
      .write(file: "/cg/blkio/cooper-cask/blkio.leaf_weight", value: "300"),
      .writeEither(
        file: "/cg/blkio/cooper-cask/blkio.bfq.weight_device", value: "8:16 100",
        orFile: "/cg/blkio/cooper-cask/blkio.weight_device", orValue: "8:16 100"),
      .write(file: "/cg/blkio/cooper-cask/blkio.leaf_weight_device", value: "8:16 200"),
    ] { #expect(made.contains(step), "\(step)") }
    let cards = limited { $0.rdma = request.config.linux.resources.rdma }
    let line = "mlx5_1 hca_handle=3 hca_object=max"
    let unified = CgroupHierarchy(.v2, "/cg/v2", controllers: ["rdma"])
    #expect(
      try steps(cards, [unified]).contains(.write(file: "/cg/v2/cooper-cask/rdma.max", value: line)))
  }

  @Test func everyLimitOnVersion1() throws {
    let request = limited {
      $0.memory.limit = 64 << 20
      $0.memory.swap = 96 << 20
      $0.cpu.quota = 50_000
      $0.cpu.shares = 1024
      $0.pids = Pids(limit: -1)
    }
    let (memory, cpu, pids) = ("/cg/memory/cooper-cask", "/cg/cpu/cooper-cask", "/cg/pids/cooper-cask")
    let machine = [v1Memory, v1CPU, v1Pids]
    #expect(
      try steps(request, machine) == [
        .makeCgroup(memory),
        .write(file: "\(memory)/memory.limit_in_bytes", value: "67108864"),
        .write(file: "\(memory)/memory.memsw.limit_in_bytes", value: "100663296"),
        .makeCgroup("\(memory)/container"),
        .makeCgroup(cpu),
        .write(file: "\(cpu)/cpu.cfs_period_us", value: "100000"),
        .write(file: "\(cpu)/cpu.cfs_quota_us", value: "50000"),
        .write(file: "\(cpu)/cpu.shares", value: "1024"),
        .makeCgroup("\(cpu)/container"),
        .makeCgroup(pids),
        .write(file: "\(pids)/pids.max", value: "max"),
        .makeCgroup("\(pids)/container"),
      ])
    let plan = try compile(request, host(machine))
    #expect(birthplace(plan) == nil)
    #expect(joins(plan) == [memory, cpu, pids].map { "\($0)/container" })
  }

  @Test func onAHybridMachineEachControllerIsWhereItIs() throws {
    let unified = CgroupHierarchy(.v2, "/cg/unified", controllers: ["pids"])
    let request = limited {
      $0.memory.limit = 64 << 20
      $0.pids = Pids(limit: 5)
    }
    let plan = try compile(request, host([v1Memory, unified]))
    #expect(birthplace(plan) == "/cg/unified/cooper-cask/container")
    #expect(joins(plan) == ["/cg/memory/cooper-cask/container"])
    #expect(plan.host.contains(.write(file: "/cg/unified/cooper-cask/pids.max", value: "5")))
  }

  @Test func swapIsTwiceTheMemoryWhereItIsCounted() throws {
    let request = limited { $0.memory.limit = 8192 }
    #expect(
      try steps(request, [v1Memory]).contains(
        .write(file: "/cg/memory/cooper-cask/memory.memsw.limit_in_bytes", value: "16384")))
    var uncounted = v1Memory
    uncounted.hasSwapLimit = false
    #expect(try steps(request, [uncounted]).count == 3)
    let unlimited = limited {
      $0.memory.limit = 8192
      $0.memory.swap = -1
    }
    #expect(
      try steps(unlimited, [v2]).contains(
        .write(file: "/cg/v2/cooper-cask/memory.swap.max", value: "max")))
  }

  @Test func deviceRulesDenyEverythingFirst() throws {
    let request = limited {
      $0.devices = [
        DeviceRule(allow: false), DeviceRule(allow: true, "c", 1, 3),
        DeviceRule(allow: true, "b", nil, nil, "m"),
      ]
    }
    let path = "/cg/devices/cooper-cask"
    #expect(
      try steps(request, [v1Devices]) == [
        .makeCgroup(path),
        .write(file: "\(path)/devices.deny", value: "a"),
        .write(file: "\(path)/devices.allow", value: "c 1:3 rwm"),
        .write(file: "\(path)/devices.allow", value: "b *:* m"),
        .makeCgroup("\(path)/container"),
      ])
    // On version 2 a program decides, once the child has made its own nodes.
    let program = try compileDeviceRules(request.config.linux.resources.devices)
    let plan = try compile(request, host([v2]))
    #expect(plan.host.suffix(3) == [.awaitChild, .attachDevices(program, to: "/cg/v2/cooper-cask"), .go])
    #expect(plan.child.contains(.sync))
    #expect(try compile(request, host([])).remarks.contains { $0.contains("no limit of device access") })
  }

  @Test func everyHierarchyOfVersion1HasACgroupOfTheContainers() throws {
    // Whoever is root in a user namespace can mount them, from the cgroup namespace's root on.
    let named = CgroupHierarchy(.v1, "/cg/systemd", controllers: [])
    var sealed = v1Pids
    sealed.isWritable = false
    let cpuset = CgroupHierarchy(.v1, "/cg/cpuset", controllers: ["cpuset"])
    let plan = try compile(request(), host([named, sealed, cpuset, v2]))
    #expect(joins(plan) == ["/cg/systemd/cooper-cask", "/cg/cpuset/cooper-cask"])
    #expect(birthplace(plan) == "/cg/v2/cooper-cask")
    #expect(
      try steps(request(), [cpuset]) == [
        .makeCgroup("/cg/cpuset/cooper-cask"),
        .fillCpuset("/cg/cpuset/cooper-cask"),
      ])
  }

  @Test func withoutALimitNothingIsNeeded() throws {
    var sealed = v2
    sealed.isWritable = false
    let plan = try compile(request(), host([sealed]))
    #expect(plan.cgroups == [])
    #expect(plan.remarks.contains { $0.contains("no cgroup of its own") })
  }

  @Test func aLimitThatCannotBeAppliedIsRefusedWithTheReason() {
    expectCompileError("linux.resources.memory.limit", "cgroup controller `memory` is not available") {
      try compile(limited { $0.memory.limit = 4096 }, host([v1CPU]))
    }
    expectCompileError("linux.resources.pids.limit", "/cg/pids can't be written") {
      var sealed = v1Pids
      sealed.isWritable = false
      return try compile(limited { $0.pids = Pids(limit: 1) }, host([sealed]))
    }
    expectCompileError("linux.resources.memory.swap", "doesn't count swap") {
      var uncounted = v1Memory
      uncounted.hasSwapLimit = false
      return try compile(
        limited {
          $0.memory.limit = 4096
          $0.memory.swap = 8192
        }, host([uncounted]))
    }
    expectCompileError("linux.resources.memory.swap", "less than memory") {
      try compile(
        limited {
          $0.memory.limit = 8192
          $0.memory.swap = 4096
        }, host([v2]))
    }
    expectCompileError("linux.resources.memory.swap", "needs a limit of memory") {
      try compile(limited { $0.memory.swap = 4096 }, host([v2]))
    }
  }
}
