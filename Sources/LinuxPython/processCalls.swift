import CPython
import Linux

/// setdomainname(domainname)
func setdomainname(_ arguments: inout Arguments) throws -> Object? {
  try Linux.setdomainname(try arguments.word())
  return nil
}

/// pidfd_open(pid, flags=0)
func pidfd_open(_ arguments: inout Arguments) throws -> Object? {
  let pid = try arguments.int32()
  let flags = PIDFDFlags(rawValue: try arguments.flags32(default: 0))
  return try newInteger(Linux.pidfd_open(pid, flags).release())
}

/// pidfd_send_signal(pidfd, sig, siginfo=None, flags=0)
func pidfd_send_signal(_ arguments: inout Arguments) throws -> Object? {
  let process = try arguments.descriptor()
  let signal = Signal(rawValue: try arguments.int32())
  if arguments.hasNext {
    throw raised(cpython_PyExc_TypeError(), "pidfd_send_signal() argument 'siginfo' must be None")
  }
  arguments.skip()
  let flags = PIDFDSignalFlags(rawValue: try arguments.flags32(default: 0))
  try lending(process, as: PIDFD.self) { process throws(SystemCallError) in
    try Linux.pidfd_send_signal(process, signal, flags)
  }
  return nil
}

/// pidfd_getfd(pidfd, targetfd)
func pidfd_getfd(_ arguments: inout Arguments) throws -> Object? {
  let process = try arguments.descriptor()
  let target = try arguments.int32()
  return try newInteger(
    lending(process, as: PIDFD.self) { process throws(SystemCallError) in
      try Linux.pidfd_getfd(process, target).release()
    })
}

/// close_range(first, last, flags=0)
func close_range(_ arguments: inout Arguments) throws -> Object? {
  let first = try arguments.flags32()
  let last = try arguments.flags32()
  let flags = CloseRangeFlags(rawValue: try arguments.flags32(default: 0))
  try withoutGIL { () throws(SystemCallError) in try Linux.close_range(first, last, flags: flags) }
  return nil
}
