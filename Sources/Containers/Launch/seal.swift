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
    _ = "cooper".withCString { systemCall(__NR_prctl, Int(LINUX_PR_SET_NAME), address($0)) }
    return
  }
  let tree = executable.withCString {
    systemCall(
      __NR_open_tree, Int(LINUX_AT_FDCWD), address($0), Int(LINUX_OPEN_TREE_CLONE) | Int(LINUX_O_CLOEXEC))
  }
  try check(tree, "open_tree", ["path": executable, "flags": "OPEN_TREE_CLONE"])
  let mount = Descriptor(owning: CInt(tree))
  // struct mount_attr: attr_set, attr_clr, propagation, userns_fd
  var attributes = (UInt64(LINUX_MOUNT_ATTR_RDONLY), UInt64(0), UInt64(0), UInt64(0))
  let sealed = "".withCString { empty in
    withUnsafeMutableBytes(of: &attributes) { attributes in
      systemCall(
        __NR_mount_setattr, Int(mount.rawValue), address(empty), Int(LINUX_AT_EMPTY_PATH),
        address(attributes.baseAddress), attributes.count)
    }
  }
  try check(sealed, "mount_setattr", ["path": executable, "attr_set": "MOUNT_ATTR_RDONLY"])
  let result = "".withCString { empty in
    systemCall(
      __NR_execveat, Int(mount.rawValue), address(empty), address(CommandLine.unsafeArgv),
      address(clinux_environment()), Int(LINUX_AT_EMPTY_PATH))
  }
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
