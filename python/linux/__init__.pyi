# The types of the module `linux`. What each call does is in its docstring and in docs/python.md.
import os
from collections.abc import Callable
from typing import Any, Final, Literal, Protocol, overload

class _HasFileno(Protocol):
    def fileno(self) -> int: ...

_Text = str | bytes
_Path = str | bytes | os.PathLike[str] | os.PathLike[bytes]
_Descriptor = int | _HasFileno
_Buffer = bytes | bytearray | memoryview

def clone(callback: Callable[..., object], flags: int, callback_args: tuple[Any, ...], /) -> int: ...
def mount(
    source: _Path | None,
    target: _Path,
    filesystemtype: _Text | None,
    mountflags: int,
    mountopts: _Path | None,
    /,
) -> None: ...
def pivot_root(new_root: _Path, put_old: _Path, /) -> None: ...
def sethostname(hostname: _Text, /) -> None: ...
def setns(fd: _Descriptor, nstype: int, /) -> None: ...
def umount(target: _Path, /) -> None: ...
def umount2(target: _Path, flags: int, /) -> None: ...
def unshare(flags: int, /) -> None: ...
def setdomainname(domainname: _Text, /) -> None: ...
def pidfd_open(pid: int, flags: int = 0, /) -> int: ...
def pidfd_send_signal(pidfd: _Descriptor, sig: int, siginfo: None = None, flags: int = 0, /) -> None: ...
def pidfd_getfd(pidfd: _Descriptor, targetfd: int, /) -> int: ...
def open_tree(dirfd: _Descriptor, pathname: _Path, flags: int = 0, /) -> int: ...
def move_mount(
    from_dirfd: _Descriptor,
    from_pathname: _Path,
    to_dirfd: _Descriptor,
    to_pathname: _Path,
    flags: int = 0,
    /,
) -> None: ...
def fsopen(fsname: _Text, flags: int = 0, /) -> int: ...
def fsconfig(
    fs_fd: _Descriptor,
    cmd: int,
    key: _Text | None = None,
    value: _Path | _Buffer | None = None,
    aux: _Descriptor = 0,
    /,
) -> None: ...
def fsmount(fs_fd: _Descriptor, flags: int = 0, attr_flags: int = 0, /) -> int: ...
def fspick(dirfd: _Descriptor, pathname: _Path, flags: int = 0, /) -> int: ...
def mount_setattr(
    dirfd: _Descriptor,
    pathname: _Path,
    flags: int,
    attr_set: int = 0,
    attr_clr: int = 0,
    propagation: int = 0,
    userns_fd: _Descriptor | None = None,
    /,
) -> None: ...
def close_range(first: int, last: int, flags: int = 0, /) -> None: ...
@overload
def prctl(option: Literal[16], /) -> str: ...  # type: ignore[overload-overlap] # PR_GET_NAME
@overload
def prctl(option: Literal[15], arg2: _Text, /) -> int: ...  # PR_SET_NAME
@overload
def prctl(option: int, arg2: int = 0, arg3: int = 0, arg4: int = 0, arg5: int = 0, /) -> int: ...
def capget(pid: int = 0, /) -> tuple[int, int, int]: ...
def capset(effective: int, permitted: int, inheritable: int, /) -> None: ...
def seccomp(operation: int, flags: int = 0, args: _Buffer | int | None = None, /) -> Any: ...

class LinuxError(OSError, RuntimeError): ...
class LinuxBlockingIOError(LinuxError, BlockingIOError): ...
class LinuxBrokenPipeError(LinuxError, BrokenPipeError): ...
class LinuxChildProcessError(LinuxError, ChildProcessError): ...
class LinuxConnectionAbortedError(LinuxError, ConnectionAbortedError): ...
class LinuxConnectionRefusedError(LinuxError, ConnectionRefusedError): ...
class LinuxConnectionResetError(LinuxError, ConnectionResetError): ...
class LinuxFileExistsError(LinuxError, FileExistsError): ...
class LinuxFileNotFoundError(LinuxError, FileNotFoundError): ...
class LinuxInterruptedError(LinuxError, InterruptedError): ...
class LinuxIsADirectoryError(LinuxError, IsADirectoryError): ...
class LinuxNotADirectoryError(LinuxError, NotADirectoryError): ...
class LinuxPermissionError(LinuxError, PermissionError): ...
class LinuxProcessLookupError(LinuxError, ProcessLookupError): ...
class LinuxTimeoutError(LinuxError, TimeoutError): ...

CLONE_NEWTIME: Final = 128
CLONE_VM: Final = 256
CLONE_FS: Final = 512
CLONE_FILES: Final = 1024
CLONE_SIGHAND: Final = 2048
CLONE_PIDFD: Final = 4096
CLONE_PTRACE: Final = 8192
CLONE_VFORK: Final = 16384
CLONE_PARENT: Final = 32768
CLONE_THREAD: Final = 65536
CLONE_NEWNS: Final = 131072
CLONE_SYSVSEM: Final = 262144
CLONE_SETTLS: Final = 524288
CLONE_PARENT_SETTID: Final = 1048576
CLONE_CHILD_CLEARTID: Final = 2097152
CLONE_DETACHED: Final = 4194304
CLONE_UNTRACED: Final = 8388608
CLONE_CHILD_SETTID: Final = 16777216
CLONE_NEWCGROUP: Final = 33554432
CLONE_NEWUTS: Final = 67108864
CLONE_NEWIPC: Final = 134217728
CLONE_NEWUSER: Final = 268435456
CLONE_NEWPID: Final = 536870912
CLONE_NEWNET: Final = 1073741824
CLONE_IO: Final = 2147483648
CLONE_CLEAR_SIGHAND: Final = 4294967296
CLONE_INTO_CGROUP: Final = 8589934592
MS_RDONLY: Final = 1
MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8
MS_SYNCHRONOUS: Final = 16
MS_REMOUNT: Final = 32
MS_MANDLOCK: Final = 64
MS_DIRSYNC: Final = 128
MS_NOSYMFOLLOW: Final = 256
MS_NOATIME: Final = 1024
MS_NODIRATIME: Final = 2048
MS_BIND: Final = 4096
MS_MOVE: Final = 8192
MS_REC: Final = 16384
MS_SILENT: Final = 32768
MS_POSIXACL: Final = 65536
MS_UNBINDABLE: Final = 131072
MS_PRIVATE: Final = 262144
MS_SLAVE: Final = 524288
MS_SHARED: Final = 1048576
MS_RELATIME: Final = 2097152
MS_KERNMOUNT: Final = 4194304
MS_I_VERSION: Final = 8388608
MS_STRICTATIME: Final = 16777216
MS_LAZYTIME: Final = 33554432
MS_ACTIVE: Final = 1073741824
MS_NOUSER: Final = 2147483648
MS_MGC_VAL: Final = 3236757504
MNT_FORCE: Final = 1
MNT_DETACH: Final = 2
MNT_EXPIRE: Final = 4
UMOUNT_NOFOLLOW: Final = 8
OPEN_TREE_CLONE: Final = 1
OPEN_TREE_NAMESPACE: Final = 2
AT_SYMLINK_NOFOLLOW: Final = 256
AT_NO_AUTOMOUNT: Final = 2048
AT_EMPTY_PATH: Final = 4096
AT_RECURSIVE: Final = 32768
MOVE_MOUNT_F_SYMLINKS: Final = 1
MOVE_MOUNT_F_AUTOMOUNTS: Final = 2
MOVE_MOUNT_F_EMPTY_PATH: Final = 4
MOVE_MOUNT_T_SYMLINKS: Final = 16
MOVE_MOUNT_T_AUTOMOUNTS: Final = 32
MOVE_MOUNT_T_EMPTY_PATH: Final = 64
MOVE_MOUNT_SET_GROUP: Final = 256
MOVE_MOUNT_BENEATH: Final = 512
FSPICK_SYMLINK_NOFOLLOW: Final = 2
FSPICK_NO_AUTOMOUNT: Final = 4
FSPICK_EMPTY_PATH: Final = 8
MOUNT_ATTR_RDONLY: Final = 1
MOUNT_ATTR_NOSUID: Final = 2
MOUNT_ATTR_NODEV: Final = 4
MOUNT_ATTR_NOEXEC: Final = 8
MOUNT_ATTR__ATIME: Final = 112
MOUNT_ATTR_NOATIME: Final = 16
MOUNT_ATTR_STRICTATIME: Final = 32
MOUNT_ATTR_NODIRATIME: Final = 128
MOUNT_ATTR_IDMAP: Final = 1048576
MOUNT_ATTR_NOSYMFOLLOW: Final = 2097152
PIDFD_NONBLOCK: Final = 2048
PIDFD_THREAD: Final = 128
PIDFD_SIGNAL_THREAD: Final = 1
PIDFD_SIGNAL_THREAD_GROUP: Final = 2
PIDFD_SIGNAL_PROCESS_GROUP: Final = 4
CLOSE_RANGE_UNSHARE: Final = 2
CLOSE_RANGE_CLOEXEC: Final = 4
SECBIT_NOROOT: Final = 1
SECBIT_NOROOT_LOCKED: Final = 2
SECBIT_NO_SETUID_FIXUP: Final = 4
SECBIT_NO_SETUID_FIXUP_LOCKED: Final = 8
SECBIT_KEEP_CAPS: Final = 16
SECBIT_KEEP_CAPS_LOCKED: Final = 32
SECBIT_NO_CAP_AMBIENT_RAISE: Final = 64
SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED: Final = 128
SECCOMP_FILTER_FLAG_TSYNC: Final = 1
SECCOMP_FILTER_FLAG_LOG: Final = 2
SECCOMP_FILTER_FLAG_SPEC_ALLOW: Final = 4
SECCOMP_FILTER_FLAG_NEW_LISTENER: Final = 8
SECCOMP_FILTER_FLAG_TSYNC_ESRCH: Final = 16
SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV: Final = 32
CAP_CHOWN: Final = 0
CAP_DAC_OVERRIDE: Final = 1
CAP_DAC_READ_SEARCH: Final = 2
CAP_FOWNER: Final = 3
CAP_FSETID: Final = 4
CAP_KILL: Final = 5
CAP_SETGID: Final = 6
CAP_SETUID: Final = 7
CAP_SETPCAP: Final = 8
CAP_LINUX_IMMUTABLE: Final = 9
CAP_NET_BIND_SERVICE: Final = 10
CAP_NET_BROADCAST: Final = 11
CAP_NET_ADMIN: Final = 12
CAP_NET_RAW: Final = 13
CAP_IPC_LOCK: Final = 14
CAP_IPC_OWNER: Final = 15
CAP_SYS_MODULE: Final = 16
CAP_SYS_RAWIO: Final = 17
CAP_SYS_CHROOT: Final = 18
CAP_SYS_PTRACE: Final = 19
CAP_SYS_PACCT: Final = 20
CAP_SYS_ADMIN: Final = 21
CAP_SYS_BOOT: Final = 22
CAP_SYS_NICE: Final = 23
CAP_SYS_RESOURCE: Final = 24
CAP_SYS_TIME: Final = 25
CAP_SYS_TTY_CONFIG: Final = 26
CAP_MKNOD: Final = 27
CAP_LEASE: Final = 28
CAP_AUDIT_WRITE: Final = 29
CAP_AUDIT_CONTROL: Final = 30
CAP_SETFCAP: Final = 31
CAP_MAC_OVERRIDE: Final = 32
CAP_MAC_ADMIN: Final = 33
CAP_SYSLOG: Final = 34
CAP_WAKE_ALARM: Final = 35
CAP_BLOCK_SUSPEND: Final = 36
CAP_AUDIT_READ: Final = 37
CAP_PERFMON: Final = 38
CAP_BPF: Final = 39
CAP_CHECKPOINT_RESTORE: Final = 40
AT_FDCWD: Final = -100
MS_SUBMOUNT: Final = 67108864
MS_NOREMOTELOCK: Final = 134217728
MS_NOSEC: Final = 268435456
MS_BORN: Final = 536870912
MS_MGC_MSK: Final = 4294901760
MS_VERBOSE: Final = 32768
MS_RMT_MASK: Final = 41943121
OPEN_TREE_CLOEXEC: Final = 524288
FSOPEN_CLOEXEC: Final = 1
FSMOUNT_CLOEXEC: Final = 1
FSPICK_CLOEXEC: Final = 1
FSCONFIG_SET_FLAG: Final = 0
FSCONFIG_SET_STRING: Final = 1
FSCONFIG_SET_BINARY: Final = 2
FSCONFIG_SET_PATH: Final = 3
FSCONFIG_SET_PATH_EMPTY: Final = 4
FSCONFIG_SET_FD: Final = 5
FSCONFIG_CMD_CREATE: Final = 6
FSCONFIG_CMD_RECONFIGURE: Final = 7
FSCONFIG_CMD_CREATE_EXCL: Final = 8
PR_SET_PDEATHSIG: Final = 1
PR_GET_PDEATHSIG: Final = 2
PR_GET_DUMPABLE: Final = 3
PR_SET_DUMPABLE: Final = 4
PR_GET_KEEPCAPS: Final = 7
PR_SET_KEEPCAPS: Final = 8
PR_SET_NAME: Final = 15
PR_GET_NAME: Final = 16
PR_GET_SECCOMP: Final = 21
PR_CAPBSET_READ: Final = 23
PR_CAPBSET_DROP: Final = 24
PR_GET_SECUREBITS: Final = 27
PR_SET_SECUREBITS: Final = 28
PR_SET_TIMERSLACK: Final = 29
PR_GET_TIMERSLACK: Final = 30
PR_SET_CHILD_SUBREAPER: Final = 36
PR_GET_CHILD_SUBREAPER: Final = 37
PR_SET_NO_NEW_PRIVS: Final = 38
PR_GET_NO_NEW_PRIVS: Final = 39
PR_SET_THP_DISABLE: Final = 41
PR_GET_THP_DISABLE: Final = 42
PR_CAP_AMBIENT: Final = 47
PR_GET_SPECULATION_CTRL: Final = 52
PR_SET_SPECULATION_CTRL: Final = 53
PR_SET_IO_FLUSHER: Final = 57
PR_GET_IO_FLUSHER: Final = 58
PR_CAP_AMBIENT_IS_SET: Final = 1
PR_CAP_AMBIENT_RAISE: Final = 2
PR_CAP_AMBIENT_LOWER: Final = 3
PR_CAP_AMBIENT_CLEAR_ALL: Final = 4
PR_SPEC_STORE_BYPASS: Final = 0
PR_SPEC_INDIRECT_BRANCH: Final = 1
PR_SPEC_L1D_FLUSH: Final = 2
PR_SPEC_NOT_AFFECTED: Final = 0
PR_SPEC_PRCTL: Final = 1
PR_SPEC_ENABLE: Final = 2
PR_SPEC_DISABLE: Final = 4
PR_SPEC_FORCE_DISABLE: Final = 8
PR_SPEC_DISABLE_NOEXEC: Final = 16
PR_SET_MDWE: Final = 65
PR_GET_MDWE: Final = 66
PR_MDWE_REFUSE_EXEC_GAIN: Final = 1
PR_MDWE_NO_INHERIT: Final = 2
PR_SET_MEMORY_MERGE: Final = 67
PR_GET_MEMORY_MERGE: Final = 68
SECCOMP_SET_MODE_STRICT: Final = 0
SECCOMP_SET_MODE_FILTER: Final = 1
SECCOMP_GET_ACTION_AVAIL: Final = 2
SECCOMP_GET_NOTIF_SIZES: Final = 3
SECCOMP_RET_KILL_PROCESS: Final = 2147483648
SECCOMP_RET_KILL_THREAD: Final = 0
SECCOMP_RET_TRAP: Final = 196608
SECCOMP_RET_ERRNO: Final = 327680
SECCOMP_RET_USER_NOTIF: Final = 2143289344
SECCOMP_RET_TRACE: Final = 2146435072
SECCOMP_RET_LOG: Final = 2147221504
SECCOMP_RET_ALLOW: Final = 2147418112
SECCOMP_RET_ACTION_FULL: Final = 4294901760
SECCOMP_RET_DATA: Final = 65535
