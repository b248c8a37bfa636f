"""Given: which system calls the command may not make. Each is of the machine, or leads out of the container,
or has more ways in than anybody has looked at. What isn't here is allowed; a real runtime's list is the
other way round."""

import errno
import platform
import struct

import linux

COLUMN = {"x86_64": 0, "aarch64": 1}[platform.machine()]

# The numbers on x86-64 and on aarch64.
REFUSED = {
    "acct": (163, 89),
    "add_key": (248, 217),
    "bpf": (321, 280),
    "clock_settime": (227, 112),
    "delete_module": (176, 106),
    "finit_module": (313, 273),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "init_module": (175, 105),
    "io_uring_setup": (425, 425),
    "kexec_file_load": (320, 294),
    "kexec_load": (246, 104),
    "keyctl": (250, 219),
    "mount": (165, 40),
    "mount_setattr": (442, 442),
    "move_mount": (429, 429),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "perf_event_open": (298, 241),
    "pivot_root": (155, 41),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "ptrace": (101, 117),
    "quotactl": (179, 60),
    "reboot": (169, 142),
    "request_key": (249, 218),
    "setns": (308, 268),
    "settimeofday": (164, 170),
    "swapoff": (168, 225),
    "swapon": (167, 224),
    "syslog": (103, 116),
    "umount2": (166, 39),
    "unshare": (272, 97),
    "userfaultfd": (323, 282),
}
CLONE = (56, 220)
CLONE3 = 435
ARCHITECTURE = (0xC000003E, 0xC00000B7)
NEW_NAMESPACES = linux.CLONE_NEWNS | linux.CLONE_NEWCGROUP | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC
NEW_NAMESPACES |= linux.CLONE_NEWUSER | linux.CLONE_NEWPID | linux.CLONE_NEWNET


def load(offset):
    return struct.pack("HBBI", 0x20, 0, 0, offset)


def jump_if_equal(value, then, otherwise):
    return struct.pack("HBBI", 0x15, then, otherwise, value)


def answer(action, number=0):
    return struct.pack("HBBI", 0x06, 0, 0, action | number)


NOT_PERMITTED = answer(linux.SECCOMP_RET_ERRNO, errno.EPERM)
NO_SUCH_CALL = answer(linux.SECCOMP_RET_ERRNO, errno.ENOSYS)

# Each instruction looks at the call's number, its architecture or an argument, and goes on or answers.
FILTER = b"".join(
    [
        # The same number is another call on another architecture.
        load(4),
        jump_if_equal(ARCHITECTURE[COLUMN], 1, 0),
        answer(linux.SECCOMP_RET_KILL_PROCESS),
        load(0),
        # x86-64 has a second set of numbers, x32, above these.
        struct.pack("HBBI", 0x35, 0, 1, 0x40000000),
        NO_SUCH_CALL,
        # Its flags are in memory, where a filter can't look. "There is no such call": programs take clone.
        jump_if_equal(CLONE3, 0, 1),
        NO_SUCH_CALL,
    ]
    + [jump_if_equal(numbers[COLUMN], 0, 1) + NOT_PERMITTED for numbers in REFUSED.values()]
    + [
        jump_if_equal(CLONE[COLUMN], 0, 3),
        load(16),
        struct.pack("HBBI", 0x45, 0, 1, NEW_NAMESPACES),
        NOT_PERMITTED,
        answer(linux.SECCOMP_RET_ALLOW),
    ]
)
