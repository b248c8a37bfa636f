import CLinux
import CPython
import Linux
import SystemPackage

/// prctl(option, arg2=0, arg3=0, arg4=0, arg5=0)
///
/// The options that take or fill memory get ours: a number from Python would be any place in the interpreter.
func prctl(_ arguments: inout Arguments) throws -> Object? {
  let option = try arguments.int32()
  switch Int(option) {
  case Int(LINUX_PR_SET_NAME):
    try Prctl.setName(try arguments.word())
    return try newInteger(0)
  case Int(LINUX_PR_GET_NAME): return try newText(Prctl.getName())
  case Int(LINUX_PR_GET_PDEATHSIG): return try newInteger(Prctl.getPDeathSig()?.rawValue ?? 0)
  case Int(LINUX_PR_GET_CHILD_SUBREAPER): return try newInteger(Prctl.getChildSubreaper() ? 1 : 0)
  default: break
  }
  let values = (
    try arguments.word64(default: 0), try arguments.word64(default: 0), try arguments.word64(default: 0),
    try arguments.word64(default: 0)
  )
  return try newInteger(Linux.prctl(option, values.0, values.1, values.2, values.3))
}

/// capget(pid=0)
func capget(_ arguments: inout Arguments) throws -> Object? {
  let sets = try Linux.capget(try arguments.int32(default: 0))
  return try newTuple([
    newInteger(sets.effective.rawValue), newInteger(sets.permitted.rawValue),
    newInteger(sets.inheritable.rawValue),
  ])
}

/// capset(effective, permitted, inheritable)
func capset(_ arguments: inout Arguments) throws -> Object? {
  let effective = CapabilitySet(rawValue: try arguments.bits64())
  let permitted = CapabilitySet(rawValue: try arguments.bits64())
  let inheritable = CapabilitySet(rawValue: try arguments.bits64())
  try Linux.capset(
    CapabilitySets(effective: effective, permitted: permitted, inheritable: inheritable))
  return nil
}

/// seccomp(operation, flags=0, args=None)
func seccomp(_ arguments: inout Arguments) throws -> Object? {
  let operation = Int(try arguments.flags32())
  let flags = SeccompFilterFlags(rawValue: UInt(try arguments.bits(default: 0)))
  switch operation {
  case Int(LINUX_SECCOMP_SET_MODE_FILTER):
    let filter = try instructions(try arguments.bytes())
    if flags.contains(.newListener) {
      return try newInteger(Seccomp.setModeFilterWithListener(filter, flags).release())
    }
    try Seccomp.setModeFilter(filter, flags)
    return nil
  case Int(LINUX_SECCOMP_SET_MODE_STRICT) where flags.isEmpty && !arguments.hasNext:
    try Seccomp.setModeStrict()
    return nil
  case Int(LINUX_SECCOMP_GET_ACTION_AVAIL) where flags.isEmpty:
    let action = SeccompAction(rawValue: try arguments.flags32())
    return try new(PyBool_FromLong(Seccomp.getActionAvail(action) ? 1 : 0))
  case Int(LINUX_SECCOMP_GET_NOTIF_SIZES) where flags.isEmpty && !arguments.hasNext:
    let sizes = try Seccomp.getNotifSizes()
    return try newTuple([
      newInteger(sizes.notification), newInteger(sizes.response), newInteger(sizes.data),
    ])
  default:
    throw SystemCallError(
      call: "seccomp", errno: .invalidArgument,
      hint: "no such operation, or one that takes no flags and no args")
  }
}

/// A filter as memory has it: structures sock_filter {u16 code, u8 jt, u8 jf, u32 k}, in the machine's byte order.
private func instructions(_ bytes: [UInt8]) throws -> [BPFInstruction] {
  let size = MemoryLayout<clinux_sock_filter>.size
  if bytes.count % size != 0 {
    throw raised(cpython_PyExc_ValueError(), "a filter is made of instructions of \(size) bytes")
  }
  return bytes.withUnsafeBytes { buffer in
    stride(from: 0, to: bytes.count, by: size).map { offset in
      let raw = buffer.loadUnaligned(fromByteOffset: offset, as: clinux_sock_filter.self)
      return BPFInstruction(code: BPFCode(rawValue: raw.code), jt: raw.jt, jf: raw.jf, k: raw.k)
    }
  }
}
