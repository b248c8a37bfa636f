import CLinux
import Linux

/// Runs this program again from a detached read-only mount of its own file, unless it lies on a read-only mount
/// already.
///
/// For a moment a process in a container can reach the runtime's executable through /proc/PID/exe, and runtimes
/// have been overwritten that way (CVE-2019-5736). On such a mount every way to write ends in EROFS.
public func sealOwnExecutable() throws(SystemCallError) {
  let executable = "/proc/self/exe"
  if isOnReadOnlyMount(executable) {
    try Prctl.setName("cooper")
    return
  }
  let mount = try open_tree(executable, .clone)
  try mount_setattr(mount, MountAttributeChange(set: .readOnly))
  let result = "".withCString { empty in
    systemCall(
      __NR_execveat, Int(mount.fileDescriptor.rawValue), address(empty), address(CommandLine.unsafeArgv),
      address(clinux_environment()), Int(LINUX_AT_EMPTY_PATH))
  }
  withExtendedLifetime(mount) {}
  try check(result, "execveat", ["path": executable])
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
