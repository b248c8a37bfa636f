"""What the programs of levels 00 to 07 do, seen from outside and inside; and that later ones still do it."""

import os
import pathlib
import re
import signal
import subprocess

import pytest
from conftest import LEVELS, WORKSHOP, Program, program
from running import cgroups_of, children, image_of, removed, shell, started, wait_for

# 00


def test_the_status_is_the_commands(rd, image):
    for number in (0, 7, 255):
        assert rd.run(*image_of(rd, image), "--", "sh", "-c", f"exit {number}") == (number, "", "")


def test_a_signal_gives_128_and_its_number(rd, image):
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV):
        status, _, _ = rd.run(*image_of(rd, image), "--", "sh", "-c", f"kill -{int(number)} $$")
        assert status == 128 + number


def test_no_such_command_gives_127(rd, image):
    assert "no-such-command" in rd.refusal(127, *image_of(rd, image), "--", "no-such-command")
    assert "/no/such" in rd.refusal(127, *image_of(rd, image), "--", "/no/such", "argument")


def test_arguments_and_input_reach_the_command(rd, image):
    script = 'for word; do echo "[$word]"; done; cat'
    arguments = ["--", "sh", "-c", script, "sh", "", "a b", "--image", "ü"]
    process = rd.start(*image_of(rd, image), *arguments, stdin=subprocess.PIPE)
    assert process.communicate("typed\n", timeout=60) == ("[]\n[a b]\n[--image]\n[ü]\ntyped\n", "")


def test_a_wrong_command_line_gives_2(rd, image):
    for arguments, reason in [
        ((), "there is no command after --"),
        (("--",), "there is no command after --"),
        (("true",), "true: -- goes before the command"),
        (("--image",), "--image: there is no value"),
        (("--colour", "red", "--", "true"), "--colour: there is no such option"),
        (("--memory", "much", "--", "true"), "--memory much: a size is"),
        (("--memory", "9999999999999g", "--", "true"), "--memory 9999999999999g: a size is"),
        (("--pids-limit", "-1", "--", "true"), "--pids-limit -1: it is a number"),
        (("--cpu-shares", "1234567890", "--", "true"), "--cpu-shares 1234567890: it is a number"),
        (("--user", "root", "--", "true"), "--user root: a user is"),
        (("--user", "1:", "--", "true"), "--user 1:: a user is"),
        (("--user", "4294967296", "--", "true"), "--user 4294967296: a user is"),
        (("--volume", "/a:b", "--", "true"), "--volume /a:b: a volume is"),
        (("--volume", "/a:/b:rw", "--", "true"), "--volume /a:/b:rw: a volume is"),
        (("--volume", "/a:/b", "--", "true"), "--volume goes with --image"),
        (("--network", "host", "--", "true"), "--network host: there is one network"),
        (("--publish", "8080", "--", "true"), "--publish 8080: a port is"),
        (("--publish", "0:80", "--", "true"), "--publish 0:80: a port is"),
        (("--publish", "8080:65536", "--", "true"), "--publish 8080:65536: a port is"),
    ]:
        assert rd.refusal(2, *arguments).startswith(reason)
    assert rd.refusal(2, verb="jump").startswith("the verb is run or exec")
    assert rd.refusal(2, "--pid", "1", "--", "true").startswith("--pid goes with exec")
    assert rd.refusal(2, "--", "true", verb="exec").startswith("--pid goes with exec")


def test_signals_are_as_the_caller_had_them(rd, image):
    """Python ignores SIGPIPE, and the init holds signals back: the command has nothing of it."""
    if rd.level == 1:
        pytest.skip("there is no /proc in level 01")
    command = ["grep", "-E", "SigBlk|SigIgn", "/proc/self/status"]
    assert rd.output(*image_of(rd, image), "--", *command) == subprocess.check_output(command, text=True)


# 01


@pytest.mark.levels(1)
def test_root_is_the_image(rd, image, host_file):
    assert shell(rd, image, "cat /etc/image; pwd; ls -di / /..", cwd=host_file.parent).startswith(
        "busybox\n/\n"
    )
    assert rd.run("--image", image, "--", "cat", host_file)[0] == 1
    # A path relative to where the caller is.
    assert rd.output("--image", image.name, "--", "cat", "etc/image", cwd=image.parent) == "busybox\n"


@pytest.mark.levels(1)
def test_a_missing_image_is_told(rd, host_file):
    assert (
        "ENOENT" in (told := rd.refusal(125, "--image", "/no/such", "--", "true")) or "No such file" in told
    )
    rd.refusal(125, "--image", host_file, "--", "true")


@pytest.mark.levels(1, 1)
def test_level_01_mounts_nothing(rd, image):
    assert shell(rd, image, "ls /proc /sys /dev").split() == ["/dev:", "/proc:", "/sys:"]


# 02


@pytest.mark.levels(2)
def test_the_filesystems_are_there(rd, image):
    mounts = {}
    for line in shell(rd, image, "cat /proc/self/mountinfo").splitlines():
        place, filesystem = line.split()[4:6], line.split(" - ")[1].split()[0]
        mounts[place[0].removeprefix(str(image))] = (filesystem, place[1])
    for path, filesystem, flags in [
        ("/proc", "proc", "rw,nosuid,nodev,noexec"),
        ("/sys", "sysfs", "ro,nosuid,nodev,noexec"),
        ("/dev", "tmpfs", "rw,nosuid,noexec"),
        ("/dev/pts", "devpts", "rw,nosuid,noexec"),
        ("/dev/shm", "tmpfs", "rw,nosuid,nodev,noexec"),
        *([("/dev/mqueue", "mqueue", "rw,nosuid,nodev,noexec")] if rd.level >= 5 else []),
    ]:
        assert mounts[path][0] == filesystem
        assert mounts[path][1].startswith(flags), path
    assert rd.run("--image", image, "--", "mkdir", "/sys/kernel/x")[0] == 1


@pytest.mark.levels(2)
def test_the_devices_are_there(rd, image):
    listing = shell(rd, image, "cd /dev; stat -c '%n %a %t:%T' null zero full random urandom tty")
    assert listing.splitlines() == [
        "null 666 1:3",
        "zero 666 1:5",
        "full 666 1:7",
        "random 666 1:8",
        "urandom 666 1:9",
        "tty 666 5:0",
    ]
    assert sorted(shell(rd, image, "ls /dev").split()) == sorted(
        "fd full null ptmx pts random shm stderr stdin stdout tty urandom zero".split()
        + (["mqueue"] if rd.level >= 5 else [])
    )
    # Each is used: a terminal too, from a devpts of its own.
    assert shell(
        rd, image, "head -c 3 /dev/zero | wc -c; echo x >/dev/null; echo y >/dev/stdout; ls /dev/pts"
    ) == ("3\ny\nptmx\n")
    assert shell(rd, image, "exec 3<>/dev/ptmx; ls /dev/pts") == "0\nptmx\n"


@pytest.mark.levels(2)
def test_the_table_of_mounts_is_of_its_own(rd, image):
    assert shell(rd, image, "readlink /proc/self/ns/mnt").strip() != os.readlink("/proc/self/ns/mnt")


def test_a_forgotten_private_would_be_seen(image):
    """The namespace of the tests is shared: else the checks of what is left couldn't fail."""
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        root = [line for line in table if line.split()[4] == "/"][-1]
    assert "shared:" in root


# 03


@pytest.mark.levels(3)
def test_only_the_containers_mounts_are_in_its_table(rd, image):
    places = sorted(line.split()[4] for line in shell(rd, image, "cat /proc/self/mountinfo").splitlines())
    expected = ["/", "/dev", "/dev/pts", "/dev/shm", "/proc", "/sys"] + (
        ["/dev/mqueue"] if rd.level >= 5 else []
    )
    assert places == sorted(expected)


@pytest.mark.levels(3)
def test_escape_finds_nothing_outside(rd, image, host_file):
    arguments = ["--image", image, "--", "sh", "-c", f"cat /etc/image; cat {host_file}"]
    status, output, errors = rd.run(*arguments, verb="escape")
    if rd.level < 11:
        assert (status, output) == (1, "busybox\n")
        assert "No such file" in errors
    else:
        # Without CAP_SYS_CHROOT there isn't even the first step.
        assert (status, output) == (125, "")
        assert re.fullmatch(r"rd: .*not permitted.*\n", errors)


def test_escape_leaves_a_chroot(tmp_path, image, host_file):
    """The same program with chroot in the place of pivot_root."""
    level = LEVELS[3]
    source = (level / "python/rd.py").read_text()
    changed = source.replace("change_root(options.image)", 'os.chroot(options.image); os.chdir("/")')
    assert changed != source
    (tmp_path / "rd.py").write_text(changed)
    (tmp_path / "options.py").write_bytes((WORKSHOP / "given/options.py").read_bytes())
    right = program("python", level)
    wrong = Program(3, [right.command[0], str(tmp_path / "rd.py")], right.environment)
    assert wrong.run("--image", image, "--", "cat", host_file)[0] == 1
    assert wrong.output("--image", image, "--", "cat", host_file, verb="escape") == "the host's\n"


# 04


def tree(root):
    return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_mode) for path in root.rglob("*"))


@pytest.mark.levels(4)
def test_changes_dont_reach_the_image(rd, image):
    before = tree(image)
    script = (
        "rm /etc/passwd; echo changed >/etc/image; mkdir /new; rm -r /bin/tail; cat /etc/image; ls / /etc"
    )
    assert shell(rd, image, script).split()[0] == "changed"
    assert tree(image) == before
    assert shell(rd, image, "cat /etc/image; ls -d /new 2>/dev/null || true") == "busybox\n"


@pytest.mark.levels(4)
def test_two_layers(rd, image, layer):
    output = rd.output("--image", f"{layer}:{image}", "--", "sh", "-c", "cat /etc/image /etc/passwd")
    assert output == "layer\nroot:x:0:0:root:/:/bin/sh\n"


@pytest.mark.levels(4, 12)
def test_the_upper_directory_can_be_looked_at(rd, image):
    """Copied up, and a whiteout: a device with the number 0:0."""
    script = "echo changed >/etc/image; rm /etc/passwd; echo ready; read line"
    process, _ = started(rd, image, script, stdin=subprocess.PIPE)
    upper = pathlib.Path(f"/proc/{process.pid}/root/run/upper")
    assert (upper / "etc/image").read_text() == "changed\n"
    whiteout = (upper / "etc/passwd").lstat()
    assert (whiteout.st_mode & 0o170000, whiteout.st_rdev) == (0o020000, 0)
    assert sorted(path.name for path in (upper / "etc").iterdir()) == ["image", "passwd"]
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


@pytest.mark.levels(4)
def test_files_that_the_caller_left_open_are_closed(rd, image):
    directory = os.open("/", os.O_RDONLY)
    try:
        script = "ls /proc/$$/fd" + ("; ls /proc/1/fd" if 6 <= rd.level < 11 else "") + "; true"
        found = shell(rd, image, script, pass_fds=[directory]).split()
    finally:
        os.close(directory)
    # sh may keep a copy of its own above 9.
    assert {number for number in found if int(number) < 10} == {"0", "1", "2"}


# 05


@pytest.mark.levels(5)
def test_host_name_and_queues_are_its_own(rd, image):
    assert shell(rd, image, "hostname; uname -n", "--hostname", "cask") == "cask\ncask\n"
    assert shell(rd, image, "hostname") == os.uname().nodename + "\n"
    for name in ("uts", "ipc"):
        assert shell(rd, image, f"readlink /proc/self/ns/{name}").strip() != os.readlink(
            f"/proc/self/ns/{name}"
        )
    assert (
        shell(rd, image, "touch /dev/mqueue/cask; ls /dev/mqueue; tail -n +2 /proc/sysvipc/shm") == "cask\n"
    )
    assert rd.refusal(125, "--image", image, "--hostname", "c" * 65, "--", "true")


# 06


@pytest.mark.levels(6)
def test_it_sees_its_own_processes_only(rd, image):
    assert shell(rd, image, "echo $$; cd /proc; echo [0-9]*").splitlines() == ["2", "1 2"]
    assert shell(rd, image, "readlink /proc/self/ns/pid").strip() != os.readlink("/proc/self/ns/pid")


@pytest.mark.levels(6)
def test_signals_are_passed_on(rd, image):
    for name in ("TERM", "INT", "HUP", "USR1", "USR2", "QUIT"):
        script = f"trap 'echo {name}; exit 5' {name}; echo ready; while :; do sleep 0.01; done"
        process, _ = started(rd, image, script)
        process.send_signal(getattr(signal, f"SIG{name}"))
        assert process.communicate(timeout=60) == (f"{name}\n", "")
        assert process.returncode == 5


@pytest.mark.levels(6)
def test_a_signal_without_a_handler_ends_the_command(rd, image):
    process, _ = started(rd, image, "echo ready; exec sleep 100")
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.levels(6)
def test_orphans_are_reaped(rd, image):
    script = """
        (sh -c 'echo $$ >/tmp/pid' &)
        until [ -s /tmp/pid ]; do sleep 0.01; done
        while [ -e /proc/$(cat /tmp/pid) ]; do sleep 0.01; done
        echo reaped
    """
    assert shell(rd, image, script) == "reaped\n"


@pytest.mark.levels(6)
def test_no_process_outlives_the_command(rd, image):
    """stdout would stay open while one has it."""
    assert shell(rd, image, "sleep 100 & echo started") == "started\n"


@pytest.mark.levels(6)
def test_the_container_ends_when_rd_is_killed(rd, image):
    process, _ = started(rd, image, "echo ready; sleep 100")
    init = children(process.pid)
    assert len(init) == 1
    process.kill()
    assert process.communicate(timeout=60) == ("", "")
    wait_for(lambda: not os.path.exists(f"/proc/{init[0]}"), "pid 1 is still there")
    # Nobody is left to remove it: of all that a program makes, the cgroup alone doesn't go by itself.
    for path in cgroups_of(init[0]):
        wait_for(lambda path=path: removed(path), f"{path} is in use")


def test_nothing_is_left_when_the_command_is_killed(rd, image):
    process, _ = started(rd, image, "echo ready; exec sleep 100")
    command = children(process.pid)[0]
    if rd.level >= 6:
        command = children(command)[0]
    os.kill(command, signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGKILL


@pytest.mark.levels(6)
def test_nothing_is_left_when_pid_1_is_killed(rd, image):
    process, _ = started(rd, image, "echo ready; exec sleep 100")
    os.kill(children(process.pid)[0], signal.SIGKILL)
    process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGKILL


# 07


@pytest.mark.levels(7)
def test_a_network_of_its_own_whose_loopback_is_up(rd, image):
    assert shell(rd, image, "ls /sys/class/net; cat /sys/class/net/lo/flags") == "lo\n0x9\n"
    assert shell(rd, image, "readlink /proc/self/ns/net").strip() != os.readlink("/proc/self/ns/net")
    # Where the device is down there is no way to the address at all.
    assert "refused" in shell(rd, image, "nc 127.0.0.1 7000 </dev/null 2>&1; true")
