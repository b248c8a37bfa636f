"""A kernel that is too old, and the oldest that is not.

Both programs are run where all newer calls are missing, and the kernel bears an old name."""

import json
import os
import subprocess

import conftest
import pytest
from bundle import IS_ROOT, Bundle, Way
from waiting import wait_until

# Calls from a number on fail with ENOSYS, and so do two more; uname says 2.6 of any kernel.
OLD = r"""
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(int count, char **words) {
  unsigned first = atoi(words[1]), other = atoi(words[2]);
  struct sock_filter code[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    BPF_JUMP(BPF_JMP | BPF_JEQ, other, 1, 0),
    BPF_JUMP(BPF_JMP | BPF_JGE, first, 0, 1),
    BPF_STMT(BPF_RET, SECCOMP_RET_ERRNO | ENOSYS),
    BPF_STMT(BPF_RET, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog filter = {sizeof code / sizeof *code, code};
  if (getuid() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return perror("no_new_privs"), 99;
  if (personality(personality(0xffffffff) | UNAME26) < 0) return perror("personality"), 99;
  if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)) return perror("seccomp"), 99;
  execv(words[3], words + 3);
  return perror(words[3]), 99;
}
"""
NONE, CLOSE_RANGE = 9999, 436
# The version: the first call that it lacks, and an earlier one that came later.
OLDER = {
    "5.11": (442, NONE),
    "5.8": (440, CLOSE_RANGE),
    "5.4": (436, NONE),
    "5.1": (428, NONE),
    "4.18": (424, NONE),
}
OLDEST = (443, NONE)
WORDS = "Linux 5.12 or newer is needed, and this is 2.6."

pytestmark = pytest.mark.requires("containers")


@pytest.fixture(scope="session", name="old")
def old_fixture(compile_static):
    """Words before a command."""
    program = str(compile_static("old", OLD))
    return lambda first, other: [program, str(first), str(other)]


@pytest.fixture(name="bundle")
def bundle_fixture(tmp_path, rootfs):
    box = Bundle(tmp_path, rootfs, Way("cgroupfs") if IS_ROOT else None)
    box.script("echo done").save()
    box.folder = tmp_path
    yield box
    box.before = []
    box.delete()


@pytest.mark.parametrize("version", OLDER)
@pytest.mark.parametrize("verb", ["run", "create"])
def test_the_runtime_names_the_kernel_that_it_needs(bundle, old, verb, version):
    bundle.before = old(*OLDER[version])
    done = bundle(verb, "--bundle", bundle.folder, bundle.name)
    assert done.returncode == 1
    assert done.said.startswith(f"cooper-runtime: {WORDS}"), done.said
    bundle.before = []
    assert json.loads(bundle.good("list", "--format", "json")) in ([], None)
    # The keeper works on when the command has ended.
    wait_until(lambda: not any(bundle.name in line for line in conftest.remains()), 10)


@pytest.mark.parametrize("version", OLDER)
def test_cooper_names_the_kernel_that_it_needs(cooper, rootfs, old, version):
    before = conftest.remains()
    command = [*old(*OLDER[version]), cooper.path, "run", rootfs, "true"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 125
    assert done.stderr.startswith(f"cooper: {WORDS}"), done.stderr
    wait_until(lambda: conftest.remains() == before, 10, conftest.remains)


def test_the_oldest_kernel_is_enough(bundle, cooper, rootfs, old):
    """Nothing newer is asked for, in any case without a substitute; a name alone is no reason to refuse."""
    bundle.linux["resources"] = {"devices": [{"allow": False, "access": "rwm"}]}
    bundle.linux["maskedPaths"] = ["/proc/kcore"]
    bundle.linux["readonlyPaths"] = ["/proc/sys"]
    bundle.config["mounts"] += [
        {"destination": "/mnt", "type": "bind", "source": "/usr", "options": ["rbind", "ro"]}
    ]
    bundle.config["root"]["readonly"] = False
    bundle.before = old(*OLDEST)
    done = bundle.run()
    assert (done.returncode, done.said) == (0, "done\n")
    command = [*old(*OLDEST), cooper.path, "run", rootfs, "echo", "done"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr


@pytest.mark.requires("root")
def test_a_new_kernel_is_not_blamed(bundle, compile_static, tmp_path):
    """A missing call on a new kernel has another cause."""
    source = OLD.replace("personality(0xffffffff) | UNAME26", "0xffffffff")
    program = str(compile_static("filtered", source))
    bundle.before = [program, "442", str(NONE)]
    done = bundle.run()
    assert done.returncode == 1 and "mount_setattr" in done.said
    assert "is needed" not in done.said.replace("mount_setattr needs Linux 5.12", ""), done.said


@pytest.mark.requires("before Linux 5.12")
def test_a_kernel_that_is_too_old(bundle, cooper, rootfs):
    """The real one: `make vm-test-all` boots it."""
    before = conftest.remains()
    words = f"Linux 5.12 or newer is needed, and this is {os.uname().release}: "
    for verb in ("run", "create"):
        done = bundle(verb, "--bundle", bundle.folder, bundle.name)
        assert done.returncode == 1
        assert done.said.startswith(f"cooper-runtime: {words}"), done.said
    assert cooper.refusal(rootfs, "true").startswith(words)
    wait_until(lambda: conftest.remains() == before, 10, conftest.remains)
