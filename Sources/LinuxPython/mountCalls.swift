import CLinux
import CPython
import Linux
import SystemPackage

/// open_tree(dirfd, pathname, flags=0)
func open_tree(_ arguments: inout Arguments) throws -> Object? {
  let directory = FileDescriptor(rawValue: try arguments.descriptor())
  let path = try arguments.path()
  let flags = OpenTreeFlags(rawValue: try arguments.flags32(default: 0))
  return try newInteger(
    withoutGIL { () throws(SystemCallError) in
      try Linux.open_tree(at: directory, path, flags).release()
    })
}

/// move_mount(from_dirfd, from_pathname, to_dirfd, to_pathname, flags=0)
func move_mount(_ arguments: inout Arguments) throws -> Object? {
  let from = FileDescriptor(rawValue: try arguments.descriptor())
  let source = try arguments.path()
  let to = FileDescriptor(rawValue: try arguments.descriptor())
  let target = try arguments.path()
  let flags = MoveMountFlags(rawValue: try arguments.flags32(default: 0))
  try withoutGIL { () throws(SystemCallError) in
    try Linux.move_mount(from: from, source, to: to, target, flags)
  }
  return nil
}

/// fsopen(fsname, flags=0)
func fsopen(_ arguments: inout Arguments) throws -> Object? {
  let name = try arguments.word()
  try closeOnExecOnly(try arguments.flags32(default: 0), LINUX_FSOPEN_CLOEXEC, "fsopen")
  return try newInteger(withoutGIL { () throws(SystemCallError) in try Linux.fsopen(name).release() })
}

/// fsconfig(fs_fd, cmd, key=None, value=None, aux=0)
func fsconfig(_ arguments: inout Arguments) throws -> Object? {
  let context = try arguments.descriptor()
  let command = try filesystemCommand(&arguments)
  try withoutGIL { () throws(SystemCallError) in
    try lending(context, as: FilesystemContext.self) { context throws(SystemCallError) in
      try Linux.fsconfig(context, command)
    }
  }
  return nil
}

private func filesystemCommand(_ arguments: inout Arguments) throws -> FilesystemCommand {
  let number = Int(try arguments.int32())
  switch number {
  case Int(LINUX_FSCONFIG_CMD_CREATE): return .create
  case Int(LINUX_FSCONFIG_CMD_CREATE_EXCL): return .createExclusive
  case Int(LINUX_FSCONFIG_CMD_RECONFIGURE): return .reconfigure
  case Int(LINUX_FSCONFIG_SET_FLAG): return .flag(try arguments.word())
  case Int(LINUX_FSCONFIG_SET_STRING): return .string(try arguments.word(), try arguments.word())
  case Int(LINUX_FSCONFIG_SET_BINARY): return .binary(try arguments.word(), try arguments.bytes())
  case Int(LINUX_FSCONFIG_SET_PATH):
    let key = try arguments.word()
    let path = try arguments.path()
    let directory = try arguments.hasNext ? arguments.descriptor() : CInt(LINUX_AT_FDCWD)
    return .path(key, path.filePath, at: FileDescriptor(rawValue: directory))
  case Int(LINUX_FSCONFIG_SET_PATH_EMPTY), Int(LINUX_FSCONFIG_SET_FD):
    let key = try arguments.word()
    if arguments.hasNext {
      throw raised(cpython_PyExc_TypeError(), "fsconfig() takes None for this cmd's value")
    }
    arguments.skip()
    let file = FileDescriptor(rawValue: try arguments.descriptor())
    return number == Int(LINUX_FSCONFIG_SET_FD) ? .descriptor(key, file) : .emptyPath(key, file)
  default:
    throw SystemCallError(
      call: "fsconfig", errno: .invalidArgument, hint: "\(number) is no FSCONFIG_ command that is known here")
  }
}

/// fsmount(fs_fd, flags=0, attr_flags=0)
func fsmount(_ arguments: inout Arguments) throws -> Object? {
  let context = try arguments.descriptor()
  try closeOnExecOnly(try arguments.flags32(default: 0), LINUX_FSMOUNT_CLOEXEC, "fsmount")
  let attributes = MountAttributes(rawValue: try arguments.bits(default: 0))
  return try newInteger(
    withoutGIL { () throws(SystemCallError) in
      try lending(context, as: FilesystemContext.self) { context throws(SystemCallError) in
        try Linux.fsmount(context, attributes).release()
      }
    })
}

/// fspick(dirfd, pathname, flags=0)
func fspick(_ arguments: inout Arguments) throws -> Object? {
  let directory = FileDescriptor(rawValue: try arguments.descriptor())
  let path = try arguments.path()
  let flags = FSPickFlags(rawValue: try arguments.flags32(default: 0))
  return try newInteger(
    withoutGIL { () throws(SystemCallError) in try Linux.fspick(at: directory, path, flags).release() })
}

/// mount_setattr(dirfd, pathname, flags, attr_set=0, attr_clr=0, propagation=0, userns_fd=None)
func mount_setattr(_ arguments: inout Arguments) throws -> Object? {
  let directory = FileDescriptor(rawValue: try arguments.descriptor())
  let path = try arguments.path()
  let flags = MountSetAttrFlags(rawValue: try arguments.flags32())
  var change = MountAttributeChange(
    set: MountAttributes(rawValue: try arguments.bits(default: 0)),
    clear: MountAttributes(rawValue: try arguments.bits(default: 0)))
  let propagation = MountFlags(rawValue: UInt(try arguments.bits(default: 0)))
  if !propagation.isEmpty {
    change.propagation = MountPropagation.allCases.first { $0.flags == propagation }
    if change.propagation == nil {
      throw SystemCallError(
        call: "mount_setattr", errno: .invalidArgument,
        hint: "propagation is one of MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE, and not \(propagation)")
    }
  }
  if arguments.hasNext { change.userNamespace = FileDescriptor(rawValue: try arguments.descriptor()) }
  try withoutGIL { () throws(SystemCallError) in
    try Linux.mount_setattr(at: directory, path, flags, change)
  }
  return nil
}

/// `Linux` sets close-on-exec in any case; another flag is refused, not lost.
private func closeOnExecOnly(_ flags: UInt32, _ closeOnExec: some BinaryInteger, _ call: String) throws {
  if flags & ~UInt32(closeOnExec) != 0 {
    throw SystemCallError(
      call: call, errno: .invalidArgument, hint: "the only flag is \(call.uppercased())_CLOEXEC")
  }
}

extension CText {
  fileprivate var filePath: FilePath { address.map { FilePath(platformString: $0) } ?? "" }
}
