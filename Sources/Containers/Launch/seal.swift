import CLinux
import Linux

private let executable = "/proc/self/exe"

/// Makes sure that nobody who has a descriptor of this program's file can write to it, by running it again where that
/// has to be changed.
///
/// For a moment a process in a container can reach the runtime's executable through /proc/PID/exe, and runtimes
/// have been overwritten that way (CVE-2019-5736). Root runs it from a detached read-only mount, where every way to
/// write ends in EROFS. Without root there is no such mount: a file that is the caller's own, as the container's root
/// is, is copied into sealed memory.
public func sealOwnExecutable(_ name: String = "cooper", isRoot: Bool) throws(SystemCallError) {
  if isRoot ? isOnReadOnlyMount(executable) : try !isCallers() {
    try Prctl.setName(name)
    return
  }
  let file = isRoot ? try detachedMount() : try sealedCopy()
  let result = "".withCString { empty in
    systemCall(
      __NR_execveat, Int(file.rawValue), address(empty), address(CommandLine.unsafeArgv),
      address(clinux_environment()), Int(LINUX_AT_EMPTY_PATH))
  }
  withExtendedLifetime(file) {}
  try check(result, "execveat", ["path": executable])
}

private func detachedMount() throws(SystemCallError) -> Descriptor {
  let mount = try open_tree(executable, .clone)
  try mount_setattr(mount, MountAttributeChange(set: .readOnly))
  return Descriptor(owning: mount.release())
}

/// Whether the caller could write to the file, now or after a change of its mode, and it isn't sealed.
private func isCallers() throws(SystemCallError) -> Bool {
  let file = try open(executable)
  let isWritable = (try? access(executable, .write)) != nil
  let isOwn = try statx(at: file, "", .emptyPath).uid == geteuid()
  return (isWritable || isOwn) && (try? getSeals(file))?.contains(.write) != true
}

private func sealedCopy() throws(SystemCallError) -> Descriptor {
  let copy: Descriptor
  // Before Linux 6.3 the flag is unknown, and every such file may be executed.
  do { copy = try memfd_create("cooper", [.allowSealing, .exec]) } catch {
    if error.errno != .invalidArgument { throw error }
    copy = try memfd_create("cooper", .allowSealing)
  }
  let file = try open(executable)
  while true {
    let part = try file.read(upTo: 1 << 20)
    if part.isEmpty { break }
    try copy.write(part)
  }
  try addSeals(copy, [.seal, .shrink, .grow, .write])
  return copy
}

private func isOnReadOnlyMount(_ path: String) -> Bool {
  // struct statfs: 15 words, the flags in the eleventh
  var status = [Int](repeating: 0, count: 16)
  let result = path.withCString { path in
    status.withUnsafeMutableBytes { systemCall(__NR_statfs, address(path), address($0.baseAddress)) }
  }
  let isReadOnly = 1
  return result == 0 && status[10] & isReadOnly != 0
}
