import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("The flags of network interfaces", .requires(.root))
struct InterfaceTests {
  @Test func aNewNetworksLoopbackIsDownUntilItIsSetUp() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newNet) {
        expectEqual(try getInterfaceFlags(socket(.datagram), "lo"), .loopback)
        try setInterfaceFlags(socket(.datagram), "lo", .up)
        expectEqual(try getInterfaceFlags(socket(.datagram), "lo"), [.up, .loopback, .running])
        try setInterfaceFlags(socket(.stream), "lo", [])
        expectEqual("\(try getInterfaceFlags(socket(.stream), "lo"))", "IFF_LOOPBACK")
      }
    }
  }

  @Test func errorsNameTheInterface() async {
    await #expect(processExitsWith: .success) {
      try isolated(also: .newNet) {
        for name in ["nowhere", "a name that is too long", "l\0o"] {
          expectErrno(.operationNotSupportedByDevice) { _ = try getInterfaceFlags(socket(.datagram), name) }
        }
        try setresuid(1, 1, 1)
        let wire = try socket(.datagram)
        let number = wire.rawValue
        let error = expectErrno(.notPermitted) { try setInterfaceFlags(wire, "lo", .up) }
        expectEqual(
          error.map { "\($0)" },
          "ioctl(fd: \(number), op: SIOCSIFFLAGS, name: \"lo\", flags: IFF_UP): operation not permitted (EPERM)"
        )
      }
    }
  }
}
