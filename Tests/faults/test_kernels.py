"""A kernel that lacks a call: it is done without, or the error says which kernel has it."""

import re

import pytest
from injection import is_gone
from left import NAME

# The calls of the last fifteen years that commands make, and what has no use but for some containers.
NEW = (
    "bpf clone3 close_range faccessat2 fsconfig fsmount fsopen getrandom keyctl memfd_create mount_setattr "
    "move_mount open_tree openat2 pidfd_getfd pidfd_open pidfd_send_signal renameat2 rseq seccomp statx"
).split()
KERNEL = re.compile(r"\w.*: function not implemented \(ENOSYS\); .*Linux \d+\.\d+")


@pytest.mark.parametrize("call", NEW)
def test_a_kernel_without_the_call(box, runtime, command, call):
    done = command("run", "--bundle", box.folder, NAME).failing("ENOSYS", call)
    assert done.status == 0 or KERNEL.search(done.message), done.stderr
    assert is_gone(runtime) == []


@pytest.mark.parametrize("call", ["pidfd_open", "pidfd_send_signal", "close_range", "setns", "statx"])
def test_exec_and_delete_without_the_call(box, runtime, command, call):
    box.sleeps().up()
    done = command("exec", NAME, "/bin/true").failing("ENOSYS", call)
    assert done.status == 0 or KERNEL.search(done.message), done.stderr
    done = command("delete", "--force", NAME).failing("ENOSYS", call)
    assert done.status == 0 or KERNEL.search(done.message), done.stderr
    runtime("delete", "--force", NAME)
    assert is_gone(runtime) == []
