@testable import Containers
import Linux
import OCISpec
import Testing

/// A container of a caller who is not root: what is other in its plan.
struct CompileUserTests {
  private func user(_ change: (inout HostFacts) -> Void = { _ in }) -> HostFacts {
    var host = host()
    host.uid = 1000
    host.gid = 1001
    host.capabilities = CapabilitySet()
    host.user.uids = IDRange(first: 100_000, count: 65536)
    host.user.gids = IDRange(first: 200_000, count: 65536)
    host.user.newuidmap = "/usr/bin/newuidmap"
    host.user.newgidmap = "/usr/bin/newgidmap"
    change(&host)
    return host
  }

  private func alone(_ host: inout HostFacts) { host.user.uids = nil }

  private func mounts(_ mount: Mount, _ host: HostFacts, _ namespaces: [Namespace] = ownNamespaces)
    throws -> [ChildStep]
  {
    let request = request {
      $0.config.mounts = [mount]
      $0.config.linux.namespaces = namespaces
    }
    return try compile(request, host).child.filter {
      switch $0 {
      case .mount, .bind: true
      default: false
      }
    }
  }

  @Test func withRangesTheProgramsMapThem() throws {
    let plan = try compile(request(), user())
    #expect(
      plan.host == [
        .startKeeper(directory: "/run/cooper/cask"),
        .clone(.newUser, cgroup: nil),
        .runMapper("/usr/bin/newuidmap", [.init(0, 1000, 1), .init(1, 100_000, 65536)]),
        .runMapper("/usr/bin/newgidmap", [.init(0, 1001, 1), .init(1, 200_000, 65536)]),
        .go,
      ])
    #expect(
      plan.child.filter { if case .makeLink = $0 { false } else { true } } == [
        .awaitGo, .newSession, .newSessionKeyring, .makeMountsPrivate, .becomeMappedRoot(),
        .scratch(directory: "/run/cooper/cask"), .overlay(lower: ["/image"], userAttributes: true),
        .pivotRoot, .closeDescriptors,
        .dropBoundingSet(keeping: CapabilitySet()), .setUser(User()), .setCapabilities(ProcessCapabilities()),
        .workingDirectory("/"), .exec(args: ["/bin/true"], env: []),
      ])
  }

  @Test func withoutARangeTheHostSideMapsTheCallerAlone() throws {
    let plan = try compile(request(), user(alone))
    #expect(
      plan.host == [
        .startKeeper(directory: "/run/cooper/cask"),
        .clone(.newUser, cgroup: nil),
        .writeOfChild(file: "uid_map", value: "0 1000 1"),
        .writeOfChild(file: "setgroups", value: "deny"),
        .writeOfChild(file: "gid_map", value: "0 1001 1"),
        .go,
      ])
    // setgroups(2) is denied, and the ids are 0 already.
    #expect(!plan.child.contains { if case .setUser = $0 { true } else { false } })
  }

  @Test func aRemarkSaysWhyThereIsOneID() throws {
    func expectRemark(_ words: String, _ change: (inout HostFacts) -> Void) throws {
      let remarks = try compile(request(), user(change)).remarks
      #expect(remarks.contains { $0.contains("one user and one group, 0: ") && $0.contains(words) })
      #expect(remarks.contains { $0.contains("supplementary groups stay") })
    }
    try expectRemark("/etc/subuid gives the caller no range") { $0.user.uids = nil }
    try expectRemark("/etc/subgid gives the caller no range") { $0.user.gids = nil }
    try expectRemark("no newuidmap") { $0.user.newuidmap = nil }
    try expectRemark("no newgidmap") { $0.user.newgidmap = nil }
    try expectRemark("no_new_privs is set") { $0.user.hasNoNewPrivileges = true }
  }

  @Test func aUserWhoIsNotMappedIsRefused() throws {
    func wanted(_ user: User) -> ContainerRequest { request { $0.config.process?.user = user } }
    expectCompileError("process.user.uid", "has one id, 0") {
      try compile(wanted(User(uid: 5)), user(alone))
    }
    expectCompileError("process.user.gid", "has one id, 0") {
      try compile(wanted(User(gid: 5)), user(alone))
    }
    expectCompileError("process.user.uid", "the last one is 65536") {
      try compile(wanted(User(uid: 65537)), user())
    }
    expectCompileError("process.user.additionalGids", "70000 is not mapped") {
      try compile(wanted(User(additionalGids: [70000])), user())
    }
    let last = User(uid: 65536, gid: 65536, additionalGids: [65536])
    #expect(try compile(wanted(last), user()).child.contains(.setUser(last)))
    let plan = try compile(wanted(User(additionalGids: [0, 4])), user(alone))
    #expect(plan.remarks.contains { $0.contains("groups of the image are left out") })
  }

  @Test func capabilitiesAreThoseOfTheNamespace() throws {
    let request = request { $0.config.process?.capabilities = given(["CAP_SYS_ADMIN"]) }
    #expect(
      try compile(request, user()).child.contains(
        .setCapabilities(ProcessCapabilities(effective: [.sysAdmin], permitted: [.sysAdmin]))))
  }

  @Test func devicesAreTheMachines() throws {
    let null = DeviceNode("/dev/null", DeviceNumber(1, 3))
    let plan = try compile(request { $0.config.linux.devices = [Device("/dev/null", 1, 3)] }, user())
    #expect(plan.child.contains(.bindNode(null)))
    #expect(!plan.child.contains(.makeNode(null)))
  }

  @Test func theNetworkOfTheMachineIsSeenInItsOwnSysfs() throws {
    let sysfs = Mount("/sys", type: "sysfs", source: "sysfs", options: ["nosuid"])
    #expect(
      try mounts(sysfs, user(), [Namespace(.mount), Namespace(.pid)]) == [
        .bind(
          BindMount(
            source: "/sys", path: "/sys", kind: .directory, attributes: [.readOnly, .noSuid],
            isRecursive: true))
      ])
    guard case .mount = try #require(mounts(sysfs, user()).first) else {
      Issue.record("with a network of its own it is a new one")
      return
    }
  }

  @Test(
    arguments: [
      (["rw", "relatime"], []), (["rw", "noatime"], .noATime), (["rw"], .strictATime),
      (["ro", "noatime", "nodiratime"], [.readOnly, .noATime, .noDirATime]),
    ] as [([String], MountAttributes)])
  func newMountsShowNoMoreThanThoseOfTheMachine(_ options: [String], _ added: MountAttributes) throws {
    let host = user {
      $0.mounts = [
        MountEntry(mountPoint: "/elsewhere", type: "proc", options: ["ro"]),
        MountEntry(mountPoint: "/proc", type: "proc", options: options),
      ]
    }
    let proc = Mount("/proc", type: "proc", source: "proc", options: ["nosuid"])
    #expect(
      try mounts(proc, host) == [
        .mount(
          FilesystemMount(
            type: "proc", source: "proc", path: "/proc", attributes: added.union(.noSuid), options: []))
      ])
  }

  @Test func terminalsHaveTheirGroupWhereItIsMapped() throws {
    let devpts = Mount("/dev/pts", type: "devpts", source: "devpts", options: ["mode=620", "gid=5"])
    func options(_ host: HostFacts) throws -> [String] {
      guard case .mount(let mount) = try mounts(devpts, host).first else { return [] }
      return mount.options.map(\.key)
    }
    #expect(try options(user()) == ["mode", "gid"])
    #expect(try options(user(alone)) == ["mode"])
  }

  @Test func anImageWithoutLayersIsAnEmptyRootWithItsLinks() throws {
    let plan = try compile(
      request {
        $0.lower = []
        $0.links = [Link("/bin", target: "usr/bin")]
      }, user())
    let root = try #require(plan.child.firstIndex(of: .emptyRoot))
    #expect(plan.child[root + 1] == .makeLink(target: "usr/bin", path: "/bin"))
  }

  @Test func aMachineThatForbidsUserNamespacesIsNamed() {
    expectCompileError("user namespace", "sysctl -w kernel.unprivileged_userns_clone=1") {
      try compile(request(), user { $0.user.unprivilegedClone = 0 })
    }
    expectCompileError("user namespace", "sysctl -w user.max_user_namespaces") {
      try compile(request(), user { $0.user.maximum = 0 })
    }
  }

  @Test func whatMayFailLaterIsARemark() throws {
    func remarks(_ change: (inout HostFacts) -> Void) throws -> [String] {
      try compile(request(), user(change)).remarks
    }
    #expect(
      try remarks { $0.user.isRestrictedByAppArmor = true }.contains {
        $0.contains("kernel.apparmor_restrict_unprivileged_userns is 1")
      })
    #expect(try remarks { $0.kernel = KernelVersion(6, 5) }.contains { $0.contains("before Linux 6.6") })
    #expect(!(try remarks { $0.kernel = KernelVersion(6, 6) }.contains { $0.contains("before Linux") }))
  }

  @Test func rootHasNoUserNamespace() throws {
    var host = user()
    host.uid = 0
    host.user.unprivilegedClone = 0
    #expect(try compile(request(), host).host.contains(.clone([], cgroup: nil)))
  }
}

struct UserFactsTests {
  @Test func theFirstRangeOfTheCallerCounts() {
    let text = "other:1:2\n# a comment\ncask:100000:65536\n1000:5:6\n"
    #expect(firstRange(in: text, of: ["cask", "1000"]) == IDRange(first: 100_000, count: 65536))
    #expect(firstRange(in: text, of: ["1000"]) == IDRange(first: 5, count: 6))
    #expect(firstRange(in: text, of: ["nobody"]) == nil)
  }

  @Test(arguments: ["cask", "cask:1", "cask:1:0", "cask:x:1", "cask:-1:5", "cask:4294967295:2", "cask:1:2:3"])
  func whatIsNoRangeIsPassedOver(_ line: String) {
    #expect(firstRange(in: "\(line)\ncask:7:8\n", of: ["cask"]) == IDRange(first: 7, count: 8))
  }
}
