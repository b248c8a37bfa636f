"""The virtual machine: what it is, and every way in which it can end. A boot takes about ten seconds."""

import fcntl
import os
import pathlib
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = ROOT / "VirtualMachine/run.sh"


class Machine:
    def __init__(self, folder):
        self.folder = folder
        self.console = folder / "console.log"
        self.out = folder / "out"

    def start(self, command, **settings):
        """Without what the tests themselves run in: the machine has its own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("VM_")}
        environment |= {"VM_BUILD": "0", "VM_CONSOLE": str(self.console), "VM_OUT": str(self.out)}
        environment |= {f"VM_{name.upper()}": str(value) for name, value in settings.items()}
        return subprocess.Popen(
            [RUN],
            env=environment | {"CMD": command},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run(self, command, **settings):
        with self.start(command, **settings) as process:
            stdout, stderr = process.communicate(timeout=300)
        return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)

    def processes(self):
        """Those with this machine's console in their command line."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            try:
                if os.fsencode(self.console) in path.read_bytes():
                    found.append(int(path.parent.name))
            except OSError:
                pass
        return found

    def await_end(self):
        deadline = time.monotonic() + 20
        while self.processes():
            assert time.monotonic() < deadline, f"qemu is left: {self.processes()}"
            select.select([], [], [], 0.05)


@pytest.fixture(scope="session", autouse=True, name="parts")
def parts_fixture():
    """The image and both kernels, which are made once."""
    root = subprocess.check_output([RUN.parent / "image.sh"], text=True).strip()
    for name in ("stable", "backports"):
        subprocess.run([RUN.parent / "kernel.sh", name, f"{root}/sources.list"], check=True)


@pytest.fixture(name="machine")
def machine_fixture(tmp_path):
    machine = Machine(tmp_path)
    yield machine
    assert machine.processes() == []


ABOUT = """
ps -p 1 -o comm=
stat -f -c %T /sys/fs/cgroup
cat /sys/fs/cgroup/cgroup.controllers
grep CapEff /proc/self/status
ls /sys/class/net
id -u
pwd
echo "$VARIABLE" 'and $HOME' "$HOME"
echo complaint >&2
mkdir -p $VM_OUT/deep && echo content > $VM_OUT/deep/file
exit 37
"""


def test_a_command_runs_as_root_and_its_files_come_back(machine):
    done = machine.run(ABOUT)
    assert done.stdout.splitlines() == [
        "systemd",
        "cgroup2fs",
        "cpuset cpu io memory hugetlb pids rdma misc",
        "CapEff:\t000001ffffffffff",
        "lo",
        "0",
        str(ROOT),
        " and $HOME /root",
    ]
    assert (done.returncode, done.stderr) == (37, "complaint\n")
    assert (machine.out / "deep/file").read_text() == "content\n"


AS_USER = """
id -un
own=/sys/fs/cgroup$(dirname $(cut -d : -f 3 /proc/self/cgroup))
cat $own/cgroup.controllers
echo +memory +cpu +pids >$own/cgroup.subtree_control && mkdir $own/x && ls $own/x/*.max | wc -l
systemctl --user is-system-running
unshare --user --map-auto --map-root-user cat /proc/self/uid_map | tr -s ' '
touch made-in-the-checkout && echo >$VM_OUT/file
"""


def test_a_user_has_a_delegated_cgroup_ids_and_a_systemd(machine):
    with machine.start("true") as other:  # two at once
        done = machine.run(AS_USER, user=1)
        assert other.wait(300) == 0
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, ""), lines
    assert lines[:2] == ["cask", "cpuset cpu io memory pids"]
    assert int(lines[2]) >= 4
    assert lines[3:] == ["running", " 0 1000 1", " 1 100000 65535"]
    assert (machine.out / "file").exists()


def test_another_kernel_and_a_private_network(machine):
    done = machine.run("uname -r; ls /sys/class/net | wc -l", kernel="backports", network="private")
    version, interfaces = done.stdout.split()
    assert (done.returncode, done.stderr, interfaces) == (0, "", "2")
    assert tuple(map(int, version.split(".")[:2])) > (6, 1)


def test_a_panic_is_told(machine):
    done = machine.run("echo before; echo c >/proc/sysrq-trigger; sleep 1000")
    assert (done.returncode, done.stdout) == (125, "before\n")
    assert done.stderr == (
        f"vm: the guest panicked: not syncing: sysrq triggered crash; its console is in {machine.console}\n"
    )
    assert "sysrq triggered crash" in machine.console.read_text()


def test_a_guest_that_ends_by_itself_is_told(machine):
    done = machine.run("poweroff -f", timeout=100)
    assert done.returncode == 125
    assert "vm: the guest ended without a status; its console is in" in done.stderr


def test_a_command_past_its_limit_is_ended(machine):
    done = machine.run("echo before; sleep 1000", timeout=2)
    assert (done.returncode, done.stdout) == (124, "before\n")
    assert done.stderr == (
        f"vm: the command did not end within 2 seconds; its console is in {machine.console}\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it(machine, number):
    with machine.start("echo started; sleep 1000") as process:
        assert process.stdout.readline() == "started\n"
        assert machine.processes() != []
        os.killpg(process.pid, number)
        _, stderr = process.communicate(timeout=30)
    assert process.returncode == 128 + number
    assert f"vm: ended by {number.name}; its console is in" in stderr
    machine.await_end()


def test_killed_it_leaves_no_qemu(machine):
    with machine.start("echo started; sleep 1000") as process:
        assert process.stdout.readline() == "started\n"
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=30)
    machine.await_end()


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"kernel": "mine"}, "vm: VM_KERNEL=mine: it is stable, backports or older\n"),
        ({"shell": 1}, "vm: a shell needs a terminal\n"),
        ({"memory": "lots"}, "lots"),
    ],
)
def test_what_it_cannot_be_is_refused(machine, settings, complaint):
    done = machine.run("true", **settings)
    assert (done.returncode != 0, done.stdout) == (True, "")
    assert complaint in done.stderr


def test_a_shell_has_a_terminal(machine):
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 99, 0, 0))
        os.environ |= {"VM_SHELL": "1", "VM_BUILD": "0", "VM_CONSOLE": str(machine.console), "VM_USER": "0"}
        os.execv(RUN, [RUN])
    said = b""
    typed = b"stty size; echo $((6*7)).; exit 5\r"
    try:
        while True:
            assert select.select([terminal], [], [], 120)[0], said
            said += os.read(terminal, 4096)
            if typed and b"# " in said:
                os.write(terminal, typed)
                typed = b""
    except OSError:  # the terminal's other end is closed
        pass
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 5, said
    assert b"33 99" in said
    assert b"42." in said
