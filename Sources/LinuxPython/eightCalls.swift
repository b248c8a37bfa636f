import CPython
import Linux
import SystemPackage

/// mount(source, target, filesystemtype, mountflags, mountopts)
func mount(_ arguments: inout Arguments) throws -> Object? {
  let source = try arguments.optionalText()
  let target = try arguments.path()
  let type = try arguments.optionalText()
  let flags = MountFlags(rawValue: UInt(try arguments.bits()))
  let data = try arguments.optionalText()
  try withoutGIL { () throws(SystemCallError) in
    try Linux.mount(anyBytes: source, target, type, flags, data)
  }
  return nil
}

/// pivot_root(new_root, put_old)
func pivot_root(_ arguments: inout Arguments) throws -> Object? {
  let newRoot = try arguments.path()
  let putOld = try arguments.path()
  try withoutGIL { () throws(SystemCallError) in try Linux.pivot_root(newRoot, putOld) }
  return nil
}

/// sethostname(hostname)
func sethostname(_ arguments: inout Arguments) throws -> Object? {
  try Linux.sethostname(try arguments.word())
  return nil
}

/// setns(fd, nstype)
func setns(_ arguments: inout Arguments) throws -> Object? {
  let file = FileDescriptor(rawValue: try arguments.descriptor())
  let types = NamespaceTypes(rawValue: Int32(bitPattern: try arguments.flags32(default: 0)))
  // Other threads may run, but the call is made on this one: it is this thread that moves.
  try withoutGIL { () throws(SystemCallError) in try Linux.setns(file, types) }
  return nil
}

/// umount(target)
func umount(_ arguments: inout Arguments) throws -> Object? {
  let target = try arguments.path()
  try withoutGIL { () throws(SystemCallError) in try Linux.umount(target) }
  return nil
}

/// umount2(target, flags)
func umount2(_ arguments: inout Arguments) throws -> Object? {
  let target = try arguments.path()
  let flags = UnmountFlags(rawValue: Int32(bitPattern: try arguments.flags32()))
  try withoutGIL { () throws(SystemCallError) in try Linux.umount2(target, flags) }
  return nil
}

/// unshare(flags)
func unshare(_ arguments: inout Arguments) throws -> Object? {
  let flags = UnshareFlags(rawValue: Int32(bitPattern: try arguments.flags32()))
  try withoutGIL { () throws(SystemCallError) in try Linux.unshare(flags) }
  return nil
}
