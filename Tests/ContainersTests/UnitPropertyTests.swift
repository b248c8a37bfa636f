@testable import Containers
import OCISpec
import Testing

/// What systemd is told of a container's unit: limits of every kind, and the properties of annotations.
struct UnitPropertyTests {
  typealias Value = Scope.Property.Value

  private let system = SystemdInstance(
    isUsers: false, bus: "/bus", cgroup: "/cg",
    controllers: ["cpu", "cpuset", "io", "memory", "pids", "hugetlb"])
  private let machine = CgroupHierarchy(
    .v2, "/cg", controllers: ["cpu", "cpuset", "io", "memory", "pids", "hugetlb"], hasSwapLimit: true)

  private func bundle(_ change: (inout ContainerRequest) -> Void = { _ in }) throws -> Plan {
    var host = HostFacts(cgroups: [machine], systemd: system)
    host.files = ["/bundle/rootfs": .directory]
    return try compile(
      request {
        $0.lower = []
        $0.bundle = BundleRequest(root: "/bundle/rootfs")
        $0.cgroupManager = .systemd
        $0.config.linux.namespaces = [Namespace(.mount), Namespace(.pid)]
        $0.config.linux.cgroupsPath = "oak-cellar.slice:cooper:cask"
        change(&$0)
      }, host)
  }

  private func members(_ pairs: [(String, String)]) -> Members<String> {
    var members = Members<String>()
    for (name, value) in pairs { members.members.append(.init(name, value)) }
    return members
  }

  private func properties(_ plan: Plan) -> [Scope.Property] {
    for case .startScope(let scope) in plan.host { return Array(scope.properties.dropFirst(5)) }
    return []
  }

  private func writes(_ plan: Plan) -> [HostStep] {
    plan.host.filter { if case .write = $0 { true } else { false } }
  }

  @Test func processorsAreABitEach() {
    let bits: [Value] = [.integer(0b1000_0011, .byte), .integer(0b10, .byte)]
    #expect(cpusetProperty("cpus", "0-1,7,9") == .init("AllowedCPUs", .array(bits, of: "y")))
    #expect(cpusetProperty("mems", "0") == .init("AllowedMemoryNodes", .array([.integer(1, .byte)], of: "y")))
    #expect(cpusetProperty("cpus", "nonsense") == nil)
  }

  @Test func theLimitsOfDevicesAreProperties() throws {
    let plan = try bundle {
      var throttle = ThrottleDevice()
      (throttle.major, throttle.minor, throttle.rate) = (8, 16, 100)
      $0.config.linux.resources.blockIO.weight = 100
      $0.config.linux.resources.blockIO.throttleReadBpsDevice = [throttle]
    }
    let device = Value.array([.tuple([.text("/dev/block/8:16"), .number(100)])], of: "(st)")
    #expect(
      properties(plan) == [.init("IOWeight", .number(910)), .init("IOReadBandwidthMax", device)])
    #expect(writes(plan) == [])
  }

  @Test(
    arguments: [
      ("memory.high", "4096", [("MemoryHigh", .number(4096))]),
      ("memory.low", "max", [("MemoryLow", .number(.max))]),
      ("pids.max", "7", [("TasksMax", .number(7))]),
      ("cpu.weight", "7", [("CPUWeight", .number(7))]),
      ("cpu.idle", "1", [("CPUWeight", .number(0))]),
      (
        "cpu.max", "5000 50000",
        [("CPUQuotaPeriodUSec", .number(50000)), ("CPUQuotaPerSecUSec", .number(100_000))]
      ),
      ("cpu.max", "max 50000", [("CPUQuotaPerSecUSec", .number(.max))]),
      ("memory.oom.group", "1", []), ("cpu.max", "x", []), ("memory.max", "x", []), ("memory.max", "", []),
    ] as [(String, String, [(String, Value)])])
  func aFileOfVersion2IsAProperty(_ file: String, _ text: String, _ wanted: [(String, Value)]) {
    let found = unitProperties(ofFile: file, text.parts(at: "\n").filter { !$0.isEmpty })
    #expect(found == wanted.map { Scope.Property($0.0, $0.1) })
  }

  @Test func aFileOfVersion2IsWrittenToo() throws {
    let plan = try bundle {
      $0.config.linux.resources.unified = members([("memory.high", "4096")])
    }
    #expect(properties(plan) == [.init("MemoryHigh", .number(4096))])
    let cgroup = "/cg/oak.slice/oak-cellar.slice/cooper-cask.scope"
    #expect(writes(plan) == [.write(file: "\(cgroup)/memory.high", value: "4096")])
  }

  @Test func theSlicesPassOnWhatSystemdDoesNotKnow() throws {
    let plan = try bundle {
      var limit = HugepageLimit()
      limit.pageSize = "2MB"
      $0.config.linux.resources.hugepageLimits = [limit]
    }
    let enabled = plan.host.compactMap {
      if case .enable(let names, let path) = $0 { (names, path) } else { nil }
    }
    #expect(enabled.map(\.0) == [["hugetlb"], ["hugetlb"], ["hugetlb"]])
    #expect(enabled.map(\.1) == ["/cg", "/cg/oak.slice", "/cg/oak.slice/oak-cellar.slice"])
    let known = try bundle { $0.config.linux.resources.cpu.shares = 2 }
    #expect(known.host.allSatisfy { if case .enable = $0 { false } else { true } })
  }

  @Test func rulesOfDevicesAllowTheDefaultOnes() throws {
    let plan = try bundle { $0.config.linux.resources.devices = [DeviceRule(allow: false)] }
    let program = try compileDeviceRules(withDefaultDevices([DeviceRule(allow: false)]))
    let cgroup = "/cg/oak.slice/oak-cellar.slice/cooper-cask.scope"
    #expect(plan.host.contains(.attachDevices(program, to: cgroup)))
  }

  @Test(
    arguments: [
      ("true", .flag(true)), ("5", .integer(5, .int32)), ("-5", .integer(UInt64(bitPattern: -5), .int32)),
      ("uint64 5", .number(5)), ("int64 -5", .integer(UInt64(bitPattern: -5), .int64)), ("@t 5", .number(5)),
      (" byte 0x10 ", .integer(16, .byte)),
      ("1.5", .double(1.5)), ("'a b'", .text("a b")), ("\"it's\"", .text("it's")), ("'a\\'b'", .text("a'b")),
      ("objectpath '/a'", .objectPath("/a")), ("@as []", .array([], of: "s")),
      ("['a', 'b']", .array([.text("a"), .text("b")], of: "s")),
      ("[uint64 1, 2]", .array([.number(1), .number(2)], of: "t")),
      ("@a(st) [('/dev/sda', 5)]", .array([.tuple([.text("/dev/sda"), .number(5)])], of: "(st)")),
      ("('a', true)", .tuple([.text("a"), .flag(true)])),
    ] as [(String, Value)])
  func aValueIsReadAsGVariantWritesIt(_ text: String, _ value: Value) {
    var parser = VariantParser(text)
    #expect(parser.whole() == value)
  }

  @Test(
    arguments: [
      "", "yes", "'a", "[]", "()", "[1, 'a']", "5 6", "uint64 -1", "byte 256", "@t 'a'", "@", "@a 5",
      "@(st) ('a')",
      "uint64 uint64 5", "{'a': 5}", "<5>", "'a\\q'", "[1,,2]", "@as ['a'", "@aaaaaaaaaaaaaaaaaaas []",
      "((((((((((((((((((1))))))))))))))))))", "int32 99999999999",
    ])
  func anythingElseIsNone(_ text: String) {
    var parser = VariantParser(text)
    #expect(parser.whole() == nil)
  }

  @Test func annotationsAreProperties() throws {
    let plan = try bundle {
      $0.config.annotations = members([
        ("org.systemd.property.TimeoutStopSec", "uint64 7"), ("org.systemd.property.RuntimeMaxSec", "1.5"),
        ("org.systemd.property.AllowedSec", "5"), ("org.systemd.property.Oak", "'s'"),
        ("org.example.cask", "5"),
      ])
      $0.config.linux.resources.pids = Pids(limit: 3)
    }
    // What the configuration limits comes last, and holds.
    #expect(
      properties(plan) == [
        .init("TimeoutStopUSec", .number(7_000_000)), .init("RuntimeMaxUSec", .number(1_500_000)),
        .init("AllowedUSec", .number(5_000_000)), .init("Oak", .text("s")), .init("TasksMax", .number(3)),
      ])
    for (name, value) in [
      ("ab", "1"), ("A-b", "1"), ("Oak", "nonsense"), ("OakSec", "'a'"), ("OakSec", "-1"),
    ] {
      expectCompileError("annotations.org.systemd.property.\(name)", "") {
        try bundle {
          $0.config.annotations = members([("org.systemd.property.\(name)", value)])
        }
      }
    }
  }

  @Test func everyKindOfValueHasItsBytes() {
    func bytes(_ value: Value, behind count: Int = 1) -> [UInt8] {
      var encoder = BusEncoder()
      for _ in 0..<count { encoder.byte(7) }
      value.encode(to: &encoder)
      return Array(encoder.bytes.dropFirst(count))
    }
    #expect(bytes(.array([.integer(3, .byte), .integer(1, .byte)], of: "y")) == [0, 0, 0, 2, 0, 0, 0, 3, 1])
    #expect(bytes(.integer(UInt64(bitPattern: -2), .int16)) == [0, 0xfe, 0xff])
    #expect(bytes(.integer(5, .int64)) == [0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0])
    let pair = Value.array([.tuple([.text("a"), .number(5)])], of: "(st)")
    #expect(pair.signature == "a(st)")
    let first = [1, 0, 0, 0] + Array("a\0".utf8) + [0, 0] + [5, 0, 0, 0, 0, 0, 0, 0]
    #expect(bytes(pair) == [0, 0, 0] + [16, 0, 0, 0] + first)
    // The padding before the first element doesn't count.
    #expect(bytes(pair, behind: 5) == [0, 0, 0] + [16, 0, 0, 0] + [0, 0, 0, 0] + first)
    let call = setUnitProperties("a.scope", [.init("TasksMax", .number(5))])
    #expect((call.member, call.signature) == ("SetUnitProperties", "sba(sv)"))
    #expect(call.body.suffix(8) == [5, 0, 0, 0, 0, 0, 0, 0])
  }

  // A cgroup for the container's root

  private func given(_ change: (inout ContainerRequest) -> Void) throws -> [HostStep] {
    try bundle {
      $0.config.linux.namespaces += [Namespace(.cgroup), Namespace(.user)]
      var map = OCISpec.IDMapping()
      (map.hostID, map.size) = (1000, 10)
      ($0.config.linux.uidMappings, $0.config.linux.gidMappings) = ([map], [map])
      $0.config.mounts = [Mount("/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid"])]
      change(&$0)
    }.host.filter { if case .giveCgroup = $0 { true } else { false } }
  }

  @Test func aCgroupIsGivenToWhoSeesItAndMayWriteToIt() throws {
    let cgroup = "/cg/oak.slice/oak-cellar.slice/cooper-cask.scope"
    #expect(try given { _ in } == [.giveCgroup(cgroup, owner: 1000)])
    #expect(
      try given { $0.config.process?.user = User(uid: 3, gid: 0) } == [.giveCgroup(cgroup, owner: 1003)])
    #expect(try given { $0.config.mounts[0].options = ["ro"] } == [])
    #expect(try given { $0.config.linux.namespaces.removeAll { $0.type == .cgroup } } == [])
    // Without a user namespace it is root's already.
    #expect(
      try given {
        $0.config.linux.namespaces.removeAll { $0.type == .user }
        ($0.config.linux.uidMappings, $0.config.linux.gidMappings) = ([], [])
      } == [])
  }

  @Test func pressureIsReadAsTheKernelWritesIt() {
    let pressure = Pressure(
      "some avg10=1.05 avg60=20.50 avg300=100.00 total=12\nfull avg10=0.00 avg60=0.10 avg300=x total=y\n")
    #expect(
      JSONWriter.text(pressure)
        == #"{"some":{"avg10":1.05,"avg60":20.50,"avg300":100,"total":12},"full":{"avg10":0,"avg60":0.10,"avg300":0,"total":0}}"#
    )
    #expect(Pressure("") == Pressure())
  }
}
