"""What cooper-runtime says of what it can't do: within a bounded time, in a bounded line, with the true
cause, and with nothing left behind."""

import json
import os
import pathlib
import subprocess

import pytest
from bundle import RUNTIME, refused
from waiting import wait_until

pytestmark = pytest.mark.requires("root")
COOPER = os.environ.get("COOPER") or str(pathlib.Path(RUNTIME).with_name("cooper"))


def processes_with(word):
    found = []
    for file in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if word.encode() in file.read_bytes().split(b"\0"):
                found.append(file.parent.name)
        except OSError:
            continue
    return found


# Where containers have their state.


def create_in(bundle, root, before="true", **options):
    """What create says in a mount namespace of its own, after a shell's command."""
    script = f'{before} && exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", RUNTIME, "--root", str(root)]
    command += ["create", "--bundle", str(bundle.folder), bundle.name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False, **options)
    assert done.returncode == 1, done
    assert processes_with(bundle.name) == []
    return done.stderr


def test_a_root_of_the_kernels_own_takes_no_container(bundle):
    assert "/proc takes no directory" in create_in(bundle, "/proc")


def test_a_root_on_a_read_only_filesystem(bundle, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    said = create_in(bundle, place / "state", f"mount -t tmpfs -o ro tmpfs {place}")
    assert said.endswith("read-only file system (EROFS)\n")
    assert f"{place}/state" in said


@pytest.mark.parametrize("inodes", [1, 2, 3, 4, 5])
def test_a_root_on_a_full_filesystem(bundle, tmp_path, inodes):
    place = tmp_path / "place"
    place.mkdir()
    mount = f"mount -t tmpfs -o nr_inodes={inodes} tmpfs {place}"
    assert "no space left on device (ENOSPC)" in create_in(bundle, place / "state", mount)


def test_a_relative_root_in_a_directory_that_is_gone(bundle, tmp_path):
    place = tmp_path / "place"
    said = create_in(bundle, "state", f"mkdir {place} && cd {place} && rmdir {place}")
    assert "working directory" in said


# Numbers in state.json that no command has written.

HOSTILE = [
    {"pid": 2147483648},
    {"pid": 9223372036854775807},
    {"pid": 18446744073709551616},
    {"pid": 0},
    {"pid": -1},
    {"namespaces": 18446744073709551615},
    {"namespaces": 1 << 63},
    {"startTime": -1},
    {"startTime": 1 << 64},
    {"owner": 1 << 32},
    {"mountBelow": 1 << 64},
    {"id": "another"},
    {"hooks": {"poststop": [{"path": "/bin/true", "timeout": -5}]}},
]
COMMANDS = [
    ["state"],
    ["ps"],
    ["exec", "ID", "true"],
    ["events", "--stats"],
    ["kill", "ID", "KILL"],
    ["update", "--memory", "50M"],
    ["start"],
    ["pause"],
    ["delete"],
]


@pytest.mark.parametrize("change", HOSTILE, ids=json.dumps)
def test_a_state_with_numbers_that_mean_nothing(bundle, change):
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    pid = bundle.state()["pid"]
    file = bundle.folder / "state" / bundle.name / "state.json"
    record = json.loads(file.read_text())
    file.write_text(json.dumps({**record, **change}))
    for words in COMMANDS:
        words = [bundle.name if word == "ID" else word for word in words]
        if bundle.name not in words:
            words.append(bundle.name)
        done = bundle(*words)
        assert done.returncode in (1, 255), (words, done)
        assert "is damaged" in done.said, done.said
    other = file.parent.with_name("other")
    other.mkdir()
    (other / "state.json").write_text(json.dumps({**record, "id": "other", "pid": None}))
    assert bundle.good("list", "--quiet").splitlines()[-1] == "other"
    assert os.path.exists(f"/proc/{pid}")
    bundle.good("delete", "--force", "other")
    bundle.good("delete", "--force", bundle.name)
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"))
    assert not file.parent.exists()


def test_a_signal_with_a_number_that_is_too_large(bundle):
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    assert "there is no such signal" in refused(bundle, "kill", bundle.name, "RTMIN+2147483647")


# A terminal's first size.

TERMINALS = {
    "destination": "/dev/pts",
    "type": "devpts",
    "source": "devpts",
    "options": ["newinstance", "ptmxmode=0666"],
}


def test_a_terminal_has_its_size_before_its_command_begins(bundle, terminal):
    bundle.config["process"]["terminal"] = True
    bundle.config["mounts"].append(TERMINALS)
    bundle.config["process"]["args"] = ["stty", "size"]
    bundle.save()
    for _ in range(15):
        session = terminal(bundle.command("run", "--bundle", bundle.folder, bundle.name), rows=37, columns=91)
        assert session.wait_for("\r\n") == "37 91"
        assert session.end() == 0
    bundle.config["process"]["terminal"] = False
    bundle.script("sleep 1000")
    bundle.save()
    for words in (["create", "--bundle", bundle.folder], ["start"]):
        bundle.good(*words, bundle.name)
    for _ in range(15):
        command = bundle.command("exec", "--tty", bundle.name, "stty", "size")
        session = terminal(command, rows=37, columns=91)
        assert session.wait_for("\r\n") == "37 91"
        assert session.end() == 0


def test_a_terminal_begins_with_the_size_of_the_configuration(bundle, terminal):
    bundle.config["process"].update(terminal=True, consoleSize={"height": 12, "width": 34})
    bundle.config["mounts"].append(TERMINALS)
    bundle.script("until stty size | grep '37 91'; do usleep 1000; done")
    bundle.save()
    session = terminal(bundle.command("run", "--bundle", bundle.folder, bundle.name), rows=37, columns=91)
    session.wait_for("37 91\r\n")
    assert session.end() == 0


# The true cause.


@pytest.mark.requires("setpriv")
def test_an_oom_score_below_the_callers_takes_a_capability(bundle):
    bundle.config["process"]["oomScoreAdj"] = -1000
    bundle.save()
    bundle.before = ["setpriv", "--bounding-set", "-sys_resource"]
    said = refused(bundle, "create", "--bundle", bundle.folder, bundle.name)
    assert "CAP_SYS_RESOURCE" in said and "user namespace" not in said
    bundle.before = []


@pytest.mark.parametrize("verb", ["create", "run"])
def test_a_filter_that_kills_is_named(bundle, verb):
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_KILL"}
    bundle.save()
    done = bundle(verb, "--bundle", bundle.folder, bundle.name)
    if verb == "create":
        done = bundle("start", bundle.name)
    assert done.returncode == 1
    assert "linux.seccomp" in done.said and "memory" not in done.said
    if verb == "run":
        assert "SIGSYS" in done.said


@pytest.mark.parametrize("call", ["write", "read"])
@pytest.mark.parametrize("action", ["SCMP_ACT_ERRNO", "SCMP_ACT_KILL"])
def test_a_listener_that_could_not_be_handed_on(bundle, call, action):
    """The process waits until it is: by these calls, so that none is left waiting."""
    rules = [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}, {"names": [call], "action": action}]
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x", "syscalls": rules}
    bundle.save()
    assert "linux.seccomp: with SCMP_ACT_NOTIFY it must allow write and read" in refused(
        bundle, "create", "--bundle", bundle.folder, bundle.name
    )


@pytest.mark.parametrize("call", ["capset", "prctl"])
def test_a_filter_that_kills_before_the_command_is_named(bundle, call):
    """Without no_new_privs the capabilities are given up behind it; that all is done is told after that."""
    rules = [{"names": [call], "action": "SCMP_ACT_KILL"}]
    bundle.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}
    bundle.save()
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    assert "linux.seccomp" in refused(bundle, "start", bundle.name)


def test_a_file_of_limits_is_named(bundle):
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    assert "--resources /nope: no such file or directory (ENOENT)" in refused(
        bundle, "update", "-r", "/nope", bundle.name
    )
    said = refused(bundle, "update", "-r", "-", bundle.name)
    assert said.startswith("update: --resources -, which is standard input: line 1, column 1")


@pytest.mark.parametrize("name", ["initial", "final"])
@pytest.mark.parametrize("value", ["x", "0-18446744073709551615", "4294967296", 4294967296, "1-0"])
def test_processors_of_exec_that_are_none(bundle, name, value):
    bundle.config["process"]["execCPUAffinity"] = {name: value}
    bundle.save()
    said = refused(bundle, "create", "--bundle", bundle.folder, bundle.name)
    assert f"process.execCPUAffinity.{name}: " in said


# Output that can't be written.


PRINTERS = [
    "features",
    "state ID",
    "list",
    "list -q",
    "ps ID",
    "events --stats ID",
    "--version",
    "--help",
    "run -h",
]


@pytest.mark.parametrize("words", PRINTERS)
def test_output_that_is_lost_is_no_success(bundle, words):
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    command = bundle.command(*[bundle.name if word == "ID" else word for word in words.split()])
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        1, "cooper-runtime: write to standard output: no space left on device (ENOSPC)\n",
    )  # fmt: skip


@pytest.mark.parametrize("words", ["explain host true", "explain --bundle BUNDLE", "--version", "run --help"])
def test_a_plan_that_is_lost_is_no_success(bundle, words):
    words = [str(bundle.folder) if word == "BUNDLE" else word for word in words.split()]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run([COOPER, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr) == (
        125, "cooper: write to standard output: no space left on device (ENOSPC)\n",
    )  # fmt: skip


def test_a_log_that_cannot_be_opened_is_an_error(bundle, tmp_path):
    for place in [tmp_path, tmp_path / "nowhere/log", "/proc/log"]:
        bundle.log = place
        assert refused(bundle, "list").startswith(f"--log {place}: ")
    os.mkfifo(tmp_path / "fifo")
    bundle.log = tmp_path / "fifo"
    assert refused(bundle, "list").startswith("--log ")
    bundle.log = tmp_path / "log"


def test_what_the_log_does_not_take_is_printed(bundle):
    bundle.config["unknown"] = {}
    bundle.save()
    bundle.log = "/dev/full"
    done = bundle("create", "--bundle", bundle.folder, bundle.name)
    assert done.returncode == 0
    assert "--log /dev/full: no space left on device (ENOSPC); lost: " in done.said
    assert "unknown: unknown, and ignored" in done.said


# A bounded line, in a bounded time.


@pytest.mark.parametrize("word", ["a" * 3_000_000, "é" * 100_000], ids=["one byte", "two bytes"])
def test_an_error_is_no_longer_than_a_page(bundle, word):
    bundle.config["process"]["args"] = [f"/{word}", *[word] * 2]
    bundle.save()
    said = refused(bundle, "create", "--bundle", bundle.folder, bundle.name, status=126)
    assert len(said.encode()) < 5000 and " bytes) … " in said
    assert said.endswith("file name too long (ENAMETOOLONG)")
    lines = bundle.log.read_text().splitlines()
    assert "ENAMETOOLONG" in lines[-1]
    assert max(len(line.encode()) for line in lines) < 5000


@pytest.mark.parametrize("flag", [False, True])
def test_a_fifo_is_no_configuration(bundle, flag):
    file = bundle.folder / ("other.json" if flag else "config.json")
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    flags = ["--config", file] if flag else []
    said = refused(bundle, "create", "--bundle", bundle.folder, *flags, bundle.name)
    assert said == f"{file}: it is no regular file"


# A bundle without a process.


def test_the_smallest_configuration_is_explained(bundle):
    minimal = pathlib.Path(__file__).parents[1] / "OCISpecTests/Specification/config/good/minimal.json"
    (bundle.folder / "config.json").write_text(minimal.read_text())
    (bundle.folder / "rootfs").mkdir()
    command = [COOPER, "explain", "--bundle", bundle.folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "child  wait to be started" in done.stdout and "execve" not in done.stdout


def test_a_container_without_a_process_only_waits(bundle):
    del bundle.config["process"]
    bundle.save()
    bundle.good("create", "--bundle", bundle.folder, bundle.name)
    said = refused(bundle, "start", bundle.name)
    assert said == f"cannot start the container {bundle.name}: process: its configuration has none"
    assert bundle.state()["status"] == "created"
    assert bundle.execs("grep CapEff /proc/self/status") == "CapEff:\t0000000000000000\n"
    bundle.good("delete", "--force", bundle.name)


# Texts that aren't ASCII.


def test_a_root_with_letters_of_any_language(bundle, tmp_path):
    root = tmp_path / "ständig e\u0301"
    for words in (["create", "--bundle", bundle.folder], ["state"], ["delete", "--force"]):
        command = [RUNTIME, "--root", root, "--log", tmp_path / "log", *words, bundle.name]
        quiet = subprocess.DEVNULL
        done = subprocess.run(command, stdout=quiet, stderr=quiet, timeout=20, check=False)
        assert done.returncode == 0, (words, (tmp_path / "log").read_text())
    assert not root.exists() or list(root.iterdir()) == []


def test_a_root_that_is_no_utf8(bundle, tmp_path):
    command = [RUNTIME, "--root", os.fsencode(tmp_path) + b"/st\xff", "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "--root: its value is no UTF-8" in done.stderr, done


def test_a_character_that_stands_for_a_byte_is_one_byte(bundle):
    bundle.config["hostname"] = "\U0010feff" * 20
    bundle.script("cat /proc/sys/kernel/hostname")
    bundle.save()
    command = bundle.command("run", "--bundle", bundle.folder, bundle.name)
    done = subprocess.run(command, capture_output=True, timeout=20, check=False)
    assert (done.returncode, done.stdout) == (0, b"\xff" * 20 + b"\n"), done


def test_a_hook_of_the_images_has_the_score_of_the_process(bundle):
    bundle.config["process"]["oomScoreAdj"] = 500
    script = "test $(cat /proc/self/oom_score_adj) = 500"
    hook = {"path": "/bin/sh", "args": ["sh", "-c", script], "env": ["PATH=/bin"]}
    bundle.config["hooks"] = {"startContainer": [hook]}
    bundle.script("true")
    bundle.save()
    assert bundle("run", "--bundle", bundle.folder, bundle.name).returncode == 0
