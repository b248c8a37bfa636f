import CLinux
import Linux
import SystemPackage

/// bpf(BPF_PROG_LOAD), bpf(BPF_PROG_ATTACH, BPF_CGROUP_DEVICE, BPF_F_ALLOW_MULTI)
///
/// Makes a program of ``compileDeviceRules(_:property:)`` decide about the devices of a new cgroup. Those of the cgroups
/// above are asked too: each only takes away.
///
/// - Parameter cgroup: a directory of cgroup version 2.
/// - Throws: EPERM without CAP_BPF and CAP_NET_ADMIN, or CAP_SYS_ADMIN; EBADF for what is no such directory.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/bpf.2.html>
public func attachDeviceProgram(
  _ program: [EBPFInstruction], to cgroup: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) {
  try attach(load(program), to: cgroup.fileDescriptor)
}

/// The same for a cgroup that may have a program of ours already, in whose place it comes: at no time the cgroup has none.
///
/// Programs of others stay: systemd's are its own.
public func replaceDeviceProgram(
  _ program: [EBPFInstruction], in cgroup: borrowing some DescriptorLike & ~Copyable
) throws(SystemCallError) {
  let cgroup = cgroup.fileDescriptor
  let new = try load(program)
  var old = try attachedDevicePrograms(to: cgroup).filter(isOurs)[...]
  if let first = old.popFirst(), let program = try? openProgram(first) {
    do {
      try attach(new, to: cgroup, inPlaceOf: program)
    } catch  where error.errno == .invalidArgument {
      // Before Linux 5.6 there is no BPF_F_REPLACE. For a moment both decide.
      try attach(new, to: cgroup)
      try detach(program, from: cgroup)
    }
  } else {
    try attach(new, to: cgroup)
  }
  for id in old { try detach(openProgram(id), from: cgroup) }
}

/// The ids of the device programs that a cgroup itself has.
func attachedDevicePrograms(to cgroup: FileDescriptor) throws(SystemCallError) -> [UInt32] {
  // What a cgroup has at most: BPF_CGROUP_MAX_PROGS.
  var ids = [UInt32](repeating: 0, count: 64)
  var count = 0
  let result = ids.withUnsafeMutableBytes { ids in
    var query = Attributes(size: 32)
    query[0] = UInt32(bitPattern: cgroup.rawValue)
    query[4] = BPF.deviceAttachType
    query.set(16, address(ids.baseAddress))
    query[24] = UInt32(ids.count / 4)
    let result = query.call(BPF.query)
    count = Int(query[24])
    return result
  }
  try check(
    result, "bpf",
    ["cmd": "BPF_PROG_QUERY" as StaticString, "target_fd": cgroup.rawValue, "attach_type": BPF.attachName])
  return Array(ids.prefix(count))
}

/// The name that tells our programs from others, at most 15 letters. bpftool shows it.
private let programName = "cooper_devices"

private func load(_ program: [EBPFInstruction]) throws(SystemCallError) -> Descriptor {
  var result = load(program, log: nil)
  if result < 0 {
    // Once more, to be told why. The verifier says it in its last words.
    var log = [UInt8](repeating: 0, count: 1 << 16)
    result = log.withUnsafeMutableBytes { load(program, log: $0) }
    let words = String(decoding: log.prefix { $0 != 0 }, as: UTF8.self).split(separator: "\n").suffix(3)
    if result < 0 {
      throw SystemCallError(
        call: "bpf", errno: Errno(rawValue: CInt(-result)),
        arguments: [
          .init(name: "cmd", value: "BPF_PROG_LOAD"),
          .init(name: "prog_type", value: "BPF_PROG_TYPE_CGROUP_DEVICE"),
          .init(name: "insn_cnt", value: "\(program.count)"),
        ], hint: words.isEmpty ? nil : words.joined(separator: "; "))
    }
  }
  return Descriptor(owning: CInt(result))
}

private func load(_ program: [EBPFInstruction], log: UnsafeMutableRawBufferPointer?) -> Int {
  program.map(\.word).withUnsafeBytes { instructions in
    "Apache-2.0".withCString { license in
      var attributes = Attributes(size: 72)
      attributes[0] = BPF.deviceProgramType
      attributes[4] = UInt32(program.count)
      attributes.set(8, address(instructions.baseAddress))
      attributes.set(16, address(license))
      if let log {
        attributes[24] = 1
        attributes[28] = UInt32(log.count)
        attributes.set(32, address(log.baseAddress))
      }
      for (index, letter) in programName.utf8.enumerated() { attributes.bytes[48 + index] = letter }
      attributes[68] = BPF.deviceAttachType
      return attributes.call(BPF.load)
    }
  }
}

private func attach(
  _ program: borrowing Descriptor, to cgroup: FileDescriptor
) throws(SystemCallError) {
  try attach(program, to: cgroup, flags: BPF.allowMulti, replaced: 0, flagNames: "BPF_F_ALLOW_MULTI")
}

private func attach(
  _ program: borrowing Descriptor, to cgroup: FileDescriptor, inPlaceOf old: borrowing Descriptor
) throws(SystemCallError) {
  try attach(
    program, to: cgroup, flags: BPF.allowMulti | BPF.replace, replaced: UInt32(bitPattern: old.rawValue),
    flagNames: "BPF_F_ALLOW_MULTI | BPF_F_REPLACE")
}

private func attach(
  _ program: borrowing Descriptor, to cgroup: FileDescriptor, flags: UInt32, replaced: UInt32,
  flagNames: StaticString
) throws(SystemCallError) {
  var attributes = Attributes(size: 20)
  attributes[0] = UInt32(bitPattern: cgroup.rawValue)
  attributes[4] = UInt32(bitPattern: program.rawValue)
  attributes[8] = BPF.deviceAttachType
  attributes[12] = flags
  attributes[16] = replaced
  try check(
    attributes.call(BPF.attach), "bpf",
    [
      "cmd": "BPF_PROG_ATTACH" as StaticString, "target_fd": cgroup.rawValue, "attach_type": BPF.attachName,
      "attach_flags": flagNames,
    ])
}

private func detach(_ program: borrowing Descriptor, from cgroup: FileDescriptor) throws(SystemCallError) {
  var attributes = Attributes(size: 20)
  attributes[0] = UInt32(bitPattern: cgroup.rawValue)
  attributes[4] = UInt32(bitPattern: program.rawValue)
  attributes[8] = BPF.deviceAttachType
  try check(
    attributes.call(BPF.detach), "bpf",
    ["cmd": "BPF_PROG_DETACH" as StaticString, "target_fd": cgroup.rawValue, "attach_type": BPF.attachName])
}

private func openProgram(_ id: UInt32) throws(SystemCallError) -> Descriptor {
  var attributes = Attributes(size: 12)
  attributes[0] = id
  let result = attributes.call(BPF.openByID)
  try check(result, "bpf", ["cmd": "BPF_PROG_GET_FD_BY_ID" as StaticString, "prog_id": id])
  return Descriptor(owning: CInt(result))
}

/// Not that of another, which a security module may keep from us, nor one that has gone meanwhile.
private func isOurs(_ id: UInt32) -> Bool {
  guard let program = try? openProgram(id) else { return false }
  // struct bpf_prog_info: the name is at its byte 64.
  var info = [UInt8](repeating: 0, count: 80)
  let result = info.withUnsafeMutableBytes { info in
    var attributes = Attributes(size: 16)
    attributes[0] = UInt32(bitPattern: program.rawValue)
    attributes[4] = UInt32(info.count)
    attributes.set(8, address(info.baseAddress))
    return attributes.call(BPF.information)
  }
  return result >= 0 && info[64...].prefix { $0 != 0 }.elementsEqual(programName.utf8)
}

/// <linux/bpf.h>
private enum BPF {
  static let load = 5
  static let attach = 8
  static let detach = 9
  static let openByID = 13
  static let information = 15
  static let query = 16

  static let deviceProgramType: UInt32 = 15
  static let deviceAttachType: UInt32 = 6
  static let allowMulti: UInt32 = 1 << 1
  static let replace: UInt32 = 1 << 2

  static let attachName: StaticString = "BPF_CGROUP_DEVICE"
}

/// union bpf_attr, of which each command has another part.
private struct Attributes {
  var bytes: [UInt8]

  init(size: Int) { bytes = [UInt8](repeating: 0, count: size) }

  subscript(offset: Int) -> UInt32 {
    get { bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt32.self) } }
    set {
      bytes.withUnsafeMutableBytes { $0.storeBytes(of: newValue, toByteOffset: offset, as: UInt32.self) }
    }
  }

  mutating func set(_ offset: Int, _ pointer: Int) {
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt64(UInt(bitPattern: pointer)), toByteOffset: offset, as: UInt64.self)
    }
  }

  mutating func call(_ command: Int) -> Int {
    bytes.withUnsafeMutableBytes { systemCall(__NR_bpf, command, address($0.baseAddress), $0.count) }
  }
}
