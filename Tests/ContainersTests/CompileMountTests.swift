@testable import Containers
import Linux
import OCISpec
import SystemPackage
import Testing

struct CompileMountTests {
  private func mounts(_ mount: Mount, _ host: HostFacts = host()) throws -> [ChildStep] {
    try compile(request { $0.config.mounts = [mount] }, host).child.filter {
      switch $0 {
      case .mount, .bind, .restrict: true
      default: false
      }
    }
  }

  @Test func attributesAndOptionsOfTheFilesystemAreToldApart() throws {
    let mount = Mount(
      "/tmp", type: "tmpfs", source: "tmpfs",
      options: ["nosuid", "ro", "rw", "nodev", "dev", "noexec", "size=1m", "mode=700", "defaults"])
    #expect(
      try mounts(mount) == [
        .mount(
          FilesystemMount(
            type: "tmpfs", source: "tmpfs", path: "/tmp", attributes: [.noSuid, .noExec],
            options: [.init("size", "1m"), .init("mode", "700")]))
      ])
  }

  @Test func aBindMountKnowsWhatItsSourceIs() throws {
    let files: [FilePath: FileKind] = ["/data": .directory, "/file": .other]
    #expect(
      try mounts(Mount("/a", source: "/data", options: ["rbind", "rro"]), host(files: files)) == [
        .bind(
          BindMount(source: "/data", path: "/a", kind: .directory, attributes: .readOnly, isRecursive: true))
      ])
    #expect(
      try mounts(Mount("/b", source: "/file", options: ["bind"]), host(files: files)) == [
        .bind(BindMount(source: "/file", path: "/b", kind: .other, attributes: [], isRecursive: false))
      ])
  }

  @Test func pathsThatDifferInBytesAreTwo() throws {
    // One letter with an accent, and a letter and an accent behind it: to Swift the same text.
    let (composed, decomposed) = ("/\u{e9}", "/e\u{301}")
    let files: [FilePath: FileKind] = [FilePath(composed): .directory, FilePath(decomposed): .other]
    for (source, kind) in [(composed, FileKind.directory), (decomposed, .other)] {
      #expect(
        try mounts(Mount("/a", source: source, options: ["bind"]), host(files: files)) == [
          .bind(BindMount(source: source, path: "/a", kind: kind, attributes: [], isRecursive: false))
        ])
    }
  }

  @Test func theNodesComeRightAfterTheirFilesystem() throws {
    // A volume that is mounted over /dev must not get them.
    let steps = try compile(
      request {
        $0.config.linux.devices = [Device("/dev/null", 1, 3)]
        $0.config.mounts = [
          Mount("/proc", type: "proc"), Mount("/dev/", type: "tmpfs"),
          Mount("/dev", source: "/image", options: ["bind"]),
        ]
      }, host()
    ).child
    let node = try #require(steps.firstIndex(of: .makeNode(DeviceNode("/dev/null", DeviceNumber(1, 3)))))
    guard case .mount(let mount) = steps[node - 1] else {
      Issue.record("\(steps[node - 1])")
      return
    }
    #expect(mount.path == "/dev/")
  }

  @Test func theContainerSeesItsCgroups() throws {
    let mount = Mount(
      "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "nodev", "noexec", "ro"])
    let sealed: MountAttributes = [.readOnly, .noSuid, .noDev, .noExec]
    #expect(
      try mounts(mount, host([v2])) == [
        .mount(
          FilesystemMount(
            type: "cgroup2", source: "cgroup2", path: "/sys/fs/cgroup", attributes: sealed, options: []))
      ])
    let limited = request {
      $0.config.mounts = [mount]
      $0.config.linux.namespaces = [Namespace(.cgroup)]
      $0.config.linux.resources.cpu.shares = 2
    }
    let steps = try compile(limited, host([v1CPU])).child
    #expect(
      steps.contains(
        .mount(
          FilesystemMount(
            type: "cgroup", source: "cgroup", path: "/sys/fs/cgroup/cpu,cpuacct", attributes: sealed,
            options: [.init("cpu"), .init("cpuacct")]))))
    #expect(steps.contains(.restrict("/sys/fs/cgroup", MountChange(set: sealed, isRecursive: true))))
    #expect(try mounts(mount) == [])
  }

  @Test func whatMeansNothingIsRefusedWithItsPath() {
    func refused(_ mount: Mount) throws -> Plan {
      try compile(request { $0.config.mounts = [Mount("/x", type: "proc"), mount] }, host())
    }
    expectCompileError("mounts[1].destination", "NUL") { try refused(Mount("/x\0", type: "proc")) }
    expectCompileError("mounts[1].type", "missing") { try refused(Mount("/x")) }
    expectCompileError("mounts[1].source", "missing") { try refused(Mount("/x", options: ["bind"])) }
    expectCompileError("mounts[1].source", "there is no /no") {
      try refused(Mount("/x", source: "/no", options: ["bind"]))
    }
    expectCompileError("mounts[1].options", "size means nothing") {
      try refused(Mount("/x", source: "/image", options: ["bind", "size=1"]))
    }
    expectCompileError("mounts[1].options", "no mount option") {
      try refused(Mount("/x", type: "tmpfs", options: ["=1"]))
    }
  }
}
