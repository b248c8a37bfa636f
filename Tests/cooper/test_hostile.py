"""Images and surroundings that mean harm: what they were seen to do before it was prevented."""

import pathlib
import shutil
import signal
import subprocess
import time

import conftest
import pytest

pytestmark = pytest.mark.requires("containers")

ACCENT = "\u0301"  # to Swift "/" and this behind it are one Character

# Without the filter, which lets nobody get there: what is behind it must hold alone.
UNFILTERED = ["--security-opt", "seccomp=unconfined"]


@pytest.fixture(name="image")
def image_fixture(rootfs, tmp_path):
    return shutil.copytree(rootfs, tmp_path / "image", symlinks=True)


@pytest.fixture(name="canary")
def canary_fixture(tmp_path):
    """A directory of the host's, in which nothing may appear."""
    folder = tmp_path / "canary"
    folder.mkdir()
    yield folder
    assert list(folder.iterdir()) == []


def replace(path, target):
    """A symbolic link in the place of an image's directory."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize(
    ("proc", "options"),
    [
        ("/dev/hop", []),
        ("/sys/hop", []),
        ("/data/p", ["-v", "canary:/data"]),
        ("/mnt/p", ["--tmpfs", "/mnt"]),
        ("/dev/pts/../p", []),
        ("/realproc", []),
        ("../realproc", []),
    ],
)
def test_proc_as_a_link_hides_no_mask(cooper, image, canary, proc, options):
    # The masks were looked up by their paths again, found nothing behind the link, and were passed over.
    replace(image / "proc", proc)
    (image / "realproc").mkdir()
    for hop in ("dev/hop", "sys/hop", "mnt/p", "data/p"):
        replace(image / hop, "/realproc")
    options = [option.replace("canary", str(canary)) for option in options]
    line = cooper.refusal("--cap-drop", "ALL", *options, image, "true")
    assert "mount proc on /proc" in line
    assert "symbolic link" in line


@pytest.mark.parametrize("name", ["sys", "dev"])
def test_other_filesystems_of_the_kernel_go_through_no_link(cooper, image, canary, name):
    replace(image / name, str(canary))
    assert "symbolic link" in cooper.refusal(image, "true")


def test_masks_hold_whatever_is_mounted_over_their_paths(cooper, image, canary):
    # A volume through a link of the image's over /proc: what it hides stays masked.
    (image / "over").symlink_to("/proc")
    done = cooper.run("run", "-v", f"{canary}:/over", image, "ls", "-A", "/proc")
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("links", [{"data": "/dev"}, {}])
def test_no_node_is_made_in_a_volume(cooper, image, canary, links):
    for name, target in links.items():
        replace(image / name, target)
    destination = "/data" if links else "/dev"
    done = cooper.run("run", "-v", f"{canary}:{destination}", image, "true")
    assert done.returncode in (0, 125)
    assert list(canary.iterdir()) == []


def test_names_are_bytes(cooper, image, canary):
    (image / "a").symlink_to(canary)
    for option in [
        ["-v", f"{canary}:/a/{ACCENT}b"],
        ["--tmpfs", f"/a/{ACCENT}t"],
        ["-v", f"/etc/passwd:/a/{ACCENT}f"],
    ]:
        cooper.run("run", *option, image, "true")
        assert list(canary.iterdir()) == []


@pytest.mark.parametrize("number", range(3, 16))
def test_a_descriptor_is_no_working_directory(cooper, image, number):
    line = cooper.refusal("-w", f"/proc/self/fd/{number}", image, "pwd")
    assert f"change the directory to /proc/self/fd/{number}" in line


def test_the_callers_keys_are_not_the_containers(cooper, compile_static, rootfs):
    source = r"""
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int count, char **names) {
  char text[64] = "";
  if (count > 1) {  // outside: a session keyring with a key, and the container in it
    syscall(SYS_keyctl, 1, NULL);
    syscall(SYS_add_key, "user", "cooper-test", "secret", 6L, -3L);
    execvp(names[1], names + 1);
    return 1;
  }
  long key = syscall(SYS_request_key, "user", "cooper-test", NULL, 0L);
  if (key >= 0) syscall(SYS_keyctl, 11L, key, text, 63L);
  printf("%s\n", *text ? text : "no key");
}
"""
    program = compile_static("keys", source)
    outside = subprocess.run([program, program], capture_output=True, text=True, check=True)
    assert outside.stdout == "secret\n"
    # Keys have no namespace, and the filter is not all that hides them.
    command = [program, cooper.path, "run", *UNFILTERED, "-v", f"{program}:/keys", rootfs, "/keys"]
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True)
    assert done.stdout == "no key\n"


def in_a_run_of_its_own(cooper, rootfs, prepare):
    """cooper where /run is another one, prepared by a script."""
    script = f'mount -t tmpfs tmpfs /run && {prepare} && exec "$@"'
    command = ["unshare", "-m", "--propagation", "private", "sh", "-c", script, "sh", cooper.path, "run"]
    return subprocess.run(
        [*command, str(rootfs), "echo", "runs"], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "prepare",
    [
        "mkdir -m 700 /run/cooper && chown 1000 /run/cooper",
        "mkdir /run/cooper && chmod 777 /run/cooper",
        "mkdir /run/cooper && chmod 770 /run/cooper",
        "mkdir /run/other && ln -s other /run/cooper",
        "touch /run/cooper",
    ],
)
@pytest.mark.requires("root")
def test_a_state_directory_of_others_is_not_trusted(cooper, rootfs, prepare):
    # What is in it names processes to kill.
    with subprocess.Popen(["sleep", "100"]) as bystander:
        stat = pathlib.Path(f"/proc/{bystander.pid}/stat").read_text().rsplit(")", 1)[1].split()
        written = f"{bystander.pid} {stat[19]}"
        state = f"(mkdir -p /run/cooper/evil; echo {written} > /run/cooper/evil/process) 2>&-; true"
        done = in_a_run_of_its_own(cooper, rootfs, f"{prepare}; {state}")
        assert bystander.poll() is None
        bystander.kill()
    assert done.returncode == 125
    assert done.stderr.count("\n") == 1
    assert "/run/cooper" in done.stderr


@pytest.mark.requires("root")
def test_a_state_directory_of_roots_is_used(cooper, rootfs):
    assert in_a_run_of_its_own(cooper, rootfs, "mkdir -m 700 /run/cooper").stdout == "runs\n"


@pytest.mark.parametrize("options", [[], ["--init"]])
def test_signals_that_the_caller_ignores(cooper, rootfs, options):
    # With SIGCHLD ignored the kernel reaps children itself, and no one's status can be taken.
    def ignore():
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    done = cooper.run("run", *options, rootfs, "sh", "-c", "exit 7", preexec_fn=ignore)
    assert done.returncode == 7
    ignored = cooper.output(rootfs, "grep", "SigIgn", "/proc/self/status", restore_signals=False)
    assert int(ignored.split()[1], 16) & (1 << 12 | 1 << 16) == 0


@pytest.mark.requires("root")
def test_the_largest_memory_limit(cooper, rootfs):
    for size in (1 << 62, (1 << 63) - 1):
        done = cooper.run("run", "--memory", size, rootfs, "true")
        assert done.returncode in (0, 125)
        assert "Fatal" not in done.stderr


def test_init_shows_nothing_of_the_callers_command_line(cooper, rootfs):
    script = "cat /proc/1/cmdline | tr '\\0' ' '"
    shown = cooper.output("--init", "-e", "TOKEN=secret", rootfs, "sh", "-c", script)
    assert "secret" not in shown
    assert str(rootfs) not in shown


@pytest.mark.requires("root")
def test_a_container_that_dies_before_its_command_is_no_success(cooper, rootfs):
    # Too little memory for the way to exec: the kernel kills the child.
    for size in ("4k", "16k", "64k"):
        done = cooper.run("run", "--memory", size, "--memory-swap", size, rootfs, "true")
        if done.returncode != 0:
            assert done.returncode == 125
            assert done.stderr.count("\n") == 1
            assert "killed" in done.stderr or "memory" in done.stderr


@pytest.mark.requires("ids of a container")
def test_renames_elsewhere_on_the_machine_are_no_failure(cooper, image, tmp_path):
    # A walk with ".." below a root is given up by the kernel (EAGAIN) when something is renamed meanwhile.
    replace(image / "var/run", "../run")
    (image / "run").mkdir()
    script = f"i=0; while :; do mv {tmp_path}/x {tmp_path}/y; mv {tmp_path}/y {tmp_path}/x; done"
    (tmp_path / "x").mkdir()
    with subprocess.Popen(["busybox", "sh", "-c", script]) as renaming:
        try:
            for _ in range(40):
                assert cooper.output("--tmpfs", "/var/run/x", "-u", "cask", image, "id", "-un") == "cask\n"
        finally:
            renaming.kill()


IN_A_USER_NAMESPACE = ["unshare", "-UrmC", "sh", "-c"]


@pytest.mark.requires("cgroup-v1")
@pytest.mark.requires("root")
def test_no_cgroup_but_its_own_can_be_mounted(cooper):
    # Root in a user namespace of its own mounts a hierarchy: it sees nothing above the container's cgroup.
    look = (
        "for c in cpu cpuacct cpuset memory devices freezer pids; do"
        " mount -t cgroup -o $c x /mnt && ls /mnt/release_agent /mnt/cooper-* 2>/dev/null; umount /mnt; done;"
        " grep -c : /proc/self/cgroup; cut -d : -f 3 /proc/self/cgroup | sort -u"
    )
    output = cooper.output(*UNFILTERED, "host", *IN_A_USER_NAMESPACE, look).splitlines()
    assert output[-1:] == ["/"]
    assert len(output) == 2


@pytest.mark.requires("cgroup-v1")
@pytest.mark.requires("root")
def test_limits_cannot_be_lifted_from_inside(cooper):
    lift = (
        "mount -t cgroup -o pids x /mnt && echo max > /mnt/pids.max; umount /mnt;"
        " mount -t cgroup -o memory x /mnt && echo -1 > /mnt/memory.limit_in_bytes; umount /mnt;"
        " mount -t cgroup -o devices x /mnt && echo a > /mnt/devices.allow;"
        " i=0; while [ $i -lt 60 ]; do sleep 5 & i=$((i+1)); done; echo all"
    )
    limits = ["--pids-limit", "30", "--memory", "64m"]
    done = cooper.run("run", *UNFILTERED, *limits, "host", *IN_A_USER_NAMESPACE, lift)
    assert "fork" in done.stderr
    assert "all" not in done.stdout


@pytest.mark.requires("root")
def test_cgroups_that_the_container_made_are_removed(cooper):
    nest = "mkdir -p /mnt/a/b/c /mnt/a/d /mnt/e"
    script = (
        f"mount -t cgroup -o devices x /mnt && {nest}; umount /mnt; mount -t cgroup2 y /mnt && {nest}; exit 5"
    )
    done = cooper.run("run", *UNFILTERED, "host", *IN_A_USER_NAMESPACE, script)
    assert (done.returncode, done.stdout) == (5, "")
    done = cooper.run("run", "host", "true")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.requires("cgroup-v1")
@pytest.mark.requires("root")
def test_a_container_that_froze_itself_can_be_killed(cooper):
    # v1's freezer holds back SIGKILL too. The deeper cgroup's state is its own.
    freeze = (
        "mount -t cgroup -o freezer x /mnt && mkdir -p /mnt/a/b; sleep 1000 & "
        "echo $! > /mnt/a/b/cgroup.procs; echo FROZEN > /mnt/a/b/freezer.state; echo up; "
        "echo FROZEN > /mnt/freezer.state"
    )
    with cooper.start(*UNFILTERED, "host", *IN_A_USER_NAMESPACE, freeze) as container:
        assert container.stdout.readline() == "up\n"
        container.kill()
        container.communicate(timeout=20)
    end = time.monotonic() + 10
    while conftest.remains():
        assert time.monotonic() < end, conftest.remains()
        time.sleep(0.01)
