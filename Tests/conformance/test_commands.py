"""The command line that engines use: global flags, the flags of create and run, and the other commands but
exec."""

import json
import os
import pathlib
import platform
import signal
import socket
import subprocess

import pytest
from bundles import wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs
KEYCTL = {"x86_64": 250, "aarch64": 219}[platform.machine()]


@covers("global:--root")
def test_root_is_where_the_state_is(running, folder):
    """The command line: --root is the directory of the state: another one knows nothing of the container."""
    assert running.runtime.bare("--root", folder / "other", "state", running.id).returncode != 0
    assert any(path.name == running.id for path in running.runtime.state.iterdir())


@covers("global:--version")
@pytest.mark.parametrize("flag", ["--version", "-v"])
def test_version(runtime, flag):
    """The command line: --version prints a line of the program's name and version, and one with spec: and
    the specification's."""
    done = runtime.bare(flag)
    assert done.returncode == 0
    name, word, number = done.stdout.splitlines()[0].split()[:3]
    assert (name != "", word, number[0].isdigit()) == (True, "version", True)
    assert [line.split()[1][0] for line in done.stdout.splitlines() if line.startswith("spec:")] == ["1"]


@covers("global:--log", "global:--log-format")
def test_the_log_is_json_lines(box, folder):
    """The command line: --log FILE --log-format json: one object a line with level, msg and time; engines
    show the last one."""
    log = folder / "log.json"
    box.process["args"] = ["/no/such/program"]
    box.save()
    flags = ["--log", log, "--log-format", "json", "--root", box.runtime.state]
    done = box.runtime.bare(*flags, "run", "--bundle", box.folder, box.id)
    assert done.returncode != 0
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    errors = [line for line in lines if line["level"] == "error"]
    assert {"level", "msg", "time"} <= set(errors[-1])
    assert "/no/such/program" in errors[-1]["msg"]


@covers("global:--log-format")
def test_the_log_is_text(box, folder):
    """The command line: --log-format text writes lines for people."""
    log = folder / "log.txt"
    flags = ["--log", log, "--log-format", "text", "--root", box.runtime.state]
    assert box.runtime.bare(*flags, "state", "nobody").returncode != 0
    assert log.read_text().strip() != ""


@covers("global:--log-format")
def test_an_unknown_format_is_an_error(box):
    """The command line: a format that isn't one is an error."""
    assert box.runtime("--log-format", "xml", "list").returncode != 0


@covers("global:--log")
def test_a_good_command_logs_no_error(box, folder):
    """The command line: the log of what went well has no errors."""
    log = folder / "log.json"
    box.save()
    flags = ["--log", log, "--log-format", "json", "--root", box.runtime.state]
    assert box.runtime.bare(*flags, "run", "--bundle", box.folder, box.id).returncode == 0
    text = log.read_text() if log.exists() else ""
    assert [line for line in text.splitlines() if json.loads(line)["level"] == "error"] == []


@covers("global:--debug")
def test_debug(box):
    """The command line: --debug says more, and changes nothing else."""
    box.script("echo fine").save()
    done = box.runtime("--debug", "run", "--bundle", box.folder, box.id)
    assert (done.returncode, done.stdout) == (0, "fine\n")


@covers("global:--systemd-cgroup")
@needs("systemd")
def test_systemd_makes_the_cgroup(box):
    """The command line: with --systemd-cgroup, cgroupsPath is slice:prefix:name, and systemd makes the
    scope."""
    box.linux["cgroupsPath"] = f"system.slice:cooper:{box.id}"
    box.sleeps().save()
    done = box.runtime("--systemd-cgroup", "run", "--detach", "--bundle", box.folder, box.id)
    assert done.returncode == 0, done
    assert f"cooper-{box.id}.scope" in box.inside("cgroup")


@covers("global:--rootless")
@pytest.mark.parametrize("value", ["auto", "true", "false"])
def test_rootless(box, value):
    """The command line: --rootless auto, true or false: root can say any of them."""
    box.script("echo fine").save()
    done = box.runtime(f"--rootless={value}", "run", "--bundle", box.folder, box.id)
    assert (done.returncode, done.stdout) == (0, "fine\n")


@covers("rule:unknown-flags-are-errors")
def test_an_unknown_flag_is_an_error(runtime):
    """The command line: a flag or a command that nobody knows is an error, not passed over."""
    assert runtime("--no-such-flag", "list").returncode != 0
    assert runtime("no-such-command").returncode != 0
    assert runtime("create", "--no-such-flag", "x").returncode != 0


@covers("command:create:--bundle")
@pytest.mark.parametrize("flag", ["-b", "--bundle"])
def test_the_bundle(box, flag):
    """The command line: -b and --bundle name the bundle."""
    box.script("echo up; read line").save()
    done = box.runtime("create", flag, box.folder, box.id)
    assert done.returncode == 0, done
    assert box.status() == "created"


@covers("command:create:--bundle")
def test_the_bundle_is_the_working_directory(box):
    """The command line: without --bundle it is the working directory."""
    box.script("echo fine").save()
    assert box.runtime("run", box.id, cwd=box.folder).stdout == "fine\n"


@covers("command:create:--pid-file", "command:run:--pid-file")
@pytest.mark.parametrize("verb", ["create", "run"])
def test_the_pid_file(box, folder, verb):
    """The command line: --pid-file has the number of the container's process as the host sees it, and no
    more."""
    file = folder / "pid"
    flags = ["--detach"] if verb == "run" else []
    box.sleeps().create("--pid-file", file, *flags, verb=verb)
    assert file.read_text() == str(box.pid)


@covers("command:create:--pidfd-socket", "command:run:--pidfd-socket")
@pytest.mark.parametrize("verb", ["create", "run"])
def test_the_pidfd_socket(box, listener, verb):
    """The command line: --pidfd-socket names a Unix socket over which a descriptor of the process is sent."""
    place = listener()
    box.sleeps().create("--pidfd-socket", place.path, *(["--detach"] if verb == "run" else []), verb=verb)
    _, batches = place.receive()
    text = pathlib.Path(f"/proc/self/fdinfo/{batches[0][0]}").read_text()
    assert f"Pid:\t{box.pid}\n" in text


@covers("command:create:--pidfd-socket")
def test_the_pidfd_socket_by_an_annotation(box, listener):
    """The engines' annotation run.oci.pidfd_receiver: the same as --pidfd-socket."""
    place = listener()
    box.config["annotations"] = {"run.oci.pidfd_receiver": str(place.path)}
    box.sleeps().create()
    _, batches = place.receive()
    assert f"Pid:\t{box.pid}\n" in pathlib.Path(f"/proc/self/fdinfo/{batches[0][0]}").read_text()


@covers("global:--log")
def test_a_log_without_a_directory_is_an_error(box, folder):
    """The command line: where nothing can be logged, nothing is done."""
    done = box.runtime("--log", folder / "no/such/directory/log", "list")
    assert done.returncode != 0


@covers("command:create:--preserve-fds", "command:run:--preserve-fds")
@pytest.mark.parametrize("verb", ["create", "run"])
@pytest.mark.parametrize("count", [0, 1, 2])
def test_preserved_descriptors(box, folder, verb, count):
    """The command line: --preserve-fds N passes N more descriptors from 3 on, and not one more."""
    (folder / "three").write_text("three")
    (folder / "four").write_text("four")
    box.script("for n in 3 4; do test -e /proc/$$/fd/$n && cat /proc/$$/fd/$n; done; true")
    opens = ["sh", "-c", f'exec "$@" 3<{folder}/three 4<{folder}/four', "sh"]
    assert box.through(verb, "--preserve-fds", count, before=opens) == ["", "three", "threefour"][count]


@covers("command:create:--preserve-fds", "command:run:--preserve-fds")
@pytest.mark.parametrize("verb", ["create", "run"])
def test_more_preserved_descriptors_than_there_are(box, folder, verb):
    """The command line: of N descriptors from 3 on those are passed that the caller has, and none of the
    runtime's own."""
    (folder / "seven").write_text("seven")
    box.script("for n in $(seq 3 60); do test -e /proc/self/fd/$n && echo $n; done; cat <&7")
    opens = ["sh", "-c", f'exec "$@" 7<{folder}/seven', "sh"]
    assert box.through(verb, "--preserve-fds", 50, before=opens) == "7\nseven"


@covers("rule:listen-fds")
def test_listen_fds(box, folder):
    """runtime-linux.md, File descriptors: with LISTEN_FDS that many descriptors from 3 on are passed, with
    its variables."""
    (folder / "three").write_text("three")
    box.script("cat <&3; echo; echo fds=$LISTEN_FDS pid=$LISTEN_PID self=$$").save()
    flags = f"--root {box.runtime.state} run --bundle {box.folder} {box.id}"
    script = f"export LISTEN_FDS=1 LISTEN_PID=$$; exec {box.runtime.path} {flags} 3<{folder}/three"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "three"), done
    assert "fds=1 pid=1 self=1" in done.stdout


@covers("rule:listen-fds")
def test_listen_fds_of_another_process(box, folder):
    """sd_listen_fds(3): without LISTEN_PID being the runtime's own the descriptors are somebody else's."""
    (folder / "three").write_text("three")
    box.script("test -e /proc/self/fd/3 || echo none; echo fds=$LISTEN_FDS").save()
    flags = f"--root {box.runtime.state} run --bundle {box.folder} {box.id}"
    script = f"export LISTEN_FDS=1 LISTEN_PID=1; exec {box.runtime.path} {flags} 3<{folder}/three"
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (0, "none\nfds=\n"), done


@covers("command:create:--preserve-fds")
@pytest.mark.parametrize("count", ["-1", "2000000000", "9223372036854775807"])
def test_more_descriptors_than_a_process_can_have(box, count):
    """The command line: a number of descriptors that cannot be is an error."""
    assert "preserve-fds" in box.refused(f"--preserve-fds={count}").stderr


READY = """
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
int main(void) {
  struct sockaddr_un place = {.sun_family = AF_UNIX};
  strcpy(place.sun_path, getenv("NOTIFY_SOCKET"));
  int descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
  sendto(descriptor, "READY=1", 7, 0, (struct sockaddr *)&place, sizeof place);
  sleep(60);
}
"""


@covers("rule:notify-socket")
@needs("a C compiler")
def test_notify_socket(box, folder, compiled):
    """What engines rely on: with NOTIFY_SOCKET the program tells that it is ready, and the runtime hands
    that on."""
    (box.rootfs / "ready").write_bytes(compiled("ready", READY).read_bytes())
    (box.rootfs / "ready").chmod(0o755)
    box.process["args"] = ["/ready"]
    environment = {**os.environ, "NOTIFY_SOCKET": str(folder / "notify")}
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(environment["NOTIFY_SOCKET"])
        server.settimeout(10)
        box.create(env=environment)
        assert box.runtime("start", box.id, env=environment).returncode == 0
        assert b"READY=1" in server.recv(100)


@covers("command:create:--no-pivot", "command:run:--no-pivot")
@pytest.mark.parametrize("verb", ["create", "run"])
def test_no_pivot(box, verb):
    """The command line: --no-pivot changes the root another way, where it lies on a ramdisk; the container
    sees the same."""
    text = box.script("ls -d /home/cask; ls /").through(verb, "--no-pivot")
    assert "/home/cask" in text
    assert "boot" not in text.split()


RING = """
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  char text[200] = "";
  if (syscall(SYS_keyctl, 6, -3, text, sizeof text - 1) < 0) perror("describe the session keyring");
  puts(text);
}
"""


@covers("command:create:--no-new-keyring", "command:run:--no-new-keyring", "rule:session-keyring")
@needs("key rings", "a C compiler")
@pytest.mark.parametrize("verb", ["create", "run"])
@pytest.mark.parametrize("flag", [True, False])
def test_the_key_ring(box, compiled, verb, flag):
    """The command line: a container has a session keyring of its own, but with --no-new-keyring it keeps the
    caller's."""
    (box.rootfs / "ring").write_bytes(compiled("ring", RING).read_bytes())
    (box.rootfs / "ring").chmod(0o755)
    box.process["args"] = ["/ring"]
    script = (
        "import ctypes, os, sys; l = ctypes.CDLL(None, use_errno=True);"
        f"assert l.syscall({KEYCTL}, 1, b'ring-of-the-caller') > 0; os.execv(sys.argv[1], sys.argv[1:])"
    )
    flags = ["--no-new-keyring"] if flag else []
    text = box.through(verb, *flags, before=["/usr/bin/env", "python3", "-c", script])
    assert ("ring-of-the-caller" in text) == flag


@covers("command:run:--detach")
@pytest.mark.parametrize("flag", ["-d", "--detach"])
def test_run_in_the_background(box, flag):
    """The command line: run --detach comes back when the program has been started."""
    box.sleeps().create(flag, verb="run")
    assert box.status() == "running"


@covers("command:run:--keep")
def test_keep(box):
    """The command line: run --keep leaves the container's state when the program has ended."""
    box.script("exit 3").save()
    done = box.runtime("run", "--keep", "--bundle", box.folder, box.id)
    assert done.returncode == 3, done
    assert box.status() == "stopped"
    box.delete()


@covers("rule:run-passes-signals")
def test_run_passes_signals(box):
    """The command line: run in the foreground hands signals to the program, and returns its status."""
    box.script("trap 'exit 7' TERM; echo up > /up; while :; do sleep 60 & wait; done").save()
    command = [box.runtime.path, "--root", box.runtime.state, "run", "--bundle", box.folder, box.id]
    with subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL) as process:
        wait_until(lambda: (box.rootfs / "up").exists())
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 7


@covers("global:--cgroup-manager")
@pytest.mark.parametrize("value", ["cgroupfs", "disabled"])
def test_cgroup_manager(box, value):
    """crun's command line: --cgroup-manager cgroupfs is the default; with disabled the container stays in
    the caller's cgroup."""
    box.sleeps().save()
    with open(box.folder / "out", "w", encoding="utf-8") as out:
        flags = ["--root", str(box.runtime.state), f"--cgroup-manager={value}", "run", "--detach"]
        command = [str(box.runtime.path), *flags, "--bundle", str(box.folder), box.id]
        assert (
            subprocess.run(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, check=False).returncode
            == 0
        )
    wait_until(lambda: "up" in box.out())
    assert (box.cgroups() != []) == (value == "cgroupfs")


@covers("command:create:--config", "command:run:--config")
@pytest.mark.parametrize("verb", ["create", "run"])
@pytest.mark.parametrize("flag", ["-f", "--config"])
def test_another_name_for_the_config(box, folder, verb, flag):
    """crun's command line: --config names the configuration, which need not be in the bundle."""
    box.script("echo fine").save()
    (box.folder / "config.json").rename(folder / "other.json")
    box.script("echo wrong")
    assert box.through(verb, flag, folder / "other.json") == "fine\n"


@covers("command:delete:--regex")
@pytest.mark.parametrize("flag", ["-r", "--regex"])
def test_delete_by_a_pattern(make, flag):
    """crun's command line: delete --regex deletes all whose ids match."""
    first, second = make("first"), make("second")
    first.sleeps().up()
    second.sleeps().up()
    assert first.runtime("delete", "--force", flag, "cooper-oci-.*").returncode == 0
    assert first.runtime("list", "-q").stdout == ""


@covers("command:kill:--regex")
@pytest.mark.parametrize("flag", ["-r", "--regex"])
def test_kill_by_a_pattern(make, flag):
    """crun's command line: kill --regex sends the signal to all whose ids match."""
    boxes = [make(name).sleeps().up() for name in ("first", "second", "third")]
    pattern = f"^({boxes[0].id}|{boxes[1].id})$"
    assert boxes[0].runtime("kill", flag, pattern, "KILL").returncode == 0
    boxes[0].ended()
    boxes[1].ended()
    assert boxes[2].status() == "running"


@covers("command:mounts")
def test_mounts_of_a_running_container(running, folder):
    """crun's command line: mounts add and remove change the mounts of a container that runs."""
    (folder / "data").mkdir()
    (folder / "data/file").write_text("content")
    entry = [
        {"destination": "/mnt", "type": "bind", "source": str(folder / "data"), "options": ["bind", "ro"]}
    ]
    (folder / "mounts.json").write_text(json.dumps(entry))
    assert running.runtime("mounts", "add", running.id, folder / "mounts.json").returncode == 0
    assert running.execs("cat /mnt/file") == "content"
