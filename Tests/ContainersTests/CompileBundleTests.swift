@testable import Containers
import Linux
import OCISpec
import SystemPackage
import Testing

/// A bundle's container on a machine that has its root.
private func bundle(_ change: (inout ContainerRequest) -> Void = { _ in }) -> ContainerRequest {
  request {
    $0.lower = []
    $0.bundle = BundleRequest(root: "/bundle/rootfs")
    $0.config.linux.namespaces = [Namespace(.mount), Namespace(.pid), Namespace(.uts)]
    $0.isInteractive = true
    change(&$0)
  }
}

private func machine(_ cgroups: [CgroupHierarchy] = [], files: [FilePath: FileKind] = [:]) -> HostFacts {
  var host = HostFacts(cgroups: cgroups)
  host.files = files.merging(["/bundle/rootfs": .directory]) { $1 }
  return host
}

private let plain: MountAttributes = [.readOnly, .noSuid, .noDev, .noExec, .noSymFollow]

struct CompileBundleTests {
  @Test func theMountOptionsOfTheSpecificationAreKnown() {
    let must =
      "async atime bind defaults dev diratime dirsync exec iversion lazytime loud noatime nodev nodiratime noexec noiversion nolazytime norelatime nostrictatime nosuid private rbind relatime remount ro rprivate rshared rslave runbindable rw shared silent slave strictatime suid sync unbindable"
    let should =
      "idmap ridmap nosymfollow symfollow ratime rnoatime rdev rnodev rdiratime rnodiratime rexec rnoexec rnorelatime rrelatime rnostrictatime rstrictatime rnosuid rsuid rnosymfollow rsymfollow rro rrw"
    let names = (must + " " + should + " mand nomand tmpcopyup").split(separator: " ").map(String.init)
    #expect(MountOption.names == names.sorted())
  }

  @Test(
    arguments: [
      // An attribute says all of them: what isn't named is cleared, as other runtimes do.
      (["ro"], MountChange(set: .readOnly, clear: [.noSuid, .noDev, .noExec, .noSymFollow])),
      (["ro", "rw"], MountChange(clear: plain)),
      (["noatime"], MountChange(set: .noATime, clear: plain.union([.accessTime, .noDirATime]))),
      (["noatime", "relatime"], MountChange(clear: plain.union([.accessTime, .noDirATime]))),
      (["rro"], MountChange(set: .readOnly, isRecursive: true)),
      (["rnosuid", "rsuid"], MountChange(clear: .noSuid, isRecursive: true)),
      (["rslave"], MountChange(propagation: .slave, isRecursive: true)),
      (["shared"], MountChange(propagation: .shared)),
      (["nosymfollow"], MountChange(set: .noSymFollow, clear: plain.subtracting(.noSymFollow))),
    ] as [([String], MountChange)])
  func anOptionOfABindMountIsAChange(_ options: [String], _ change: MountChange) throws {
    let plan = try compile(
      bundle { $0.config.mounts = [Mount("/a", source: "/data", options: ["bind"] + options)] },
      machine(files: ["/data": .directory]))
    let binds = plan.child.compactMap { if case .bind(let bind) = $0 { bind } else { nil } }
    #expect(binds.map(\.changes) == [[change]])
  }

  /// A container of a user who can map their own ids alone.
  private func users(
    _ change: (inout ContainerRequest, inout HostFacts) -> Void = { _, _ in }
  ) throws -> Plan {
    var host = machine()
    host.uid = 1000
    host.gid = 1000
    var request = bundle {
      var map = OCISpec.IDMapping()
      (map.hostID, map.size) = (1000, 1)
      ($0.config.linux.uidMappings, $0.config.linux.gidMappings) = ([map], [map])
      $0.config.linux.namespaces.append(Namespace(.user))
    }
    change(&request, &host)
    return try compile(request, host)
  }

  @Test func whatKeepsAUserFromNamespacesIsNamed() throws {
    let obstacle = "kernel.apparmor_restrict_unprivileged_userns is 1"
    #expect(try users { $1.user.isRestrictedByAppArmor = true }.remarks.contains { $0.contains(obstacle) })
    #expect(try users().remarks.contains { $0.contains(obstacle) } == false)
    expectCompileError("user namespace", "user.max_user_namespaces is 0") {
      try users { $1.user.maximum = 0 }
    }
  }

  @Test(arguments: [(Namespace.Kind.ipc, "mqueue", "/dev/mqueue"), (.cgroup, "cgroup", "/cg/cask")])
  func whatBelongsToTheMachineIsBound(_ kind: Namespace.Kind, _ type: String, _ source: String) throws {
    func sources(_ namespaces: [Namespace]) throws -> [String] {
      let plan = try users {
        $1.cgroups = [CgroupHierarchy(.v2, "/cg", controllers: [])]
        $0.config.linux.namespaces += namespaces
        $0.config.mounts = [Mount("/a", type: type, source: type)]
      }
      return plan.child.compactMap { if case .bind(let bind) = $0 { bind.source } else { nil } }
    }
    #expect(try sources([]) == [source])
    #expect(try sources([Namespace(kind)]) == [])
  }

  @Test func whoInsistsOnACgroupGetsNoContainerWithout() throws {
    let refused = CgroupHierarchy(
      .v2, "/cg", controllers: [], isWritable: false, refusal: "nothing is delegated")
    #expect(
      try users { $1.cgroups = [refused] }.remarks.contains("no cgroup of its own: nothing is delegated"))
    expectCompileError("linux.cgroupsPath", "nothing is delegated") {
      try users {
        $0.bundle?.requiresCgroup = true
        $1.cgroups = [refused]
      }
    }
  }

  @Test func theContainerWaitsToBeStarted() throws {
    let plan = try compile(bundle { $0.bundle?.startSocket = "/run/x/start.new" }, machine())
    #expect(plan.host.contains(.listen("/run/x/start.new")))
    #expect(
      plan.child.suffix(3) == [
        .findCommand(args: ["/bin/true"], env: []), .awaitStart, .exec(args: ["/bin/true"], env: []),
      ])
  }

  @Test func whoIsNotRootIsToldTheNamespaces() throws {
    func told(_ change: (inout ContainerRequest, inout HostFacts) -> Void) throws -> [ChildStep] {
      var (request, host) = (bundle(), machine())
      change(&request, &host)
      return try compile(request, host).child.filter { if case .tellNamespaces = $0 { true } else { false } }
    }
    let all: [ChildStep] = [.tellNamespaces([.newNS, .newPID, .newUTS])]
    var hook = Hook()
    hook.path = "/hook"
    #expect(try told { request, _ in request.bundle?.startSocket = "/s" }.isEmpty)
    #expect(try told { _, host in host.capabilities.remove(.sysPtrace) }.isEmpty)
    #expect(
      try told { request, host in
        request.bundle?.startSocket = "/s"
        host.capabilities.remove(.sysPtrace)
      } == all)
    #expect(
      try told { request, host in
        request.config.hooks.createContainer = [hook]
        host.capabilities.remove(.sysPtrace)
      } == all)
    // What lies at /proc there is somebody else's.
    #expect(
      try told { request, host in
        request.bundle?.startSocket = "/s"
        request.config.linux.namespaces[0].path = "/run/mounts"
        host.capabilities.remove(.sysPtrace)
      }.isEmpty)
  }

  @Test func hooksComeInTheSpecificationsOrder() throws {
    var hook = Hook()
    hook.path = "/hook"
    let all = Hooks(hook)
    let plan = try compile(bundle { $0.config.hooks = all }, machine())
    let names = plan.host.compactMap { if case .runHook(let step) = $0 { step.property } else { nil } }
    #expect(
      names == [
        "hooks.prestart[0]", "hooks.createRuntime[0]", "hooks.createContainer[0]", "hooks.startContainer[0]",
      ])
    #expect(plan.host.filter { $0 == .awaitChild }.count == 2)
    #expect(plan.child.filter { $0 == .sync }.count == 2)
    // Who starts it later runs the last one.
    let later = try compile(
      bundle {
        $0.config.hooks = all
        $0.bundle?.startSocket = "/s"
      }, machine())
    #expect(later.child.filter { $0 == .sync }.count == 1)
  }

  @Test func aFilterWithoutNoNewPrivilegesIsLoadedBeforeTheCapabilitiesGo() throws {
    let filter = SeccompFilter([])
    func steps(_ noNewPrivileges: Bool) throws -> [ChildStep] {
      try compile(
        bundle {
          $0.filter = filter
          $0.config.process?.noNewPrivileges = noNewPrivileges
        }, machine()
      ).child
    }
    let none = ChildStep.setCapabilities(ProcessCapabilities())
    let early = try steps(false)
    #expect(early.suffix(3) == [.loadFilter(filter), none, .exec(args: ["/bin/true"], env: [])])
    let admin = ProcessCapabilities(effective: [.sysAdmin], permitted: [.sysAdmin])
    #expect(early.contains(.setCapabilities(admin)))
    let late = try steps(true)
    #expect(late.suffix(2) == [.loadFilter(filter), .exec(args: ["/bin/true"], env: [])])
    #expect(late.filter { if case .setCapabilities = $0 { true } else { false } } == [none])
  }

  @Test func namespacesThatAreThereAreEnteredOnTheSideOfTheUserNamespaceThatAllowsIt() throws {
    let plan = try compile(
      bundle {
        $0.config.linux.namespaces = [
          Namespace(.mount), Namespace(.network, path: "/n"), Namespace(.user, path: "/u"), Namespace(.pid),
        ]
      }, machine())
    #expect(plan.host.contains(.clone([], cgroup: nil)))
    let joins = plan.child.filter {
      switch $0 {
      case .tryNamespace, .joinNamespace, .split: true
      default: false
      }
    }
    #expect(
      joins == [
        .tryNamespace(.network, "/n"), .joinNamespace(.user, "/u"), .joinNamespace(.network, "/n"),
        .split([.newPID, .newNS]),
      ])
  }

  @Test func aUserNamespaceIsMadeBehindTheNamespacesThatAreEntered() throws {
    var map = OCISpec.IDMapping()
    map.hostID = 100_000
    map.size = 1
    let plan = try compile(
      bundle {
        $0.config.linux.namespaces = [
          Namespace(.mount), Namespace(.network, path: "/n"), Namespace(.user), Namespace(.pid),
        ]
        $0.config.linux.uidMappings = [map]
        $0.config.linux.gidMappings = [map]
      }, machine())
    let writes = HostStep.writeOfChild(file: "uid_map", value: "0 100000 1\n")
    #expect(
      plan.host.split(separator: .clone([], cgroup: nil)).last?.prefix(3) == [.go, .awaitChild, writes])
    #expect(
      plan.child.prefix(4) == [
        .awaitGo, .joinNamespace(.network, "/n"), .split([.newPID, .newNS, .newUser]), .sync,
      ])
    #expect(plan.hasUserNamespace)
  }

  @Test func mountsThatAreThereAreEnteredAfterWhatIsWrittenByName() throws {
    var parameters = Members<String>()
    parameters.members = [.init("kernel.shmmni", "4001")]
    let plan = try compile(
      bundle {
        $0.config.linux.namespaces = [
          Namespace(.mount, path: "/m"), Namespace(.network, path: "/n"), Namespace(.ipc), Namespace(.pid),
        ]
        $0.config.linux.sysctl = parameters
      }, machine())
    let steps = plan.child.filter {
      switch $0 {
      case .joinNamespace, .sysctl: true
      default: false
      }
    }
    #expect(
      steps == [
        .joinNamespace(.network, "/n"), .sysctl(key: "kernel/shmmni", value: "4001"),
        .joinNamespace(.mount, "/m"),
      ])
  }

  @Test func clocksAreSetBeforeAnybodyHasThem() throws {
    var offset = TimeOffset()
    offset.secs = 60
    let plan = try compile(
      bundle {
        $0.config.linux.namespaces.append(Namespace(.time))
        $0.config.linux.timeOffsets.boottime = offset
      }, machine())
    #expect(plan.child.contains(.unshareTime(offsets: ["boottime 60 0"])))
    // Also where the time namespace belongs to a user namespace that is joined.
    let joined = try compile(
      bundle {
        $0.config.linux.namespaces += [Namespace(.time), Namespace(.user, path: "/u")]
        $0.config.linux.timeOffsets.boottime = offset
      }, machine())
    let index = joined.child.firstIndex(of: .unshareTime(offsets: ["boottime 60 0"]))
    #expect(index.map { joined.child[$0 + 1] } == .split([.newPID, .newNS, .newUTS]))
    #expect(plan.child.contains(.split(.newPID)))
    expectCompileError("linux.timeOffsets", "a time namespace") {
      try compile(bundle { $0.config.linux.timeOffsets.boottime = offset }, machine())
    }
  }

  @Test(arguments: [
    ("net.ipv4.ip_forward", "network namespace"), ("kernel.shmmax", "ipc namespace"),
    ("kernel.core_pattern", "whole machine's"), ("kernel.hostname", "property of its own"),
    ("net/../kernel/core_pattern", "no name"),
  ])
  func aParameterIsOneOfANamespaceOfTheContainers(_ name: String, _ words: String) {
    var parameters = Members<String>()
    parameters.members = [.init(name, "1")]
    expectCompileError("linux.sysctl.\(name)", words) {
      try compile(bundle { $0.config.linux.sysctl = parameters }, machine())
    }
  }

  @Test(arguments: ["1\n2", "1\nkernel.core_pattern=x\n", "1\0"])
  func aParametersValueIsOneLine(_ value: String) {
    var parameters = Members<String>()
    parameters.members = [.init("kernel.shmmax", value)]
    expectCompileError("linux.sysctl.kernel.shmmax", "more than one line") {
      try compile(
        bundle {
          $0.config.linux.namespaces.append(Namespace(.ipc))
          $0.config.linux.sysctl = parameters
        }, machine())
    }
  }

  @Test(arguments: [OCISpec.Namespace.Kind.uts, .ipc])
  func theCallersOwnNamespaceIsNoneOfTheContainers(_ kind: OCISpec.Namespace.Kind) {
    var host = machine()
    host.ownNamespaces = ["/own"]
    var parameters = Members<String>()
    parameters.members = [.init("kernel.shmmax", "1")]
    let request = bundle {
      $0.config.linux.namespaces.removeAll { $0.type == kind }
      $0.config.linux.namespaces.append(Namespace(kind, path: "/own"))
      if kind == .ipc { $0.config.linux.sysctl = parameters }
      if kind == .uts { $0.config.hostname = "barrel" }
    }
    let property = kind == .ipc ? "linux.sysctl.kernel.shmmax" : "hostname"
    expectCompileError(property, "namespace of") { try compile(request, host) }
  }

  @Test func aCgroupIsWhereThePathSays() throws {
    let devices = CgroupHierarchy(.v1, "/cg/devices", controllers: ["devices"])
    let pids = CgroupHierarchy(.v1, "/cg/pids", controllers: ["pids"])
    let plan = try compile(
      bundle {
        $0.config.linux.cgroupsPath = "/a/b"
        $0.config.linux.resources.pids = Pids(limit: 5)
      }, machine([pids, devices]))
    #expect(plan.cgroups == ["/cg/pids/a/b", "/cg/devices/a/b"])
    #expect(
      plan.host.prefix(6) == [
        .startKeeper(directory: "/run/cooper/cask"), .shareCgroup("/cg/pids/a"), .takeCgroup("/cg/pids/a/b"),
        .shareCgroup("/cg/devices/a"), .takeCgroup("/cg/devices/a/b"),
        .write(file: "/cg/pids/a/b/pids.max", value: "5"),
      ])
    // The nodes are made before the rules hold.
    let node = try #require(plan.child.firstIndex { if case .makeNode = $0 { true } else { false } })
    let join = try #require(plan.child.firstIndex(of: .joinCgroup("/cg/devices/a/b")))
    #expect(node < join)
    expectCompileError("linux.cgroupsPath", "everybody's") {
      try compile(bundle { $0.config.linux.cgroupsPath = "/" }, machine([pids]))
    }
    expectCompileError("linux.cgroupsPath", "has no place") {
      try compile(bundle { $0.config.linux.cgroupsPath = "/a/../../b" }, machine([pids]))
    }
  }

  @Test func theCgroupNamespaceBeginsBelowTheCgroupsOfDevicesToo() throws {
    let devices = CgroupHierarchy(.v1, "/cg/devices", controllers: ["devices"])
    let steps = try compile(
      bundle {
        $0.config.linux.namespaces.append(Namespace(.cgroup))
        $0.config.mounts = [
          Mount("/dev", type: "tmpfs"), Mount("/sys/fs/cgroup", type: "cgroup", options: ["ro"]),
        ]
      }, machine([devices])
    ).child
    let places = [
      steps.firstIndex { if case .makeNode = $0 { true } else { false } },
      steps.firstIndex(of: .joinCgroup("/cg/devices/cask")), steps.firstIndex(of: .unshareCgroup),
      steps.firstIndex { if case .mount(let mount) = $0 { mount.type == "cgroup" } else { false } },
    ].compactMap(\.self)
    #expect(places.count == 4 && places == places.sorted())
  }

  @Test func aPropagationIsSaidWithAnRToo() throws {
    let plan = try compile(bundle { $0.config.linux.rootfsPropagation = .rslave }, machine())
    #expect(plan.child.contains(.propagate(.slave, path: "/", isRecursive: true)))
    let shared = try compile(bundle { $0.config.linux.rootfsPropagation = .rshared }, machine())
    #expect(shared.child.contains(.propagate(.shared, path: "/", isRecursive: true)))
    #expect(shared.child.contains(.propagate(.private, path: "/", isRecursive: false)))
  }

  @Test func aScopeIsWhereThePathSays() throws {
    let unified = CgroupHierarchy(.v2, "/cg", controllers: ["pids"])
    var host = machine([unified])
    host.systemd = SystemdInstance(isUsers: false, bus: "/bus", cgroup: "/cg", controllers: ["pids"])
    func scope(_ path: String) throws -> Plan {
      try compile(
        bundle {
          $0.cgroupManager = .systemd
          $0.config.linux.cgroupsPath = path
        }, host)
    }
    #expect(
      try scope("machine-a-b.slice:cooper:x").scopes
        == ["/cg/machine.slice/machine-a.slice/machine-a-b.slice/cooper-x.scope"])
    #expect(try scope("").scopes == ["/cg/system.slice/cooper-cask.scope"])
    expectCompileError("linux.cgroupsPath", "SLICE:PREFIX:NAME") { try scope("/a/b") }
  }

  @Test func sharesOfCacheAreAGroup() throws {
    var rdt = IntelRdt()
    rdt.schemata = ["L3:0=ff"]
    rdt.memBwSchema = "MB:0=50"
    rdt.l3CacheSchema = "L3:0=f0\nMB:0=1"
    rdt.enableMonitoring = true
    var host = machine()
    host.mounts = [MountEntry(mountPoint: "/sys/fs/resctrl", type: "resctrl")]
    let wanted = bundle { $0.config.linux.intelRdt = rdt }
    let steps = try compile(wanted, host).host
    let group = "/sys/fs/resctrl/cask"
    #expect(
      steps.dropFirst().prefix(5) == [
        .makeCgroup(group), .write(file: "\(group)/schemata", value: "L3:0=ff\n"),
        .write(file: "\(group)/schemata", value: "L3:0=f0\n"),
        .write(file: "\(group)/schemata", value: "MB:0=50\n"), .makeCgroup("\(group)/mon_groups/cask"),
      ])
    #expect(steps.contains(.writeChild(file: "\(group)/tasks")))
    expectCompileError("linux.intelRdt", "no resctrl") { try compile(wanted, machine()) }
    rdt.closID = "shared"
    let shared = try compile(bundle { $0.config.linux.intelRdt = rdt }, host).host
    #expect(shared.contains(.writeChild(file: "/sys/fs/resctrl/shared/tasks")))
  }

  @Test func whatSecurityModulesAreToldIsWrittenWhileProcIsTheMachines() throws {
    var host = machine()
    host.hasAppArmor = true
    host.hasSELinux = true
    let labelled = bundle {
      $0.config.process?.apparmorProfile = "cask"
      $0.config.process?.selinuxLabel = "u:r:t:s0"
    }
    let steps = try compile(labelled, host).child
    let first = try #require(steps.firstIndex(of: .labelExec(file: "apparmor/exec", value: "exec cask")))
    #expect(steps[first + 1] == .labelExec(file: "exec", value: "u:r:t:s0"))
    #expect(first < (steps.firstIndex(of: .rootDirectory("/bundle/rootfs")) ?? 0))
    expectCompileError("process.apparmorProfile", "not enabled") { try compile(labelled, machine()) }
  }

  @Test func newFilesystemsHaveTheLabelOfMounts() throws {
    var host = machine()
    host.hasSELinux = true
    let labelled = bundle {
      $0.config.linux.mountLabel = "u:r:t:s0"
      $0.config.mounts = [
        Mount("/proc", type: "proc", source: "proc"),
        Mount("/mnt", type: "tmpfs", source: "tmpfs"),
        Mount("/dev/mqueue", type: "mqueue", source: "mqueue"),
      ]
    }
    let steps = try compile(labelled, host).child
    let mounts = steps.compactMap { step in if case .mount(let mount) = step { mount } else { nil } }
    #expect(mounts.map(\.options) == [[], [.init("context", "u:r:t:s0")], []])
    let queues = try #require(steps.firstIndex(of: .mount(mounts[2])))
    #expect(steps[queues + 1] == .labelMount(path: "/dev/mqueue", "u:r:t:s0"))
    expectCompileError("linux.mountLabel", "no SELinux") { try compile(labelled, machine()) }
  }
}

extension Hooks {
  fileprivate init(_ hook: Hook) {
    self.init()
    (prestart, createRuntime, createContainer) = ([hook], [hook], [hook])
    (startContainer, poststart, poststop) = ([hook], [hook], [hook])
  }
}
