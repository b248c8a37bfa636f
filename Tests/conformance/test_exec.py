"""exec: another process in a container that runs."""

import json
import os
import pathlib
import signal
import subprocess

import pytest
from bundles import wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs


@covers("command:exec")
def test_exec(running):
    """The command line: exec runs a program in the container's namespaces, and returns its status."""
    done = running.exec("/bin/sh", "-c", "echo here; echo err >&2; exit 9")
    assert (done.returncode, done.stdout, done.stderr) == (9, "here\n", "err\n")
    for kind in ("pid", "net", "ipc", "uts", "mnt"):
        assert running.execs(f"readlink /proc/self/ns/{kind}").strip() == os.readlink(
            f"/proc/{running.pid}/ns/{kind}"
        )


@covers("rule:exec-exit-status-of-a-signal", "command:exec")
def test_a_signal_is_128_and_its_number(running):
    """The command line: exec of what is killed returns 128 and the signal's number."""
    assert running.exec("/bin/sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL


@covers("command:exec")
def test_a_missing_program_is_an_error(running):
    """The command line: exec of what isn't there is an error whose last line names it."""
    done = running.exec("/no/such/program")
    assert done.returncode != 0
    assert "/no/such/program" in done.stderr.strip().splitlines()[-1]


@covers("command:exec")
@pytest.mark.parametrize("what", ["unknown", "stopped"])
def test_exec_needs_a_running_container(box, what):
    """The command line: exec needs a container that runs."""
    if what == "stopped":
        box.script("echo up").up().ended()
    assert box.exec("/bin/true").returncode != 0


@covers("command:exec")
def test_exec_in_a_created_container(box):
    """runtime.md, Lifecycle: after create the environment is there: engines run commands in it before start.
    runtime.md, Lifecycle: after create the environment is there: engines run commands in it before start."""
    box.sleeps().create()
    assert box.execs("echo here") == "here\n"


@covers("rule:exec-inherits-the-process")
def test_what_is_not_said_is_as_in_config(box):
    """The command line: environment, user, directory and capabilities of exec are those of process where no
    flag says otherwise."""
    box.process.update(cwd="/home", user={"uid": 1000, "gid": 1001, "additionalGids": [7]})
    box.process["env"] = ["PATH=/bin", "ONE=1"]
    box.process["noNewPrivileges"] = True
    box.sleeps().up()
    assert running_values(box) == running_values(box, box.inside("status"))
    assert box.execs("pwd; echo $ONE; id -u; id -g").split() == ["/home", "1", "1000", "1001"]


@covers("rule:exec-inherits-the-process", "process.user.umask")
def test_the_umask_is_as_in_config(box):
    """config.md, POSIX-platform User: umask is the umask of the user, of what exec runs too."""
    box.process["user"]["umask"] = 0o077
    box.sleeps().up()
    assert box.execs("umask") == "0077\n"


def running_values(box, text=None):
    text = text or box.execs("cat /proc/self/status")
    fields = dict(line.split(":", 1) for line in text.splitlines())
    return {
        name: fields[name].split() for name in ("Uid", "Gid", "Groups", "CapBnd", "NoNewPrivs", "Seccomp")
    }


@covers("command:exec:--cwd")
def test_cwd(running):
    """The command line: --cwd is the working directory."""
    assert running.execs("pwd", "--cwd", "/home/cask") == "/home/cask\n"


@covers("command:exec:--env")
@pytest.mark.parametrize("flag", ["-e", "--env"])
def test_env(running, flag):
    """The command line: --env adds variables, once for each."""
    assert running.execs("echo $ONE $TWO", flag, "ONE=1", flag, "TWO=2") == "1 2\n"


@covers("command:exec:--env")
def test_env_replaces(box):
    """The command line: a variable of --env replaces that of config.json."""
    box.process["env"] = ["PATH=/bin", "ONE=old"]
    box.sleeps().up()
    # Without a shell, which would take the last of two.
    done = box.exec("/bin/env", flags=["--env", "ONE=new"])
    assert [line for line in done.stdout.split() if line.startswith("ONE=")] == ["ONE=new"]


@covers("command:exec:--user")
@pytest.mark.parametrize("flag", ["-u", "--user"])
@pytest.mark.parametrize(("value", "seen"), [("1000", ["1000", "0"]), ("1000:1005", ["1000", "1005"])])
def test_user(running, flag, value, seen):
    """The command line: --user UID[:GID]."""
    assert running.execs("id -u; id -g", flag, value).split() == seen


@covers("command:exec:--additional-gids")
@pytest.mark.parametrize("flag", ["-g", "--additional-gids"])
def test_additional_groups(running, flag):
    """The command line: --additional-gids adds groups."""
    groups = running.execs(
        "grep Groups /proc/self/status", "--user", "1000:1000", flag, "55", flag, "66"
    ).split()[1:]
    assert {"55", "66"} <= set(groups)


PROCESS = {
    "user": {"uid": 1000, "gid": 1002},
    "args": ["/bin/sh", "-c", "id -u; id -g; pwd; echo $ONE"],
    "env": ["PATH=/bin", "ONE=of the file"],
    "cwd": "/home",
}


@covers("command:exec", "linux.personality", "linux.personality.domain")
def test_the_personality_is_as_in_config(box):
    """config-linux.md, Personality: it is the container's, so that of a process of exec too."""
    box.linux["personality"] = {"domain": "LINUX32"}
    box.sleeps().up()
    assert box.execs("uname -m") == "i686\n"


@covers("command:exec:--process")
@pytest.mark.parametrize("flag", ["-p", "--process"])
def test_process(running, folder, flag):
    """The command line: --process FILE is an object like process of config.json; engines use it for every
    exec."""
    (folder / "process.json").write_text(json.dumps(PROCESS))
    done = running.exec(flags=[flag, folder / "process.json"])
    assert (done.returncode, done.stdout) == (0, "1000\n1002\n/home\nof the file\n"), done


@covers("command:exec:--process", "process.execCPUAffinity.final")
@needs("two processors")
def test_the_processors_of_a_process(running, folder):
    """config.md, Linux Process: execCPUAffinity of the process that exec is given."""
    affinity = {"execCPUAffinity": {"initial": "0-1", "final": "1"}}
    process = {**PROCESS, "args": ["/bin/grep", "Cpus_allowed_list", "/proc/self/status"], **affinity}
    (folder / "process.json").write_text(json.dumps(process))
    assert running.exec(flags=["--process", folder / "process.json"]).stdout.split()[1] == "1"


@covers("command:exec:--process", "process.rlimits")
def test_the_limits_of_a_process(running, folder):
    """config.md, POSIX process: rlimits of the process that exec is given."""
    process = {**PROCESS, "args": ["/bin/sh", "-c", "ulimit -s"]}
    process["rlimits"] = [{"type": "RLIMIT_STACK", "soft": 1 << 20, "hard": 2 << 20}]
    (folder / "process.json").write_text(json.dumps(process))
    assert running.exec(flags=["--process", folder / "process.json"]).stdout == "1024\n"


@covers("command:exec:--detach", "command:exec:--pid-file")
@pytest.mark.parametrize("flag", ["-d", "--detach"])
def test_detach(running, folder, flag):
    """The command line: --detach comes back at once; --pid-file has the number of the new process."""
    file = folder / "pid"
    done = running.exec("/bin/sleep", "1000", flags=[flag, "--pid-file", file])
    assert done.returncode == 0, done
    pid = int(file.read_text())
    assert pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:2] == ["/bin/sleep", "1000"]
    os.kill(pid, signal.SIGKILL)


@covers("command:exec:--pid-file")
def test_the_pid_file_in_the_foreground(running, folder):
    """The command line: --pid-file is written in the foreground as well."""
    assert running.execs("echo $$", "--pid-file", folder / "pid") != ""
    assert int((folder / "pid").read_text()) > 0


@covers("command:exec:--pidfd-socket")
def test_the_pidfd_socket(running, folder, listener):
    """The command line: --pidfd-socket names a Unix socket over which a descriptor of the new process is
    sent."""
    socket = listener()
    file = folder / "pid"
    flags = ["--detach", "--pid-file", file, "--pidfd-socket", socket.path]
    assert running.exec("/bin/sleep", "1000", flags=flags).returncode == 0
    _, batches = socket.receive()
    text = pathlib.Path(f"/proc/self/fdinfo/{batches[0][0]}").read_text()
    assert f"Pid:\t{file.read_text()}\n" in text


@covers("command:exec:--preserve-fds")
@pytest.mark.parametrize("count", [0, 1])
def test_preserved_descriptors(running, folder, count):
    """The command line: --preserve-fds N passes N more descriptors from 3 on."""
    (folder / "three").write_text("three")
    runtime = running.runtime
    flags = f"--root {runtime.state} exec --preserve-fds {count} {running.id} /bin/sh -c"
    script = (
        f"exec {runtime.path} {flags} 'test -e /proc/$$/fd/3 && cat /proc/$$/fd/3; true' 3<{folder}/three"
    )
    done = subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    assert (done.returncode, done.stdout) == (0, "three" if count else ""), done


@covers("command:exec:--cap")
def test_cap(running):
    """The command line: --cap adds a capability to those of the process."""
    text = running.execs("grep -E 'Cap(Eff|Prm|Bnd)' /proc/self/status", "--cap", "CAP_SYS_CHROOT")
    assert [int(line.split()[1], 16) >> 18 & 1 for line in text.splitlines()] == [1, 1, 1]
    assert int(running.execs("grep CapEff /proc/self/status").split()[1], 16) >> 18 & 1 == 0


@covers("command:exec:--cap")
def test_an_unknown_capability_is_no_error(running):
    """config.md, Linux Process: a capability that the kernel doesn't have is no failure; the others count."""
    text = running.execs("grep CapEff /proc/self/status", "--cap", "CAP_FLY", "--cap", "CAP_SYS_CHROOT")
    assert int(text.split()[1], 16) >> 18 & 1 == 1


@covers("command:exec:--no-new-privs")
def test_no_new_privs(running):
    """The command line: --no-new-privs sets the flag of the process."""
    assert running.execs("grep NoNewPrivs /proc/self/status", "--no-new-privs").split()[1] == "1"
    assert running.execs("grep NoNewPrivs /proc/self/status").split()[1] == "0"


@covers("command:exec:--apparmor")
@needs("AppArmor")
def test_apparmor(running):
    """The command line: --apparmor is the profile of the process."""
    assert running.execs("cat /proc/self/attr/current", "--apparmor", "unconfined").split()[0] == "unconfined"


@covers("command:exec:--process-label")
@needs("SELinux")
def test_process_label(running):
    """The command line: --process-label is the SELinux label of the process."""
    own = pathlib.Path("/proc/self/attr/current").read_text().rstrip("\0")
    assert running.execs("cat /proc/self/attr/current", "--process-label", own).rstrip("\0") == own


@covers("command:exec:--cgroup")
@needs("cgroup v1")
def test_cgroup(running):
    """The command line: --cgroup names a cgroup below the container's, which has to be there."""
    for folder in running.cgroups():
        (folder / "below").mkdir()
        if folder.parent.name == "cpuset":
            for name in ("cpuset.cpus", "cpuset.mems"):
                (folder / "below" / name).write_text((folder / name).read_text())
    text = running.execs("cat /proc/self/cgroup", "--cgroup", "below")
    assert f"/{running.id}/below" in text


@covers("command:exec:--cgroup")
def test_a_cgroup_that_is_not_there(running):
    """The command line: --cgroup takes a cgroup that exists."""
    assert running.exec("/bin/true", flags=["--cgroup", "not-there"]).returncode != 0


@covers("rule:exec-is-in-the-cgroup")
def test_exec_is_in_the_containers_cgroup(running):
    """config-linux.md, Control groups: the container's limits hold for what exec runs too."""
    lines = running.execs("cat /proc/self/cgroup").split()
    own = {line.split(":")[1]: line.split(":")[2] for line in running.inside("cgroup").split()}
    assert {line.split(":")[1]: line.split(":")[2] for line in lines} == own


@covers("command:exec:--ignore-paused")
def test_ignore_paused(running):
    """The command line: exec in a paused container is an error, but with --ignore-paused it waits with the
    others."""
    assert running.runtime("pause", running.id).returncode == 0
    assert running.exec("/bin/true", timeout=10).returncode != 0
    command = [running.runtime.path, "--root", running.runtime.state, "exec", "--ignore-paused", running.id]
    with subprocess.Popen(
        [*map(str, command), "/bin/echo", "late"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            wait_until(
                lambda: len(
                    [pid for path in running.cgroups() for pid in (path / "cgroup.procs").read_text().split()]
                )
                > 1
            )
            assert running.runtime("resume", running.id).returncode == 0
            assert process.communicate(timeout=10)[0] == "late\n"
        finally:
            process.kill()


@covers("rule:exec-ends-with-the-container")
def test_it_ends_with_the_container(running, folder):
    """config-linux.md, Namespaces: what exec runs ends with the container."""
    file = folder / "pid"
    running.exec("/bin/sleep", "1000", flags=["--detach", "--pid-file", file])
    running.delete("--force")
    wait_until(lambda: not os.path.exists(f"/proc/{file.read_text()}"))


@covers("command:exec")
@pytest.mark.parametrize("detached", [False, True])
def test_any_bytes_are_a_word(running, detached):
    """The command line: words are bytes, whether they are UTF-8 or not."""
    word = b"\xff\xc3\xa4\xed\xb3\xbf\xf4\x8f\xba\x81\xe2\x82"
    flags = ["--detach"] if detached else []
    script = 'printf %s "$1$V" > /out.new; mv /out.new /out'
    done = running.exec(
        "/bin/sh", "-c", script, "sh", os.fsdecode(word), flags=[*flags, "--env", os.fsdecode(b"V=" + word)]
    )
    assert done.returncode == 0, done
    wait_until((running.rootfs / "out").exists)
    assert (running.rootfs / "out").read_bytes() == word * 2
