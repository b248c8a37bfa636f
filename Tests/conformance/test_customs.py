"""What the specification leaves open, and engines and other people's suites know from runc."""

import json
import os
import pathlib
import re
import subprocess

import pytest
from bundles import CGROUPS, wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs


# The process.


@covers("process.env")
def test_a_variable_that_comes_twice(box):
    """Of a variable that comes twice the program finds the last value, and that alone."""
    box.process["env"] += ["ONE=first", "TWO=", "ONE=last"]
    box.process["args"] = ["/bin/env"]
    assert sorted(re.findall("(?:ONE|TWO)=.*", box.output())) == ["ONE=last", "TWO="]


@covers("process.env")
def test_an_empty_home_is_none(box):
    """HOME without a value is looked up as if it weren't there."""
    box.process["env"] += ["HOME=/elsewhere", "HOME="]
    assert box.output("env | grep ^HOME=") == "HOME=/root\n"


@covers("process.cwd*", "command:exec:--user")
def test_a_working_directory_that_the_user_may_not_enter(box):
    """Who makes the container puts the process where its user could not go."""
    (box.rootfs / "home/closed").mkdir(mode=0o700)
    box.process["cwd"] = "/home/closed"
    for kind in ("bounding", "permitted", "effective"):
        box.process["capabilities"][kind] = ["CAP_SETUID", "CAP_SETGID"]
    box.process["user"] = {"uid": 1000, "gid": 1000}
    box.script("readlink /proc/self/cwd; while :; do sleep 60; done").up()
    assert box.out() == "/home/closed\n"
    os.chown(box.rootfs / "home/closed", 1000, 1000)
    assert box.exec("/bin/true", flags=["--user", "0"]).returncode == 0


@needs("two processors")
@covers("process.args")
def test_processors_are_those_of_the_cgroup(box):
    """The container runs on all processors that its cgroups allow, and not on the caller's alone."""
    all_of_them = subprocess.run(
        ["grep", "Cpus_allowed_list", "/proc/self/status"], capture_output=True, text=True, check=True
    ).stdout
    box.script("grep Cpus_allowed_list /proc/self/status; while :; do sleep 60; done").save()
    box.create(before=["taskset", "-c", "0"]).start()
    wait_until(box.out)
    assert box.out() == all_of_them
    done = box.runtime.bare(
        "--root", box.runtime.state, "exec", box.id, "grep", "Cpus_allowed_list", "/proc/self/status",
        before=["taskset", "-c", "0"],
    )  # fmt: skip
    assert done.stdout == all_of_them


@covers("linux.namespaces[].path")
def test_an_empty_path_of_a_namespace(box):
    """A path of no letters is none: the namespace is new."""
    for entry in box.linux["namespaces"]:
        entry["path"] = ""
    assert box.output("readlink /proc/self/ns/net").strip() != os.readlink("/proc/self/ns/net")


@covers("linux.memoryPolicy")
def test_an_empty_memory_policy(box):
    """linux.memoryPolicy without a property changes nothing; with nodes it takes a mode."""
    box.linux["memoryPolicy"] = {}
    assert box.output("echo up") == "up\n"
    box.linux["memoryPolicy"] = {"nodes": "0"}
    assert "invalid memory policy mode" in box.refused().stderr


@covers("linux.uidMappings[].containerID*", "linux.gidMappings[].containerID*")
def test_a_user_namespace_without_root(box):
    """A map of ids need not have 0: then the process's own user is all there is."""
    box.linux["namespaces"].append({"type": "user"})
    for kind in ("uid", "gid"):
        box.linux[f"{kind}Mappings"] = [{"containerID": 1000, "hostID": 100000, "size": 1}]
    box.process["user"] = {"uid": 1000, "gid": 1000}
    for entry in box.config["mounts"]:
        if entry["type"] == "devpts":
            entry["options"].remove("gid=5")
    subprocess.run(["chown", "-R", "100000:100000", box.rootfs], check=True)
    for folder in (box.folder, *box.folder.parents):
        if folder != pathlib.Path("/"):
            folder.chmod(folder.stat().st_mode | 0o011)
    box.script("echo $(id -u) $(cat /proc/self/uid_map); while :; do sleep 60; done").up()
    assert box.out().split() == ["1000", "1000", "100000", "1"]
    assert box.execs("id -u") == "1000\n"


# exec.


@covers("command:exec", "command:exec:--pid-file")
def test_exec_that_fails_is_255(running):
    """What exec itself can't do ends as 255: 1 to 254 are the command's."""
    assert running.exec("/no/such/program").returncode == 255
    assert running.exec("/bin/true", flags=["--pid-file", "/no/such/file"]).returncode == 255
    assert running.runtime("exec", "nobody-here", "/bin/true").returncode == 255
    assert running.exec("/bin/sh", "-c", "exit 254").returncode == 254


@covers("linux.personality", "command:exec")
@pytest.mark.skipif(os.uname().machine != "x86_64", reason="needs x86")
def test_exec_has_the_personality(box):
    """What is executed later sees the same machine as the container's own process."""
    box.linux["personality"] = {"domain": "LINUX32"}
    box.script("echo up; while :; do sleep 60; done").up()
    assert box.execs("uname -m") == "i686\n"


@covers("command:exec:--process", "process.rlimits", "process.ioPriority")
def test_what_a_process_of_exec_leaves_out(box, folder):
    """Limits and priorities that a --process doesn't say are those of the container's own."""
    box.process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 88}]
    box.process["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 6}
    box.sleeps().up()
    process = {"cwd": "/", "args": ["/bin/sh", "-c", "ulimit -n; ulimit -Hn; ionice"]}
    (folder / "process.json").write_text(json.dumps({**process, "env": ["PATH=/bin"]}))
    done = box.runtime("exec", "--process", folder / "process.json", box.id)
    assert done.stdout.split() == ["77", "88", "best-effort:", "prio", "6"]


@covers("command:exec:--cgroup")
@needs("cgroup v1")
def test_the_cgroup_of_one_controller(running):
    """--cgroup CONTROLLER:PATH is for that hierarchy, and the others stay as they are."""
    path = next(path for path in running.cgroups() if path.parent.name == "pids") / "below"
    path.mkdir()
    found = running.execs("cat /proc/self/cgroup", "--cgroup", "pids:below")
    assert f":pids:/{running.id}/below\n" in found and f":memory:/{running.id}\n" in found
    for flag, word in [
        ("pids:nobody", " adding pid "), ("what:/", "unknown controller "), ("..", "bad sub cgroup path")
    ]:  # fmt: skip
        assert word in running.exec("/bin/true", flags=["--cgroup", flag]).stderr


# Mounts.


@covers("mounts[].options")
@pytest.mark.parametrize("options, mode", [([], "710"), (["mode=0444"], "444"), (["ro"], "710")])
def test_the_mode_of_a_tmpfs(box, options, mode):
    """A tmpfs without a mode of its own is as open as the directory that it hides."""
    (box.rootfs / "mnt").chmod(0o710)
    box.mount("/mnt", "tmpfs", "tmpfs", *options)
    assert box.output("stat -c %a /mnt") == f"{mode}\n"


@covers("mounts[].options")
def test_a_readonly_dev(box):
    """/dev may be read-only: its nodes are made before."""
    next(entry for entry in box.config["mounts"] if entry["destination"] == "/dev")["options"].append("ro")
    assert box.output("echo x >/dev/null && touch /dev/x 2>&1 | grep -o Read-only") == "Read-only\n"


@covers("mounts[].options")
@pytest.mark.parametrize(
    "options, has, lacks",
    [
        (["bind"], "ro noexec nodev", "rw"),
        (["bind", "rprivate"], "ro noexec nodev", "rw"),
        (["bind", "nosuid"], "rw nosuid noatime", "ro noexec nodev"),
        (["bind", "ro"], "ro noatime", "noexec nodev"),
        (["bind", "relatime"], "rw relatime", "noatime"),
        (["bind", "atime"], "rw noatime", "relatime"),
    ],
)
def test_attributes_of_a_bind_mount(box, folder, options, has, lacks):
    """A bind mount has its source's attributes, or those that its options say if they say any."""
    (folder / "source").mkdir()
    script = f"mount -t tmpfs -o noatime none {folder}/source && "
    script += f'mount -o remount,bind,ro,noexec,nodev,noatime {folder}/source && exec "$@"'
    box.mount("/mnt", "bind", folder / "source", *options)
    box.script("grep ' /mnt ' /proc/self/mounts").save()
    done = box.runtime.bare(
        "--root", box.runtime.state, "run", "--bundle", box.folder, box.id,
        before=["unshare", "--mount", "sh", "-c", script, "sh"],
    )  # fmt: skip
    assert done.returncode == 0, done
    found = set(done.stdout.split()[3].split(","))
    assert set(has.split()) <= found and not set(lacks.split()) & found, found


@covers("mounts[].destination*")
def test_a_link_that_leads_nowhere(box, folder):
    """A mount's target behind a symbolic link that ends where nothing is, is made there, in the container."""
    (folder / "text").write_text("here\n")
    (box.rootfs / "mnt/link").symlink_to("/no/where")
    box.mount("/mnt/link", "bind", folder / "text", "bind")
    assert box.output("cat /mnt/link /no/where") == "here\nhere\n"
    assert not pathlib.Path("/no/where").exists()


@covers("mounts[].destination*")
@pytest.mark.parametrize("name", ["proc", "sys"])
def test_a_system_mount_behind_a_link(box, name):
    """/proc and /sys are mounted on directories, and not where an image's link leads."""
    (box.rootfs / name).rmdir()
    (box.rootfs / name).symlink_to("/no-where")
    done = box.refused()
    assert name == "sys" or "must be mounted on ordinary directory" in done.stderr


@covers("hooks.createContainer")
def test_where_a_create_container_hook_runs(box):
    """createContainer hooks find the container's root at ".", and not the machine's."""
    box.hook("createContainer", "touch ./mnt/of-the-hook")
    assert box.output("ls /mnt") == "of-the-hook\n"


@covers("command:create:--no-pivot", "command:run:--no-pivot")
def test_no_pivot_leaves_no_whole_proc(box):
    """Without pivot_root too no mount of the machine's /proc lets the container have another one."""
    for kind in ("bounding", "permitted", "effective"):
        box.process["capabilities"][kind] = [*box.process["capabilities"][kind], "CAP_SETFCAP"]
    box.linux["maskedPaths"] = ["/proc/meminfo"]
    box.script("unshare -mrpf mount -t proc none /proc && echo whole; echo done")
    done = box.run("--no-pivot")
    assert done.stdout == "done\n" and "ermission denied" in done.stderr


# The other commands.


@covers("command:kill")
def test_signal_0(running):
    """kill with 0 asks whether there is somebody."""
    running.kill("0")
    running.kill("KILL")
    running.ended()
    done = running.runtime("kill", running.id, "0")
    assert done.returncode != 0 and "container not running" in done.stderr


@covers("command:kill")
@pytest.mark.parametrize("signal", ["TERM", "INT", "HUP"])
def test_a_created_container_ends_by_a_signal(box, signal):
    """Before its start a container has no program that could handle a signal: it ends by one."""
    box.sleeps().create().kill(signal)
    box.ended()


@covers("command:ps")
def test_ps_of_one_that_has_stopped(box):
    """A stopped container has no processes, which is no error."""
    box.script("true").create().start().ended()
    assert json.loads(box.runtime("ps", "--format", "json", box.id).stdout) in ([], None)


@covers("command:update:--memory", "command:update:--cpu-quota")
@needs("memory.limit_in_bytes|memory.max", "cpu.cfs_quota_us|cpu.max")
def test_update_in_units_and_parts(box):
    """update takes 64M, and keeps the period when it is told a quota."""
    box.linux["resources"]["cpu"] = {"quota": 40000, "period": 80000}
    box.linux["resources"]["memory"] = {"limit": 1 << 26}
    box.sleeps().up()
    assert box.runtime("update", "--memory", "128M", "--cpu-quota", "20000", box.id).returncode == 0
    assert box.cgroup("memory.limit_in_bytes", "memory.max") == str(128 << 20)
    if any((path / "cpu.max").exists() for path in box.cgroups()):
        assert box.cgroup("cpu.max") == "20000 80000"
    else:
        assert box.cgroup("cpu.cfs_period_us") == "80000"
    assert box.runtime("update", "--memory", "-1", box.id).returncode == 0
    assert box.cgroup("memory.limit_in_bytes", "memory.max") in ("max", "9223372036854771712")


@covers("command:update:--resources")
@needs("pids.max")
@pytest.mark.parametrize("rules", [[], [{"allow": True, "access": "rwm"}]])
def test_update_leaves_the_rules_of_devices(box, rules):
    """Engines send all resources of a container, which may lack rules that others have added: update changes
    limits only, and says so."""
    box.linux["resources"]["devices"] += rules
    box.sleeps().up()
    resources = {"devices": [{"allow": False, "access": "rwm"}], "pids": {"limit": 41}}
    flags = ("--root", box.runtime.state, "--log", box.folder / "log")
    done = box.runtime.bare(*flags, "update", "-r", "-", box.id, input=json.dumps(resources))
    assert done.returncode == 0, done
    assert box.cgroup("pids.max") == "41"
    try_it = "mknod /tmp/d b 7 250 && cat /tmp/d 2>&1; true"
    assert ("Operation not permitted" in box.execs(try_it)) == (rules == [])
    log = box.folder / "log"
    told = log.exists() and "resources.devices: left alone" in log.read_text()
    assert told == (rules != [])


@covers("rule:notify-socket")
def test_a_notify_socket_that_is_gone(box):
    """The error names the variable."""
    done = box.refused(env={**os.environ, "NOTIFY_SOCKET": "/no/such/socket"})
    assert "NOTIFY_SOCKET" in done.stderr and "mounts[" not in done.stderr


@covers("mounts[].destination*")
def test_a_destination_that_begins_as_the_root_does(box, folder):
    """A destination that is written as a path of the machine, below the container's root: it is meant from
    there, and so is one below it."""
    (folder / "data").mkdir()
    (folder / "data/file").write_text("of the mount")
    (box.rootfs / "mnt/in").mkdir()
    box.mount(f"{box.rootfs}/mnt", "tmpfs", "tmpfs")
    box.mount(f"{box.rootfs}//mnt/in", "bind", folder / "data", "bind")
    assert box.output(f"cat /mnt/in/file; ls -d {folder} 2>/dev/null; true") == "of the mount"


@covers("process.args")
def test_a_configuration_that_is_no_utf8(box):
    """JSON is UTF-8: other bytes are an error, and nobody puts characters in their place."""
    box.process["args"] = ["/bin/echo", "QQQ"]
    file = box.save().folder / "config.json"
    file.write_bytes(file.read_bytes().replace(b"QQQ", b"a\xff"))
    done = box.runtime("run", "--bundle", box.folder, box.id)
    assert done.returncode != 0 and done.stdout == ""


@covers("command:spec")
def test_what_people_edit_in_a_spec(runtime, folder):
    """The example has a user to change, and a cgroup namespace where a mount of cgroups can show it."""
    assert runtime("spec", "--bundle", folder).returncode == 0
    config = json.loads((folder / "config.json").read_text())
    assert config["process"]["user"] == {"uid": 0, "gid": 0}
    kinds = [entry["type"] for entry in config["linux"]["namespaces"]]
    assert ("cgroup" in kinds) == (CGROUPS / "cgroup.procs").exists()


@covers("global:--help")
def test_the_help_names_the_command(runtime):
    """-h begins with the name of the program and of the command; what is no command has none."""
    assert re.match(r"NAME:\n +\S+ - Open Container Initiative runtime", runtime("--help").stdout)
    assert re.match(r"NAME:\n +\S+ update - ", runtime("update", "-h").stdout)
    done = runtime("nothing", "-h")
    assert done.returncode != 0 and "No help topic for 'nothing'" in done.stderr


@covers("global:--debug", "global:--log")
def test_debug_goes_to_the_log(box, folder):
    """--debug tells each step: on standard error, or in the log and nowhere else."""
    box.script("echo up").save()
    flags = ("--root", box.runtime.state, "--debug")
    done = box.runtime.bare(*flags, "run", "--bundle", box.folder, box.id)
    assert " level=debug msg=" in done.stderr and done.stdout == "up\n"
    done = box.runtime.bare(*flags, "--log", folder / "log", "run", "--bundle", box.folder, box.id)
    assert done.stderr == "" and " level=debug msg=" in (folder / "log").read_text()


DEBUG = {
    "create": ["read the bundle ", "compiled it: ", "clone3 ", "seccomp filter flags: ", "hooks.prestart[0]"],
    "start": ["hooks.startContainer[0]", "execute its command", "hooks.poststart[0]"],
    "exec": ["enter the container's namespaces (", "let the child go"],
    "update": ['write "41" to '],
    "kill": ["send SIGKILL "],
    "delete": ["delete ", "remove ", "hooks.poststop[0]"],
}


@covers("global:--debug", "global:--log-format")
@needs("pids.max")
@pytest.mark.parametrize("format", ["text", "json"])
def test_what_debug_tells(box, format):
    """Each command tells what it does, when it does it, and in the format that is asked for."""
    for kind in ("prestart", "startContainer", "poststart", "poststop"):
        box.hook(kind, "true")
    box.linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW"}
    log = box.folder / "log"
    flags = ("--root", box.runtime.state, "--debug", "--log", log, "--log-format", format)
    more = {
        "create": ["--bundle", box.sleeps().save().folder, box.id],
        "exec": [box.id, "/bin/true"],
        "update": ["--pids-limit", "41", box.id],
        "kill": [box.id, "KILL"],
    }
    for verb, wanted in DEBUG.items():
        with open(box.folder / "out", "w") as out:
            command = [box.runtime.path, *map(str, flags), verb, *map(str, more.get(verb, [box.id]))]
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, check=True, timeout=20)
        if verb == "kill":
            box.ended()
        text = log.read_text()
        log.unlink()
        if format == "json":
            lines = [json.loads(line) for line in text.splitlines()]
            assert {line["level"] for line in lines} <= {"debug", "warning"}
            text = "\n".join(line["msg"] for line in lines)
        for words in wanted:
            words = words if format == "json" else json.dumps(words)[1:-1]
            assert words in text, (verb, words, text)


@covers("hooks.prestart", "hooks.createRuntime", "hooks.createContainer", "hooks.startContainer")
@pytest.mark.parametrize(
    "kind", ["prestart", "createRuntime", "createContainer", "startContainer", "poststart"]
)
def test_the_error_counts_the_hooks(box, kind):
    """The error of a hook names its kind and its place."""
    box.hook(kind, "true")
    box.hook(kind, "exit 1")
    done = box.run()
    assert done.returncode != 0 and f"error running {kind} hook #1:" in done.stderr
