import CLinux
@testable import Containers
import Glibc
import Linux
import OCISpec
import SystemPackage
import TestSupport
import Testing

extension Requirement {
  /// cgroup v2 can be mounted, and a program can be attached there.
  fileprivate static let devicePrograms = Requirement.kernel("device programs of cgroup v2") {
    (try? readFile("/proc/filesystems"))?.contains("cgroup2") == true
  }
}

/// Makes a cgroup in a mount namespace of this process's own. For use in an exit test.
private func inCgroup(_ body: (borrowing Descriptor, String) throws -> Void) throws {
  try unshare(.newNS)
  try mount(nil, "/", nil, [.recursive, .private])
  try mount("tmpfs", "/tmp", "tmpfs")
  try mkdir("/tmp/cgroup")
  try mount("cgroup2", "/tmp/cgroup", "cgroup2")
  let path = "/tmp/cgroup/cooper-devices-\(getpid())"
  try mkdir(path)
  defer { try? rmdir(path) }
  try body(try open(path, .directory), path)
}

/// What a process of the cgroup may do: for each access the errno, or 0.
private func tried(_ path: String) throws -> [String: CInt] {
  let accesses = ["null r", "null w", "null rw", "zero r", "null m", "zero m"]
  let answers = try pipe()
  let child = try Linux.fork {
    try writeFile(path + "/cgroup.procs", "0")
    try answers.writeEnd.write(accesses.map { UInt8(errnoOf($0)) })
  }
  guard try Linux.waitpid(child) == .exited(0) else { throw ExitStatus(3) }
  let errnos = try answers.readEnd.read(upTo: accesses.count).map(CInt.init)
  return Dictionary(uniqueKeysWithValues: zip(accesses, errnos))
}

private func errnoOf(_ access: String) -> CInt {
  let (device, letters) = (access.split(separator: " ")[0], access.split(separator: " ")[1])
  let result: CInt
  switch letters {
  case "r": result = Glibc.open("/dev/\(device)", O_RDONLY)
  case "w": result = Glibc.open("/dev/\(device)", O_WRONLY)
  case "rw": result = Glibc.open("/dev/\(device)", O_RDWR)
  default:
    result = Glibc.mknod("/tmp/node", S_IFCHR | 0o600, dev_t(device == "null" ? 0x103 : 0x105))
  }
  let error = result < 0 ? errno : 0
  Glibc.unlink("/tmp/node")
  return error
}

/// Leaves the exit test with this status where something isn't as expected.
private func expect(_ condition: Bool, _ status: Int32) throws {
  if !condition { throw ExitStatus(status) }
}

private let permitted = [
  DeviceRule(allow: false), DeviceRule(allow: true, "c", nil, nil, "m"),
  DeviceRule(allow: true, "c", 1, 3, "rw"),
  DeviceRule(allow: false, "c", 1, 3, "w"),
]

private func attached() throws {
  try inCgroup { cgroup, path in
    try expect(try tried(path).values.allSatisfy { $0 == 0 }, 10)
    try attachDeviceProgram(compileDeviceRules(permitted), to: cgroup)
    let expected =
      ["null r": 0, "null w": 1, "null rw": 1, "zero r": 1, "null m": 0, "zero m": 0] as [String: CInt]
    try expect(try tried(path) == expected, 11)
    // A cgroup below has what is above it.
    try mkdir(path + "/below")
    defer { try? rmdir(path + "/below") }
    try expect(try tried(path + "/below") == expected, 12)
  }
}

private func replaced() throws {
  try inCgroup { cgroup, path in
    try replaceDeviceProgram(compileDeviceRules([]), in: cgroup)
    try expect(try attachedDevicePrograms(to: cgroup.fileDescriptor).count == 1, 20)
    try expect(try tried(path).values.allSatisfy { $0 == 1 }, 21)
    let first = try attachedDevicePrograms(to: cgroup.fileDescriptor)
    try replaceDeviceProgram(compileDeviceRules([DeviceRule(allow: true)]), in: cgroup)
    let second = try attachedDevicePrograms(to: cgroup.fileDescriptor)
    try expect(second.count == 1 && second != first, 22)
    try expect(try tried(path).values.allSatisfy { $0 == 0 }, 23)
    // Two of ours, as after a replacement that was cut off: both go.
    try attachDeviceProgram(compileDeviceRules([]), to: cgroup)
    try expect(try attachedDevicePrograms(to: cgroup.fileDescriptor).count == 2, 24)
    try replaceDeviceProgram(compileDeviceRules(permitted), in: cgroup)
    try expect(try attachedDevicePrograms(to: cgroup.fileDescriptor).count == 1, 25)
    try expect(try tried(path)["null r"] == 0, 26)
  }
}

private func verified() throws {
  try inCgroup { cgroup, _ in
    var numbers = FixedNumbers(seed: 9)
    for _ in 0..<300 {
      let rules = (0..<Int.random(in: 0...12, using: &numbers)).map { _ in randomDeviceRule(&numbers) }
      try replaceDeviceProgram(compileDeviceRules(rules), in: cgroup)
    }
    let many = (0..<5000).map { DeviceRule(allow: $0 % 2 == 0, "c", 1, Int64($0)) }
    try replaceDeviceProgram(compileDeviceRules(many), in: cgroup)
  }
}

private func refused() throws {
  try inCgroup { cgroup, _ in
    do {
      try attachDeviceProgram([.move(.r0, 1)], to: cgroup)
      throw ExitStatus(30)
    } catch let error as SystemCallError {
      try expect(error.errno == .invalidArgument && error.hint?.contains("last insn") == true, 31)
      try expect(
        "\(error)".hasPrefix("bpf(cmd: BPF_PROG_LOAD, prog_type: BPF_PROG_TYPE_CGROUP_DEVICE, insn_cnt: 1)"),
        32)
    }
    do {
      try attachDeviceProgram(compileDeviceRules([]), to: try open("/tmp", .directory))
      throw ExitStatus(33)
    } catch let error as SystemCallError {
      try expect(error.errno == .badFileDescriptor, 34)
    }
  }
}

@Suite("Device programs in the kernel", .requires(.root), .requires(.devicePrograms))
struct DeviceAttachTests {
  @Test func aProgramDecides() async {
    await #expect(processExitsWith: .success) { try attached() }
  }

  @Test func anotherTakesItsPlace() async {
    await #expect(processExitsWith: .success) { try replaced() }
  }

  @Test func theVerifierTakesEveryProgram() async {
    await #expect(processExitsWith: .success) { try verified() }
  }

  @Test func aRefusalSaysWhy() async {
    await #expect(processExitsWith: .success) { try refused() }
  }
}
