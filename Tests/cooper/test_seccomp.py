"""The system calls that a container may make."""

import errno
import json
import pathlib
import shutil
import signal

import pytest

pytestmark = pytest.mark.requires("root", "containers")

SOURCES = pathlib.Path(__file__).parent / "seccomp"
X86, X32 = "x86:", "x32:"
HIGH = 1 << 32
NEW_NAMESPACES = {
    "ns": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
    "pid": 0x20000000, "net": 0x40000000,
}  # fmt: skip
TIOCSTI, TIOCLINUX, TIOCGWINSZ = 0x5412, 0x541C, 0x5413
ADDR_NO_RANDOMIZE = 0x40000
AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_ALG, AF_VSOCK = 1, 2, 10, 16, 17, 38, 40
SOCK_STREAM, SOCK_RAW = 1, 3

# Each does no harm where it is let through: the kernel finds something wrong with it.
CLOSED = {
    **{f"unshare {name}": f"272:{flag}" for name, flag in NEW_NAMESPACES.items()},
    "unshare time": "272:128",
    **{f"clone {name}": f"56:{flag | signal.SIGCHLD}" for name, flag in NEW_NAMESPACES.items()},
    "setns": "308:-1:0",
    "add_key": "248:0:0:0:0:0",
    "request_key": "249:0:0:0:0",
    "keyctl": "250:0:-3:0",
    "bpf": "321:0:0:0",
    "perf_event_open": "298:0:0:-1:-1:0",
    "userfaultfd": "323:0xff",
    "open_by_handle_at": "304:-1:0:0",
    "mount": "165:1:1:0:0:0",
    "umount2": "166:0:0xff",
    "pivot_root": "155:0:0",
    "fsopen": "430:0:0",
    "fsconfig": "431:-1:0:0:0:0",
    "fsmount": "432:-1:0:0",
    "fspick": "433:-1:0:0",
    "open_tree": "428:-1:0:0xff",
    "move_mount": "429:-1:0:-1:0:0xffff",
    "mount_setattr": "442:-1:0:0xff:0:0",
    "io_uring_setup": "425:0:0",
    "io_uring_enter": "426:-1:0:0:0:0",
    "io_uring_register": "427:-1:0:0:0",
    "kexec_load": "246:0:0:0:0xffff",
    "kexec_file_load": "320:-1:-1:0:0:0xffff",
    "init_module": "175:0:0:0",
    "finit_module": "313:-1:0:0xffff",
    "delete_module": "176:0:0",
    "swapon": "167:0:0",
    "swapoff": "168:0",
    "reboot": "169:0:0:0",
    "settimeofday": "164:1:0",
    "clock_settime": "227:0:0",
    "iopl": "172:9",
    "acct": "163:1",
    "syslog": "103:99:0:0",
    "quotactl": "179:0:0:0:0",
    "kcmp": "312:0:0:99",
    "set_mempolicy": "238:99:0:0",
    "fanotify_init": "300:0xffffffff:0",
    "sethostname": "170:0:-1",
    "socket alg": f"41:{AF_ALG}:5:0",
    "socket alg, upper half": f"41:{AF_ALG | HIGH}:5:0",
    "socket vsock": f"41:{AF_VSOCK}:1:0",
    "socket packet": f"41:{AF_PACKET}:3:0",
    "socket can": "41:29:3:1",
    "socket rds": "41:21:5:0",
    "TIOCSTI": f"16:0:{TIOCSTI}:0",
    "TIOCSTI, upper half": f"16:0:{TIOCSTI | HIGH}:0",
    "TIOCLINUX": f"16:0:{TIOCLINUX}:0",
    "TIOCLINUX, upper half": f"16:0:{TIOCLINUX | 1 << 63}:0",
    "personality": f"135:{ADDR_NO_RANDOMIZE}",
    "personality, upper half": f"135:{ADDR_NO_RANDOMIZE | HIGH}",
    # By the doors of other architectures.
    "x86 socketcall alg": f"{X86}102:1:&{AF_ALG},5,0",
    "x86 socketcall vsock": f"{X86}102:1:&{AF_VSOCK},1,0",
    "x86 socket alg": f"{X86}359:{AF_ALG}:5:0",
    "x86 unshare": f"{X86}310:{NEW_NAMESPACES['user']}",
    "x86 keyctl": f"{X86}288:0:-3:0",
    "x86 umount": f"{X86}22:0",
    "x86 TIOCSTI": f"{X86}54:0:{TIOCSTI}:0",
    "x32 keyctl": f"{X32}250:0:-3:0",
    "x32 unshare": f"{X32}272:{NEW_NAMESPACES['user']}",
}

OPENED = [
    ("BPF", "bpf"),
    ("DAC_READ_SEARCH", "open_by_handle_at"),
    ("NET_RAW", "socket packet"),
    ("PERFMON", "perf_event_open"),
    *[("SYS_ADMIN", name) for name in ["mount", "umount2", "pivot_root", "fsopen", "fsconfig", "fsmount",
                                       "fspick", "open_tree", "move_mount", "mount_setattr", "setns",
                                       "unshare user", "clone user", "quotactl", "fanotify_init"]],
    ("SYS_BOOT", "reboot"),
    ("SYS_MODULE", "init_module"),
    ("SYS_MODULE", "delete_module"),
    ("SYS_NICE", "set_mempolicy"),
    ("SYS_PACCT", "acct"),
    ("SYS_PTRACE", "kcmp"),
    ("SYS_RAWIO", "iopl"),
    ("SYS_TIME", "settimeofday"),
    ("SYS_TIME", "clock_settime"),
    ("SYSLOG", "syslog"),
]  # fmt: skip


@pytest.fixture(scope="module", name="call")
def call_fixture(cooper, compile_static):
    """Makes system calls in a container, and says what each came to."""
    program = compile_static("call", (SOURCES / "call.c").read_text())

    def call(rootfs, calls, *options, run=cooper.output, program=program):
        output = run("-v", f"{program}:/bin/call:ro", *options, rootfs, "/bin/call", *calls)
        return [errno.errorcode.get(int(word), word) for word in output.split()]

    call.program = program
    return call


# What is closed


def test_each_gate_is_closed(call, rootfs):
    found = dict(zip(CLOSED, call(rootfs, CLOSED.values())))
    assert found == {name: "EPERM" for name in CLOSED}


def test_unconfined_the_same_calls_reach_the_kernel(call, rootfs):
    options = ["--security-opt", "seccomp=unconfined", "--cap-add", "ALL"]
    found = dict(zip(CLOSED, call(rootfs, CLOSED.values(), *options)))
    assert [name for name, result in found.items() if result == "EPERM"] == []
    # That they are the calls that they are meant to be.
    wanted = {"unshare user": "0", "clone user": "0", "keyctl": "0", "personality": "0", "reboot": "EINVAL",
              "mount": "EFAULT", "TIOCSTI": "ENOTTY", "socket packet": "0", "swapon": "EFAULT"}  # fmt: skip
    assert {name: found[name] for name in wanted} == wanted


def test_clone3_and_what_is_newer_are_not_there(call, rootfs):
    calls = ["435:0:0", "511:0", f"{X86}435:0:0", f"{X86}511:0", f"{X32}1000:0", "100000:0"]
    assert call(rootfs, calls) == ["ENOSYS"] * 6
    assert call(rootfs, calls[:1], "--security-opt", "seccomp=unconfined") == ["EINVAL"]


def test_another_ioctl_personality_and_socket_pass(call, rootfs):
    numbers = [TIOCSTI ^ 1 << bit for bit in range(32)] + [TIOCLINUX ^ 1 << bit for bit in range(32)]
    numbers += range(0x5410, 0x5420)
    calls = [f"16:0:{number}:0" for number in numbers if number not in (TIOCSTI, TIOCLINUX)]
    unconfined = call(rootfs, calls, "--security-opt", "seccomp=unconfined")
    assert call(rootfs, calls) == unconfined
    assert "EPERM" not in unconfined
    calls = [f"135:{persona}" for persona in [0xFFFFFFFF, -1, 0, 8, 0x20000, 0x20008]]
    calls += [f"41:{family}:1:0" for family in [AF_UNIX, AF_INET, AF_INET6]]
    calls += [f"41:{AF_UNIX}:5:0", f"41:{AF_INET}:2:0", f"41:{AF_NETLINK}:3:0"]
    calls += [f"{X86}359:{AF_INET}:1:0", "56:17", "272:0x600", "272:0"]
    assert call(rootfs, calls) == ["0"] * len(calls)


def test_a_capability_opens_its_calls(call, rootfs):
    for capability in sorted({capability for capability, _ in OPENED}):
        names = [name for other, name in OPENED if other == capability]
        found = dict(zip(names, call(rootfs, [CLOSED[name] for name in names], "--cap-add", capability)))
        assert "EPERM" not in found.values(), (capability, found)
    assert call(rootfs, ["435:0:0"], "--cap-add", "SYS_ADMIN") == ["EINVAL"]
    assert call(rootfs, ["161:0"]) == ["EFAULT"]  # chroot
    assert call(rootfs, ["161:0"], "--cap-drop", "SYS_CHROOT") == ["EPERM"]


def test_what_no_capability_opens(call, rootfs):
    names = ["keyctl", "add_key", "io_uring_setup", "userfaultfd", "kexec_load", "swapon", "TIOCSTI",
             "socket alg", "socket vsock", "personality", "x86 socketcall alg"]  # fmt: skip
    assert call(rootfs, [CLOSED[name] for name in names], "--cap-add", "ALL") == ["EPERM"] * len(names)


# What works


@pytest.fixture(scope="module", name="usual")
def usual_fixture(compile_static):
    return compile_static("usual", (SOURCES / "usual.c").read_text())


@pytest.mark.parametrize("options", [[], ["--init"], ["--user", "cask"], ["--cap-add", "ALL"]])
def test_usual_programs_work(cooper, rootfs, usual, options):
    options = ["--tmpfs", "/tmp", "-v", f"{usual}:/bin/usual:ro", *options]
    assert cooper.output(*options, rootfs, "/bin/usual") == "good\n"


def test_the_shell_and_its_tools(cooper, rootfs):
    script = "(sleep 0 & wait; ps; date; id; df; kill -0 $$) >/dev/null && ls / | grep bin && uname"
    assert cooper.output(rootfs, "sh", "-c", script) == "bin\nLinux\n"


# The init, and the plan


def test_the_init_is_filtered_too(cooper, rootfs):
    command = ["sh", "-c", "grep -h Seccomp: /proc/1/status /proc/self/status"]
    assert cooper.output("--init", rootfs, *command).split() == ["Seccomp:", "2"] * 2
    options = ["--init", "--security-opt", "seccomp=unconfined"]
    assert cooper.output(*options, rootfs, *command).split() == ["Seccomp:", "0"] * 2


def test_a_profile_in_which_an_init_cannot_wait_ends_it(cooper, rootfs, tmp_path):
    path = write(tmp_path, deny("rt_sigtimedwait"))
    done = cooper.run("run", "--init", "--security-opt", f"seccomp={path}", rootfs, "sleep", "60", timeout=20)
    # Perhaps before the command was executed.
    assert done.returncode == 125
    assert done.stderr == "" or "before it could execute the command" in done.stderr


def test_explain_says_what_is_loaded(cooper, rootfs):
    filtered = cooper.run("explain", rootfs, "true").stdout
    assert "child  load a seccomp filter of " in filtered
    assert "no seccomp filter" not in filtered
    unconfined = cooper.run("explain", "--security-opt", "seccomp=unconfined", rootfs, "true").stdout
    assert "note   no seccomp filter: the container may make every system call\n" in unconfined
    assert "load a seccomp filter" not in unconfined


# Profiles of one's own


def deny(*names, errno=30):
    rule = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": errno}
    return {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [rule]}


def write(folder, profile):
    path = folder / "profile.json"
    path.write_text(profile if isinstance(profile, str) else json.dumps(profile))
    return path


def test_a_profile_of_a_file(cooper, rootfs, tmp_path):
    write(tmp_path, deny("mkdir", "mkdirat"))
    options = ["--security-opt", "seccomp=profile.json"]
    done = cooper.run("run", *options, rootfs, "mkdir", "/new", cwd=tmp_path)
    assert done.stderr == "mkdir: can't create directory '/new': Read-only file system\n"
    # It is in the place of the default one.
    assert cooper.output(*options, rootfs, "unshare", "-U", "echo", "out", cwd=tmp_path) == "out\n"
    assert cooper.run("run", rootfs, "unshare", "-U", "true").returncode == 1


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("{", "line 1, column 2: "),
        ([], "it must be an object"),
        ({}, "defaultAction is missing"),
        ({"defaultAction": "SCMP_ACT_X"}, "defaultAction: "),
        ({**deny("mkdir"), "x": 1}, "x: there is no such property"),
        ({**deny("mkdir"), "archMap": []}, "archMap: this is Docker's format"),
        ({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
          "includes": {}}]}, "syscalls[0].includes: this is Docker's format"),
        ({**deny("mkdir"), "syscalls": [{"names": [7], "action": "SCMP_ACT_LOG"}]}, "syscalls[0].names[0]: "),
        (deny("mkdir", errno=70000), "syscalls[0].errnoRet: 70000 is no errno"),
        (deny(""), "syscalls[0].names[0]: it is empty"),
        ({"defaultAction": "SCMP_ACT_NOTIFY"}, "defaultAction: SCMP_ACT_NOTIFY cannot be used for every"),
        ({**deny("mkdir"), "listenerPath": "/x"}, "listenerPath: only cooper-runtime hands on a listener"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", ["run", "explain"])
def test_what_is_wrong_with_a_profile_is_said_with_its_path(cooper, rootfs, tmp_path, verb, profile, words):
    path = write(tmp_path, profile)
    line = cooper.refusal("--security-opt", f"seccomp={path}", rootfs, "true", verb=verb)
    assert line.startswith(f"--security-opt seccomp={path}: {words}"), line


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (["seccomp"], "--security-opt seccomp: it is seccomp=FILE or seccomp=unconfined"),
        (["seccomp="], "--security-opt seccomp=: it is seccomp=FILE or seccomp=unconfined"),
        (["label=disable"], "--security-opt label=disable: it is seccomp=FILE or seccomp=unconfined"),
        (["seccomp=/nowhere"], "--security-opt seccomp=/nowhere: no such file or directory (ENOENT)"),
        (["seccomp=unconfined", "seccomp=unconfined"], "--security-opt seccomp is given 2 times"),
    ],
)
def test_what_is_wrong_with_the_option(cooper, rootfs, options, line):
    words = [word for option in options for word in ["--security-opt", option]]
    assert cooper.refusal(*words, rootfs, "true") == line


# Without root


@pytest.mark.requires("newuidmap")
@pytest.mark.parametrize("ranges", [True, False])
def test_a_users_container_is_closed_as_well(call, user, usual, ranges):
    def run(*arguments):
        return user.output(*arguments, ranges=ranges)

    def calls(names, *options):
        # Where the user may read it.
        program = shutil.copy(call.program, user.folder)
        texts = [CLOSED[name] for name in names]
        return dict(zip(names, call(user.rootfs, texts, *options, run=run, program=program)))

    assert calls(CLOSED) == {name: "EPERM" for name in CLOSED}
    wanted = {"unshare user": "0", "clone user": "0", "keyctl": "0", "TIOCSTI": "ENOTTY", "personality": "0",
              "add_key": "EFAULT", "mount": "EFAULT"}  # fmt: skip
    assert calls(wanted, "--security-opt", "seccomp=unconfined") == wanted
    program = shutil.copy(usual, user.folder)
    assert run("--tmpfs", "/tmp", "-v", f"{program}:/bin/usual:ro", user.rootfs, "/bin/usual") == "good\n"
    # Compiled once, and kept where the user's containers have their directories.
    cache = user.runtime / "cooper-seccomp"
    files = {path.name: path.stat().st_mtime_ns for path in cache.iterdir()}
    assert run(user.rootfs, "true") == ""
    assert files
    assert {path.name: path.stat().st_mtime_ns for path in cache.iterdir()} == files
