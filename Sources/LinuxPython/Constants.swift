import CLinux
import CPython
import Linux

/// Adds every constant that the calls take, under its C name: the flags from the tables of `Linux`, so none is
/// forgotten, and the numbers that aren't flags from those below.
func addConstants(to module: Object) throws {
  try add(CloneFlags.self, to: module)
  try add(MountFlags.self, to: module)
  try add(UnmountFlags.self, to: module)
  try add(OpenTreeFlags.self, to: module)
  try add(MoveMountFlags.self, to: module)
  try add(FSPickFlags.self, to: module)
  try add(MountAttributes.self, to: module)
  try add(MountSetAttrFlags.self, to: module)
  try add(PIDFDFlags.self, to: module)
  try add(PIDFDSignalFlags.self, to: module)
  try add(CloseRangeFlags.self, to: module)
  try add(SecureBits.self, to: module)
  try add(SeccompFilterFlags.self, to: module)
  for (capability, name) in Capability.names { try add(capability.rawValue, as: name, to: module) }
  for numbers in [mountNumbers, prctlNumbers, seccompNumbers] {
    for (name, value) in numbers { try add(value, as: name, to: module) }
  }
}

private func add<Flags: NamedFlags>(_ flags: Flags.Type, to module: Object) throws {
  for (flag, name) in Flags.names { try add(flag.rawValue, as: name, to: module) }
}

private func add(_ value: some BinaryInteger, as name: String, to module: Object) throws {
  let number = try newInteger(value)
  defer { Py_DecRef(number) }
  try add(number, as: name, to: module)
}

/// The flags of mount(2) that only the kernel itself sets, or that mean nothing any more, are there because C has them.
private let mountNumbers: [(String, Int64)] = [
  ("AT_FDCWD", Int64(LINUX_AT_FDCWD)),
  ("MS_SUBMOUNT", Int64(LINUX_MS_SUBMOUNT)),
  ("MS_NOREMOTELOCK", Int64(LINUX_MS_NOREMOTELOCK)),
  ("MS_NOSEC", Int64(LINUX_MS_NOSEC)),
  ("MS_BORN", Int64(LINUX_MS_BORN)),
  ("MS_MGC_MSK", Int64(LINUX_MS_MGC_MSK)),
  ("MS_VERBOSE", Int64(LINUX_MS_VERBOSE)),
  ("MS_RMT_MASK", Int64(LINUX_MS_RMT_MASK)),
  ("OPEN_TREE_CLOEXEC", Int64(LINUX_O_CLOEXEC)),
  ("FSOPEN_CLOEXEC", Int64(LINUX_FSOPEN_CLOEXEC)),
  ("FSMOUNT_CLOEXEC", Int64(LINUX_FSMOUNT_CLOEXEC)),
  ("FSPICK_CLOEXEC", Int64(LINUX_FSPICK_CLOEXEC)),
  ("FSCONFIG_SET_FLAG", Int64(LINUX_FSCONFIG_SET_FLAG)),
  ("FSCONFIG_SET_STRING", Int64(LINUX_FSCONFIG_SET_STRING)),
  ("FSCONFIG_SET_BINARY", Int64(LINUX_FSCONFIG_SET_BINARY)),
  ("FSCONFIG_SET_PATH", Int64(LINUX_FSCONFIG_SET_PATH)),
  ("FSCONFIG_SET_PATH_EMPTY", Int64(LINUX_FSCONFIG_SET_PATH_EMPTY)),
  ("FSCONFIG_SET_FD", Int64(LINUX_FSCONFIG_SET_FD)),
  ("FSCONFIG_CMD_CREATE", Int64(LINUX_FSCONFIG_CMD_CREATE)),
  ("FSCONFIG_CMD_RECONFIGURE", Int64(LINUX_FSCONFIG_CMD_RECONFIGURE)),
  ("FSCONFIG_CMD_CREATE_EXCL", Int64(LINUX_FSCONFIG_CMD_CREATE_EXCL)),
]

private let prctlNumbers: [(String, Int64)] = [
  ("PR_SET_PDEATHSIG", Int64(LINUX_PR_SET_PDEATHSIG)),
  ("PR_GET_PDEATHSIG", Int64(LINUX_PR_GET_PDEATHSIG)),
  ("PR_GET_DUMPABLE", Int64(LINUX_PR_GET_DUMPABLE)),
  ("PR_SET_DUMPABLE", Int64(LINUX_PR_SET_DUMPABLE)),
  ("PR_GET_KEEPCAPS", Int64(LINUX_PR_GET_KEEPCAPS)),
  ("PR_SET_KEEPCAPS", Int64(LINUX_PR_SET_KEEPCAPS)),
  ("PR_SET_NAME", Int64(LINUX_PR_SET_NAME)),
  ("PR_GET_NAME", Int64(LINUX_PR_GET_NAME)),
  ("PR_GET_SECCOMP", Int64(LINUX_PR_GET_SECCOMP)),
  ("PR_CAPBSET_READ", Int64(LINUX_PR_CAPBSET_READ)),
  ("PR_CAPBSET_DROP", Int64(LINUX_PR_CAPBSET_DROP)),
  ("PR_GET_SECUREBITS", Int64(LINUX_PR_GET_SECUREBITS)),
  ("PR_SET_SECUREBITS", Int64(LINUX_PR_SET_SECUREBITS)),
  ("PR_SET_TIMERSLACK", Int64(LINUX_PR_SET_TIMERSLACK)),
  ("PR_GET_TIMERSLACK", Int64(LINUX_PR_GET_TIMERSLACK)),
  ("PR_SET_CHILD_SUBREAPER", Int64(LINUX_PR_SET_CHILD_SUBREAPER)),
  ("PR_GET_CHILD_SUBREAPER", Int64(LINUX_PR_GET_CHILD_SUBREAPER)),
  ("PR_SET_NO_NEW_PRIVS", Int64(LINUX_PR_SET_NO_NEW_PRIVS)),
  ("PR_GET_NO_NEW_PRIVS", Int64(LINUX_PR_GET_NO_NEW_PRIVS)),
  ("PR_SET_THP_DISABLE", Int64(LINUX_PR_SET_THP_DISABLE)),
  ("PR_GET_THP_DISABLE", Int64(LINUX_PR_GET_THP_DISABLE)),
  ("PR_CAP_AMBIENT", Int64(LINUX_PR_CAP_AMBIENT)),
  ("PR_GET_SPECULATION_CTRL", Int64(LINUX_PR_GET_SPECULATION_CTRL)),
  ("PR_SET_SPECULATION_CTRL", Int64(LINUX_PR_SET_SPECULATION_CTRL)),
  ("PR_SET_IO_FLUSHER", Int64(LINUX_PR_SET_IO_FLUSHER)),
  ("PR_GET_IO_FLUSHER", Int64(LINUX_PR_GET_IO_FLUSHER)),
  ("PR_CAP_AMBIENT_IS_SET", Int64(LINUX_PR_CAP_AMBIENT_IS_SET)),
  ("PR_CAP_AMBIENT_RAISE", Int64(LINUX_PR_CAP_AMBIENT_RAISE)),
  ("PR_CAP_AMBIENT_LOWER", Int64(LINUX_PR_CAP_AMBIENT_LOWER)),
  ("PR_CAP_AMBIENT_CLEAR_ALL", Int64(LINUX_PR_CAP_AMBIENT_CLEAR_ALL)),
  ("PR_SPEC_STORE_BYPASS", Int64(LINUX_PR_SPEC_STORE_BYPASS)),
  ("PR_SPEC_INDIRECT_BRANCH", Int64(LINUX_PR_SPEC_INDIRECT_BRANCH)),
  ("PR_SPEC_L1D_FLUSH", Int64(LINUX_PR_SPEC_L1D_FLUSH)),
  ("PR_SPEC_NOT_AFFECTED", Int64(LINUX_PR_SPEC_NOT_AFFECTED)),
  ("PR_SPEC_PRCTL", Int64(LINUX_PR_SPEC_PRCTL)),
  ("PR_SPEC_ENABLE", Int64(LINUX_PR_SPEC_ENABLE)),
  ("PR_SPEC_DISABLE", Int64(LINUX_PR_SPEC_DISABLE)),
  ("PR_SPEC_FORCE_DISABLE", Int64(LINUX_PR_SPEC_FORCE_DISABLE)),
  ("PR_SPEC_DISABLE_NOEXEC", Int64(LINUX_PR_SPEC_DISABLE_NOEXEC)),
  ("PR_SET_MDWE", Int64(LINUX_PR_SET_MDWE)),
  ("PR_GET_MDWE", Int64(LINUX_PR_GET_MDWE)),
  ("PR_MDWE_REFUSE_EXEC_GAIN", Int64(LINUX_PR_MDWE_REFUSE_EXEC_GAIN)),
  ("PR_MDWE_NO_INHERIT", Int64(LINUX_PR_MDWE_NO_INHERIT)),
  ("PR_SET_MEMORY_MERGE", Int64(LINUX_PR_SET_MEMORY_MERGE)),
  ("PR_GET_MEMORY_MERGE", Int64(LINUX_PR_GET_MEMORY_MERGE)),
]

private let seccompNumbers: [(String, Int64)] = [
  ("SECCOMP_SET_MODE_STRICT", Int64(LINUX_SECCOMP_SET_MODE_STRICT)),
  ("SECCOMP_SET_MODE_FILTER", Int64(LINUX_SECCOMP_SET_MODE_FILTER)),
  ("SECCOMP_GET_ACTION_AVAIL", Int64(LINUX_SECCOMP_GET_ACTION_AVAIL)),
  ("SECCOMP_GET_NOTIF_SIZES", Int64(LINUX_SECCOMP_GET_NOTIF_SIZES)),
  ("SECCOMP_RET_KILL_PROCESS", Int64(LINUX_SECCOMP_RET_KILL_PROCESS)),
  ("SECCOMP_RET_KILL_THREAD", Int64(LINUX_SECCOMP_RET_KILL_THREAD)),
  ("SECCOMP_RET_TRAP", Int64(LINUX_SECCOMP_RET_TRAP)),
  ("SECCOMP_RET_ERRNO", Int64(LINUX_SECCOMP_RET_ERRNO)),
  ("SECCOMP_RET_USER_NOTIF", Int64(LINUX_SECCOMP_RET_USER_NOTIF)),
  ("SECCOMP_RET_TRACE", Int64(LINUX_SECCOMP_RET_TRACE)),
  ("SECCOMP_RET_LOG", Int64(LINUX_SECCOMP_RET_LOG)),
  ("SECCOMP_RET_ALLOW", Int64(LINUX_SECCOMP_RET_ALLOW)),
  ("SECCOMP_RET_ACTION_FULL", Int64(LINUX_SECCOMP_RET_ACTION_FULL)),
  ("SECCOMP_RET_DATA", Int64(LINUX_SECCOMP_RET_DATA)),
]
