@testable import Containers
import Linux
import OCISpec
import Testing

/// `compile` is pure: what comes out is compared with expected lists, without root and without a container.
struct CompileTests {
  @Test func theSmallestContainer() throws {
    let plan = try compile(request(), host())
    #expect(
      plan.host == [
        .startKeeper(directory: "/run/cooper/cask"),
        .clone([], cgroup: nil),
        .go,
      ])
    #expect(
      plan.child.filter { if case .makeLink = $0 { false } else { true } } == [
        .awaitGo, .newSession, .newSessionKeyring, .makeMountsPrivate,
        .scratch(directory: "/run/cooper/cask"), .overlay(lower: ["/image"]),
        .pivotRoot, .closeDescriptors,
        .dropBoundingSet(keeping: CapabilitySet()), .setUser(User()), .setCapabilities(ProcessCapabilities()),
        .workingDirectory("/"), .exec(args: ["/bin/true"], env: []),
      ])
  }

  @Test func everyPropertyHasItsStepInItsPlace() throws {
    let plan = try compile(
      request { request in
        request.config.linux.namespaces = ownNamespaces
        request.config.hostname = "tub"
        request.config.root?.readonly = true
        request.config.linux.devices = [Device("/dev/null", 1, 3)]
        request.config.linux.maskedPaths = ["/proc/keys"]
        request.config.linux.readonlyPaths = ["/proc/sys"]
        request.config.mounts = [Mount("/proc", type: "proc", source: "proc", options: ["nosuid", "noexec"])]
        request.config.process?.terminal = true
        request.config.process?.noNewPrivileges = true
        request.config.process?.cwd = "/home"
        request.config.process?.user = User(uid: 5, gid: 6, additionalGids: [7])
        request.config.process?.capabilities = given(["CAP_KILL", "CAP_CHOWN"])
        request.usesInit = true
      }, host())
    #expect(plan.host.contains(.clone([.newPID, .newNet, .newNS, .newIPC, .newUTS], cgroup: nil)))
    let capabilities = CapabilitySet([.kill, .chown])
    #expect(
      plan.child.filter { if case .makeLink = $0 { false } else { true } } == [
        .awaitGo, .newSession, .newSessionKeyring, .unshareCgroup, .makeMountsPrivate,
        .scratch(directory: "/run/cooper/cask"), .overlay(lower: ["/image"]),
        .mount(
          FilesystemMount(
            type: "proc", source: "proc", path: "/proc", attributes: [.noSuid, .noExec], options: [])),
        .makeNode(DeviceNode("/dev/null", DeviceNumber(1, 3))), .terminal(nil),
        .mask("/proc/keys"), .makeReadOnly("/proc/sys"), .makeRootReadOnly,
        .pivotRoot, .setHostname("tub"), .loopbackUp, .closeDescriptors,
        .dropBoundingSet(keeping: capabilities),
        .setUser(User(uid: 5, gid: 6, additionalGids: [7])),
        .setCapabilities(ProcessCapabilities(effective: capabilities, permitted: capabilities)),
        .noNewPrivileges, .workingDirectory("/home"), .becomeInit,
        .exec(args: ["/bin/true"], env: []),
      ])
  }

  @Test func withoutInteractionInputIsTheNullDevice() throws {
    let plan = try compile(request { $0.isInteractive = false }, host())
    #expect(plan.child.contains(.nullInput))
    #expect(!(try compile(request(), host()).child.contains(.nullInput)))
  }

  @Test func anInitIsFilteredToo() throws {
    let filter = SeccompFilter([.return(.allow)])
    let child = try compile(
      request {
        ($0.filter, $0.usesInit) = (filter, true)
        $0.config.process?.noNewPrivileges = true
      }, host()
    ).child
    #expect(child.suffix(3).dropLast() == [.loadFilter(filter), .becomeInit])
    // What the filter takes without no_new_privs isn't the init's to keep.
    let later = try compile(request { ($0.filter, $0.usesInit) = (filter, true) }, host()).child
    #expect(
      later.suffix(4).dropLast() == [
        .loadFilter(filter), .setCapabilities(ProcessCapabilities()), .becomeInit,
      ])
  }

  @Test func theMissingFilterIsSaid() throws {
    #expect(try compile(request(), host()).remarks.contains { $0.contains("no seccomp filter") })
  }

  @Test func whatCannotBeIsRefusedByName() {
    expectCompileError("process.args", "no command") {
      try compile(request { $0.config.process?.args = [] }, host())
    }
    expectCompileError("root", "/nowhere is no directory") {
      try compile(request { $0.lower = ["/nowhere"] }, host())
    }
    expectCompileError("root", "/file is no directory") {
      try compile(request { $0.lower = ["/file"] }, host(files: ["/file": .other]))
    }
    expectCompileError("process.capabilities", "no capability CAP_FLY") {
      try compile(request { $0.config.process?.capabilities.bounding = ["CAP_FLY"] }, host())
    }
  }

  @Test func aCapabilityThatTheKernelOrTheCallerLacksIsRefused() {
    let wanted = request { $0.config.process?.capabilities.bounding = ["CAP_BPF"] }
    expectCompileError("process.capabilities", "this kernel has no CAP_BPF") {
      var host = host()
      host.lastCapability = .auditRead
      return try compile(wanted, host)
    }
    expectCompileError("process.capabilities", "lacks it itself") {
      var host = host()
      host.capabilities = CapabilitySet([.chown])
      return try compile(wanted, host)
    }
  }
}
