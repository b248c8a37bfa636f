// Glibc beside Linux: no name may become ambiguous.
import Glibc
import Linux
import SystemPackage
import Testing

@Suite("Capabilities")
struct CapabilityTests {
  @Test func theTableIsWhole() {
    expectEqual(Capability.names.map { $0.value.rawValue }, Array(0...40))
    for (capability, name) in Capability.names {
      expectEqual(Capability(name: name), capability)
      expectEqual(capability.description, name)
    }
    expectEqual(Capability(name: "NET_ADMIN"), nil)
    expectEqual(Capability(rawValue: 63).description, "63")
  }

  @Test func aSetPrintsItsNames() {
    var set: CapabilitySet = [.sysAdmin, .chown]
    expectEqual(set.description, "CAP_CHOWN | CAP_SYS_ADMIN")
    expectEqual(set.rawValue, 1 << 21 | 1)
    #expect(set.remove(.chown) == .chown && set.remove(.chown) == nil)
    #expect(set.insert(.bpf).inserted && !set.insert(.bpf).inserted)
    expectEqual(Array(set), [.sysAdmin, .bpf])
    expectEqual(CapabilitySet(through: .checkpointRestore).rawValue, 0x1ff_ffff_ffff)
    expectEqual(CapabilitySet(through: Capability(rawValue: 63)).rawValue, .max)
    expectEqual(set.contains(Capability(rawValue: 64)), false)
    expectEqual(CapabilitySet().description, "0")
  }

  @Test func lastCapabilityIsTheSameByBothWays() throws {
    expectEqual(lastCapability(), probeLastCapability())
    #expect(lastCapability().rawValue >= 37)
  }

  @Test func capsetTakesAwayAndDoesNotGiveBack() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let all = try capget()
        var fewer = all
        fewer.effective = [.setpcap, .checkpointRestore]
        fewer.permitted.remove(.sysAdmin)
        fewer.inheritable = [.netAdmin]
        try capset(fewer)
        expectEqual(try capget(), fewer)
        expectEqual(try status("CapEff"), ["0000010000000100"])
        let error = expectErrno(.notPermitted) { try capset(all) }
        #expect(error.map { "\($0)" }?.contains("inheritable: 0): operation not permitted") == true)
        expectErrno(.invalidArgument) { _ = try capget(-1) }
        expectErrno(.noSuchProcess) { _ = try capget(ProcessID.max) }
      }
    }
  }

  @Test func theBoundingSetLosesForEver() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let before = Prctl.boundingSet()
        try Prctl.capBSetDrop(.sysBoot)
        expectEqual(try Prctl.capBSetRead(.sysBoot), false)
        expectEqual(try Prctl.capBSetRead(.chown), true)
        expectEqual(Prctl.boundingSet(), before.subtracting([.sysBoot]))
        expectErrno(.invalidArgument) { _ = try Prctl.capBSetRead(Capability(rawValue: 64)) }
        var sets = try capget()
        sets.effective.remove(.setpcap)
        try capset(sets)
        let error = expectErrno(.notPermitted) { try Prctl.capBSetDrop(.chown) }
        expectEqual(
          error.map { "\($0)" },
          "prctl(option: PR_CAPBSET_DROP, arg2: CAP_CHOWN): operation not permitted (EPERM)")
      }
    }
  }

  @Test func theAmbientSet() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectErrno(.notPermitted) { try Prctl.capAmbientRaise(.kill) }
        var sets = try capget()
        sets.inheritable = [.kill, .chown]
        try capset(sets)
        try Prctl.capAmbientRaise(.kill)
        try Prctl.capAmbientRaise(.chown)
        expectEqual(Prctl.ambientSet(), [.kill, .chown])
        try Prctl.capAmbientLower(.kill)
        expectEqual(try Prctl.capAmbientIsSet(.kill), false)
        expectEqual(try Prctl.capAmbientIsSet(.chown), true)
        try Prctl.capAmbientClearAll()
        expectEqual(Prctl.ambientSet(), [])
        expectErrno(.invalidArgument) { try Prctl.capAmbientLower(Capability(rawValue: 64)) }
        try Prctl.setSecureBits([.noCapAmbientRaise])
        expectErrno(.notPermitted) { try Prctl.capAmbientRaise(.chown) }
      }
    }
  }

  @Test func keepCapsAndSecureBits() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        expectEqual(try Prctl.getKeepCaps(), false)
        try Prctl.setKeepCaps(true)
        expectEqual(try Prctl.getSecureBits(), [.keepCaps])
        try setresuid(1, 1, 1)
        #expect(try capget().permitted.contains(.sysAdmin))
        expectEqual(try capget().effective, [])
        expectErrno(.notPermitted) { try Prctl.setSecureBits([]) }
        var sets = try capget()
        sets.effective = [.setpcap]
        try capset(sets)
        try Prctl.setSecureBits([.keepCapsLocked, .noRoot])
        expectEqual("\(try Prctl.getSecureBits())", "SECBIT_NOROOT | SECBIT_KEEP_CAPS_LOCKED")
        expectErrno(.notPermitted) { try Prctl.setKeepCaps(true) }
      }
    }
  }
}
