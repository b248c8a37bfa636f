import OCISpec
import Testing

@testable import Containers

/// What is chosen for root and for users, and what a delegated cgroup and a scope come to.
struct CgroupManagerTests {
  private let limited = request { $0.config.linux.resources.memory.limit = 1 << 20 }

  private let delegated = CgroupHierarchy(
    .v2, "/cg", base: "/cg/user/unit", controllers: ["memory", "pids"], hasSwapLimit: true)
  private let refused = CgroupHierarchy(
    .v2, "/cg", controllers: ["memory", "pids"], isWritable: false, refusal: "nothing is delegated")
  private let usersSystemd = SystemdInstance(
    isUsers: true, bus: "/run/user/7/bus", cgroup: "/cg/user@7.service", controllers: ["memory", "pids"])

  private func host(_ cgroup: CgroupHierarchy, _ systemd: SystemdInstance? = nil) -> HostFacts {
    HostFacts(cgroups: [cgroup], systemd: systemd, files: ["/image": .directory])
  }

  private func occupied(_ occupants: CgroupHierarchy.Occupants, enabled: [String] = []) -> CgroupHierarchy {
    var cgroup = delegated
    cgroup.occupants = occupants
    cgroup.enabled = enabled
    return cgroup
  }

  /// The host's steps but for the first and the last, and how the child enters its cgroup.
  private func steps(_ request: ContainerRequest, _ host: HostFacts) throws -> ([HostStep], [ChildStep]) {
    let plan = try compile(request, host)
    let joins = plan.child.filter {
      switch $0 {
      case .joinCgroup, .enterCgroup: true
      default: false
      }
    }
    return (
      plan.host.filter {
        switch $0 {
        case .startKeeper, .go: false
        case .clone(_, let cgroup): cgroup != nil
        default: true
        }
      }, joins
    )
  }

  private func scope(_ plan: Plan) -> Scope? {
    for case .startScope(let scope) in plan.host { return scope }
    return nil
  }

  @Test func aDelegatedCgroupIsWhereTheContainersAre() throws {
    let (steps, joins) = try steps(limited, host(delegated, usersSystemd))
    let own = "/cg/user/unit/cooper-cask"
    #expect(
      steps == [
        .write(file: "/cg/user/unit/cgroup.subtree_control", value: "+memory"),
        .makeCgroup(own), .write(file: "\(own)/memory.max", value: "1048576"),
        .write(file: "\(own)/memory.swap.max", value: "1048576"), .makeCgroup("\(own)/container"),
        .clone([], cgroup: "\(own)/container"),
      ])
    #expect(joins == [])
  }

  @Test func cooperMovesAsideOnlyWhereItIsAloneAndAControllerIsMissing() throws {
    let aside = HostStep.moveAside("/cg/user/unit/cooper")
    #expect(try compile(limited, host(occupied(.ourselves))).host[1] == aside)
    #expect(
      try compile(limited, host(occupied(.ourselves, enabled: ["memory"]))).host.contains(aside) == false)
    #expect(try compile(request(), host(occupied(.ourselves))).host.contains(aside) == false)
    #expect(try compile(limited, host(occupied(.none))).host.contains(aside) == false)
  }

  @Test func othersAreNotMoved() throws {
    expectCompileError("linux.resources.memory.limit", "/cg/user/unit holds other processes") {
      try compile(limited, host(occupied(.others)))
    }
    // Where systemd can make a scope, that is no hindrance; nor without a limit, nor with controllers that are there.
    #expect(try scope(compile(limited, host(occupied(.others), usersSystemd))) != nil)
    #expect(try scope(compile(request(), host(occupied(.others), usersSystemd))) == nil)
    let ready = host(occupied(.others, enabled: ["memory"]), usersSystemd)
    #expect(try scope(compile(limited, ready)) == nil)
    var asked = limited
    asked.cgroupManager = .cgroupfs
    expectCompileError("linux.resources.memory.limit", "can't pass the memory controller on") {
      try compile(asked, host(occupied(.others), usersSystemd))
    }
  }

  @Test func withoutADelegatedCgroupSystemdIsAsked() throws {
    let (steps, joins) = try steps(limited, host(refused, usersSystemd))
    let cgroup = "/cg/user@7.service/app.slice/cooper-cask.scope"
    let scope = Scope(
      name: "cooper-cask.scope", bus: "/run/user/7/bus", cgroup: cgroup,
      properties: [
        .init("Description", .text("The container cask of cooper")), .init("Slice", .text("app.slice")),
        .init("Delegate", .flag(true)), .init("DefaultDependencies", .flag(false)),
        .init("CollectMode", .text("inactive-or-failed")), .init("MemoryMax", .number(1 << 20)),
      ])
    #expect(steps == [.startScope(scope), .makeCgroup("\(cgroup)/container")])
    #expect(joins == [.enterCgroup("\(cgroup)/container")])
    let plan = try compile(limited, host(refused, usersSystemd))
    #expect(plan.cgroups == ["\(cgroup)/container"])
    #expect(plan.scopes == [cgroup])
    // It is born outside, enters, and then has the cgroup as the root of its namespace.
    #expect(plan.host.contains(.clone([], cgroup: nil)))
    #expect(plan.child.firstIndex(of: joins[0]) == 1)
  }

  @Test func everyLimitIsAPropertyOfTheScope() throws {
    let machine = CgroupHierarchy(
      .v2, "/cg", controllers: ["cpu", "memory", "pids"], hasSwapLimit: true)
    let system = SystemdInstance(
      isUsers: false, bus: "/bus", cgroup: "/cg", controllers: ["cpu", "memory", "pids"])
    func limits(_ change: (inout Resources) -> Void) throws -> [String] {
      let request = request {
        $0.cgroupManager = .systemd
        change(&$0.config.linux.resources)
      }
      let plan = try compile(request, host(machine, system))
      return scope(plan)?.properties.dropFirst(5).map(\.description) ?? []
    }
    #expect(
      try limits {
        $0.memory.limit = 64 << 20
        $0.memory.swap = 96 << 20
        $0.cpu.quota = 25_000
        $0.cpu.period = 50_000
        $0.cpu.shares = 1024
        $0.pids = Pids(limit: 10)
      } == [
        "MemoryMax=67108864", "MemorySwapMax=33554432", "CPUQuotaPeriodUSec=50000",
        "CPUQuotaPerSecUSec=500000", "CPUWeight=39", "TasksMax=10",
      ])
    #expect(
      try limits {
        $0.memory.limit = 8192
        $0.memory.swap = -1
        $0.cpu.quota = -1
        $0.pids = Pids(limit: -1)
      } == ["MemoryMax=8192", "MemorySwapMax=infinity", "CPUQuotaPerSecUSec=infinity", "TasksMax=infinity"])
    #expect(
      try limits { $0.cpu.quota = .max } == ["CPUQuotaPeriodUSec=100000", "CPUQuotaPerSecUSec=infinity"])
    let plan = try compile(
      request {
        $0.cgroupManager = .systemd
        $0.config.linux.resources.devices = [DeviceRule(allow: false)]
      }, host(machine, system))
    #expect(scope(plan)?.cgroup == "/cg/system.slice/cooper-cask.scope")
    let program = try compileDeviceRules([DeviceRule(allow: false)])
    let container = "/cg/system.slice/cooper-cask.scope/container"
    #expect(plan.host.suffix(3) == [.awaitChild, .attachDevices(program, to: container), .go])
  }

  @Test func rootHasTheFilesystemUnlessItAsksForAScope() throws {
    let machine = CgroupHierarchy(.v2, "/cg", controllers: ["memory"])
    let system = SystemdInstance(isUsers: false, bus: "/bus", cgroup: "/cg", controllers: ["memory"])
    #expect(try scope(compile(limited, host(machine, system))) == nil)
    var asked = limited
    asked.cgroupManager = .systemd
    #expect(try scope(compile(asked, host(machine, system))) != nil)
    // The plan needs no bus: it is the launch that does.
    var silent = system
    silent.hasBus = false
    #expect(try scope(compile(asked, host(machine, silent))) != nil)
  }

  @Test func withoutAnyOfThemALimitIsRefusedAndARemarkSaysSo() throws {
    var silent = usersSystemd
    silent.hasBus = false
    let plan = try compile(request(), host(refused, silent))
    #expect(plan.cgroups == [] && plan.scopes == [])
    #expect(plan.remarks.contains("no cgroup of its own: nothing is delegated"))
    expectCompileError("linux.resources.memory.limit", "no bus at /run/user/7/bus: a login makes it") {
      try compile(limited, host(refused, silent))
    }
    expectCompileError("linux.resources.memory.limit", "nothing is delegated; systemd") {
      try compile(limited, host(refused))
    }
    var asked = limited
    asked.cgroupManager = .cgroupfs
    expectCompileError("linux.resources.memory.limit", "--cgroup-manager systemd asks for one") {
      try compile(asked, host(refused, usersSystemd))
    }
  }

  @Test func aControllerThatWasNotDelegatedIsNamed() {
    let shares = request { $0.config.linux.resources.cpu.shares = 2 }
    expectCompileError("linux.resources.cpu.shares", "/cg/user/unit was delegated without the cpu controller")
    {
      try compile(shares, host(delegated, usersSystemd))
    }
    expectCompileError("linux.resources.cpu.shares", "Delegate=memory pids cpu for user@.service") {
      try compile(shares, host(refused, usersSystemd))
    }
    var absent = usersSystemd
    absent.controllers = []
    expectCompileError("linux.resources.cpu.shares", "there is no /cg/user@7.service") {
      try compile(shares, host(refused, absent))
    }
  }

  @Test func aScopeTakesSystemdAndVersion2Alone() {
    var asked = limited
    asked.cgroupManager = .systemd
    expectCompileError("linux.cgroupsPath", "systemd doesn't run here") {
      try compile(asked, host(delegated))
    }
    expectCompileError("linux.cgroupsPath", "version 2 alone") {
      try compile(
        asked,
        HostFacts(cgroups: [v1Memory, delegated], systemd: usersSystemd, files: ["/image": .directory]))
    }
    var uncounted = delegated
    uncounted.hasSwapLimit = false
    asked.config.linux.resources.memory.swap = 2 << 20
    expectCompileError("linux.resources.memory.swap", "/cg has no memory.swap.max") {
      try compile(asked, host(uncounted, usersSystemd))
    }
  }

  @Test func theWayFromAMountToACgroupIsFound() {
    #expect(names(of: "/a/b/c", below: "/") == ["a", "b", "c"])
    #expect(names(of: "/a/b/c", below: "/a") == ["b", "c"])
    #expect(names(of: "/a", below: "/a") == [])
    #expect(names(of: "/", below: "/") == [])
    // Outside of what is mounted, or of the cgroup namespace.
    #expect(names(of: "/ab/c", below: "/a") == nil)
    #expect(names(of: "/a", below: "/a/b") == nil)
    #expect(names(of: "/../a", below: "/") == nil)
  }

  @Test(arguments: [
    ("unix:path=/run/user/7/bus", "/run/user/7/bus"),
    ("unix:path=/run/user/7/bus,guid=12", "/run/user/7/bus"),
    ("tcp:host=a;unix:guid=1,path=/a%20b", "/a b"),
    ("unix:abstract=/tmp/x", nil), ("unix:path=/a%2", nil), ("unix:path=/a%zz", nil),
    ("unix:path=/a%00", nil),
    ("", nil), ("unix:", nil), ("path=/a", nil),
  ])
  func theBussAddressIsRead(_ address: String, _ path: String?) { #expect(busPath(address) == path) }
}
