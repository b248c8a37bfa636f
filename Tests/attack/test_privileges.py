"""Who a process of a container is, what it may, and what a configuration changes of the host's."""

import os
import re
import struct
import subprocess

import pytest
from arena import COOPERS, CORE_PATTERN, as_root, harm, mask_of
from bundles import CGROUPS, IS_SYSTEMD, without_root

attack = pytest.mark.attack
UID = 61234


@attack("CVE-2016-3697", "a number is a user's number, whatever the image calls it", control=("cooper:user",))
def test_a_number_for_a_name(arena, target):
    with arena() as a:
        (a.rootfs / "etc/passwd").write_text(
            "root:x:0:0:root:/root:/bin/sh\n1000:x:0:0::/:/bin/sh\n01000:x:0:0::/:/bin/sh\n"
        )
        a.user(1000)
        done = a.run("id", "-u")
        assert done.has_run, done
        harm(done.inside.after.strip() != "1000", f"-u 1000 is {done.inside.after}")


USERS = [
    "1", "1:2", "2:1", "01", "1000", "65534", "4294967294", ":", "", "1:", ":1", "-1", "-1:-1", "+1",
    " 1", "1 ", "0x1", "1e3", "4294967295", "4294967296", "4294967297", "18446744073709551616",
    "1:4294967296", "1:-1", "1:2:3", "nobody", "root", "1\n", "1\x0b", "1_0", "\u0661", "1:\u0662",
]  # fmt: skip


@attack("CVE-2026-30892", "what is no user is refused, and what is one is that one", on=("runtime", "cooper"),
        control=("cooper-runtime:user",))  # fmt: skip
def test_users(arena):
    with arena() as a:
        (a.rootfs / "etc/passwd").write_text(
            "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"
        )
        if not a.is_cooper:
            a.box.script("echo up; while :; do sleep 60; done").up()
        for text in USERS:
            if a.is_cooper:
                command = a.command("/bin/id", options=["-u", text])
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
            else:
                done = a.box.exec("/bin/id", flags=["--user", text])
            if done.returncode != 0:
                assert done.stderr.strip()
                continue
            uid, gid = map(int, re.match(r"uid=(\d+)\S* gid=(\d+)", done.stdout).groups())
            parts = text.split(":")
            named = {"root": 0, "nobody": 65534}
            wanted = named.get(parts[0]) if a.is_cooper and parts[0] in named else None
            if wanted is None and re.fullmatch("[0-9]+", parts[0]):
                wanted = int(parts[0])
            harm(uid != wanted, f"--user {text!r} is {done.stdout}")
            if len(parts) > 1:
                harm(not re.fullmatch("[0-9]+", parts[1]) or gid != int(parts[1]), f"{text!r}: {done.stdout}")


@attack(
    "CVE-2022-27650 CVE-2022-29162 CVE-2022-24769",
    "nothing to pass on: no inheritable and no ambient capability, by `exec --cap` neither",
    control=("cooper-runtime:inheritable", "cooper:inheritable"),
)
@pytest.mark.parametrize("uid", [0, 1000])
def test_inheritable(arena, uid):
    with arena() as a:
        a.user(uid)
        program = a.put("inside", "gains")
        capability(program, 0, mask_of(COOPERS))
        done = a.run("/bin/gains")
        assert done.has_run, done
        said = [done.out, *done.out.split("inside ends")[1:]]
        if not a.is_cooper:
            a.box.clean()
            a.box.script("echo up; while :; do sleep 60; done").up()
            for flags in (["--cap", "CAP_NET_RAW"], ["--cap", "CAP_SYS_ADMIN", "--user", str(uid)]):
                done = a.box.exec("/bin/inside", "/bin/gains", flags=flags)
                assert done.returncode == 0, done
                said += done.stdout.split("inside ends")
        for text in said:
            for line in re.findall("cap (?:inheritable|ambient) .*", text):
                harm(not line.endswith(" 0"), line)
        if uid:
            gained = re.findall("cap effective (.*)", said[0])
            harm(gained[-1] != "0", f"a file with capabilities gives {gained}")


def capability(path, permitted, inheritable):
    """VFS_CAP_REVISION_2 with the effective bit."""
    low = (1 << 32) - 1
    data = struct.pack(
        "<5I", 0x02000001, permitted & low, inheritable & low, permitted >> 32, inheritable >> 32
    )
    os.setxattr(path, "security.capability", data)


PARAMETERS = [
    ("kernel.core_pattern", "|/bin/x", []),
    ("kernel/core_pattern", "|/bin/x", []),
    ("net.ipv4.ip_forward/../../../kernel/core_pattern", "|/bin/x", []),
    ("net/../kernel/core_pattern", "|/bin/x", []),
    ("net.ipv4.ip_forward+kernel.core_pattern", "|/bin/x", []),
    ("net.ipv4.ip_forward\nkernel.core_pattern", "|/bin/x", []),
    ("kernel.shm_rmid_forced", "1+kernel.core_pattern=|/bin/x", []),
    ("kernel.shm_rmid_forced", "1\nkernel.core_pattern=|/bin/x", []),
    ("kernel.shmmni", "4001", ["ipc"]),
    ("kernel.domainname", "of.the.container", ["uts"]),
    ("net.ipv4.ip_forward", "1", ["network"]),
    ("fs.mqueue.msg_max", "11", ["ipc"]),
    ("vm.overcommit_memory", "1", []),
    ("fs.file-max", "123456", []),
    ("user.max_user_namespaces", "5", []),
]


@attack(
    "CVE-2022-0811",
    "kernel parameters: only of namespaces of the container's own, one at a time",
    on=("runtime",),
    control=("cooper-runtime:sysctl",),
    once=["uts"],
)
@pytest.mark.parametrize(("key", "value", "missing"), PARAMETERS, ids=list(range(len(PARAMETERS))))
def test_parameters(arena, key, value, missing):
    with arena() as a:
        before = CORE_PATTERN.read_text()
        a.box.mask(*missing)
        a.box.linux["sysctl"] = {key: value}
        done = a.run("true")
        harm(CORE_PATTERN.read_text() != before, "core_pattern has changed")
        harm(done.has_run, f"{key}={value} is taken, without the namespaces {missing}")


@attack("CVE-2022-4318", "lines in user, home, environment and names get into no file",
        control=("cooper-runtime:edited",))  # fmt: skip
def test_lines(arena, target):
    evil = "x\nevil::0:0::/:/bin/sh"
    for index, text in enumerate([f"HOME={evil}", f"USER={evil}", f"HOSTNAME={evil}", "HOME=a:b:0:0"]):
        with arena() as a:
            before = (a.rootfs / "etc/passwd").read_text()
            a.env(text)
            if target.is_control:
                # As an engine does that writes down whom the container runs as.
                line = f"printf '%s\\n' '{text.partition('=')[2]}' >>{a.rootfs}/etc/passwd"
                a.box.hook("createRuntime", line)
            if not a.is_cooper and index == 1:
                a.box.config["annotations"] = {"a": evil}
                a.box.process["user"]["username"] = evil
            done = a.run("sh", "-c", "cat /etc/passwd /etc/group /etc/hosts 2>/dev/null")
            harm("evil" in done.inside.after, done.inside.after)
            harm((a.rootfs / "etc/passwd").read_text() != before, "passwd has changed")
    with arena() as a:
        for option in ("--hostname", "--name", "-u"):
            if a.is_cooper:
                command = a.command("/bin/cat", "/etc/passwd", options=[option, evil])
                if option == "--name":
                    command[2:4] = []
                done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
                harm(done.returncode == 0 and "evil" in done.stdout, done)
    if target.is_control or target.kind != "runtime":
        return
    # No word of a command line has one: a configuration can.
    for name in ("HOME", "PATH", "ANY"):
        with arena() as a:
            a.box.process["env"].append(f"{name}=x\0evil=y")
            done = a.run("sh", "-c", "env")
            harm(done.has_run and "evil" in done.inside.after, done)


HOOKS = ("prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop")


@attack(
    "CVE-2024-0132 CVE-2025-23266",
    "hooks have the environment of their configuration or the runtime's, and nothing of the container's",
    on=("runtime",),
    control=("cooper-runtime:edited",),
)
def test_hooks(arena, monkeypatch, target):
    monkeypatch.setenv("MARK_OF_THE_CALLER", "yes")
    with arena() as a:
        a.made |= {f"hook-{kind}" for kind in HOOKS}
        a.box.process["env"] += ["LD_PRELOAD=/evil.so", "MARK_OF_THE_CONTAINER=yes", "PATH=/evil:/bin"]
        evil = a.rootfs / "evil"
        evil.mkdir()
        for kind in HOOKS:
            file = "/hook" if kind == "startContainer" else a.folder / f"hook-{kind}"
            text = f"(tr '\\0' '\\n' </proc/self/environ; echo; pwd) >{file}; true"
            a.box.config.setdefault("hooks", {})[kind] = [
                {"path": "/bin/sh" if kind == "startContainer" else "/usr/bin/env",
                 "args": ["sh", "-c", text] if kind == "startContainer" else
                 ["env", "/bin/sh", "-c", text]}
            ]  # fmt: skip
            if target.is_control:
                a.box.config["hooks"][kind][0]["env"] = [*a.box.process["env"][-2:], "PATH=/bin:/usr/bin"]
        done = a.run("true")
        assert done.has_run, done
        a.box.clean()
        for kind in HOOKS:
            file = a.rootfs / "hook" if kind == "startContainer" else a.folder / f"hook-{kind}"
            said = file.read_text()
            harm("OF_THE_CONTAINER" in said or "LD_PRELOAD" in said or "evil" in said, f"{kind} has {said}")
            if kind in ("prestart", "createRuntime", "poststart", "poststop"):
                assert "MARK_OF_THE_CALLER=yes" in said, said
                assert said.splitlines()[-1] == str(a.box.folder), said


@attack(
    "CVE-2022-47952",
    "no setuid program that tells of others' files",
    control=("cooper-runtime:setuid",),
)
def test_no_oracle(arena, target):
    as_root()
    with arena() as a:
        private = a.folder / "private"
        (private / "PRESENT").mkdir(parents=True)
        (private / "PRESENT/config.json").write_text("{}")
        private.chmod(0o700)
        home = a.folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, UID, UID)
        a.made |= {"private", "home"}
        path = a.target.path
        mode = os.stat(path).st_mode
        harm(mode & 0o6000, "the program is setuid")
        if target.is_control:
            os.chmod(path, 0o4755)
        verbs = (
            [["run", "{}", "true"]]
            if a.is_cooper
            else [["--root", "{}", "state", "x"], ["run", "-b", "{}", "x"]]
        )
        pairs = []
        for words in verbs:
            said = []
            for name in ("PRESENT", "MISSING"):
                command = [path, *[word.format(private / name) for word in words]]
                done = subprocess.run(
                    ["setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups", *command],
                    capture_output=True,
                    text=True,
                    check=False,
                    env={"XDG_RUNTIME_DIR": str(home), "PATH": "/usr/bin:/bin", "HOME": str(home)},
                )
                assert done.returncode != 0, done
                assert done.stderr, done
                said.append(done.stderr.replace(name, "NAME"))
            pairs.append(said)
        if target.is_control:
            os.chmod(path, mode)
            a.before = a.host()
        for said in pairs:
            harm(said[0] != said[1], f"what is there is told from what is not: {said}")


@attack(
    "CVE-2022-0811",
    "the caller's own namespace by its path is none of the container's: no parameter, no name",
    on=("runtime",),
    control=("runc", "crun"),
    once="ipc",
)
@pytest.mark.parametrize("kind", ["ipc", "uts", "a process of the caller's"])
def test_the_callers_own_namespace(arena, kind):
    as_root()
    with arena() as a:
        path = "/proc/self/ns/{}"
        if kind.startswith("a process"):
            kind, path = "ipc", f"/proc/{os.getpid()}/ns/{{}}"
        if kind == "uts":
            a.box.config["hostname"] = "of-the-container"
        if kind == "ipc":
            a.box.linux["sysctl"] = {"kernel.shmmni": "4001"}
        entries = [entry for entry in a.box.linux["namespaces"] if entry["type"] != kind]
        a.box.linux["namespaces"] = [*entries, {"type": kind, "path": path.format(kind)}]
        # What it may change is in namespaces of this test's own.
        private = ["unshare", "--mount", "--propagation", "private", "--uts"]
        done = subprocess.run(
            [*private, *a.command("/bin/true")], capture_output=True, text=True, check=False, timeout=60
        )
        harm(done.returncode == 0, f"it runs in the caller's own {kind} namespace as if it were its own")
        assert done.stderr, done


@attack(
    "CVE-2023-25809",
    "without root and without a cgroup namespace, no cgroup of the host's is writable through the mount",
    on=("runtime",),
    control=("cooper-runtime:edited",),
)
def test_cgroups_without_root(arena, target):
    as_root()
    if IS_SYSTEMD:
        pytest.skip("missing requirement: a cgroup that the test may delegate by itself (machine)")
    with arena() as a:
        parents = []
        for folder in [CGROUPS, *CGROUPS.iterdir()]:
            if (folder / "cgroup.procs").exists() and not folder.is_symlink():
                parent = folder / a.box.id
                parent.mkdir()
                parents.append(parent)
                for path in (parent, parent / "cgroup.procs", parent / "tasks"):
                    if path.exists():
                        os.chown(path, UID, UID)
        a.box.cgroup_is_ours = True
        home = a.folder / "home"
        home.mkdir(mode=0o700)
        os.chown(home, UID, UID)
        a.made.add("home")
        a.runtime.state = home / "state"
        mapping = [{"containerID": 0, "hostID": UID, "size": 1}]
        without_root(a.box, mapping, mapping)
        a.box.linux["cgroupsPath"] = f"/{a.box.id}/below"
        if target.is_control:
            a.box.mount("/sys/fs/cgroup", "bind", CGROUPS, "rbind")
        else:
            a.box.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "relatime")
        a.checks_mounts = False
        look = (
            "echo mounted $(grep -c ' /sys/fs/cgroup' /proc/self/mounts) $(find /sys/fs/cgroup | wc -l);"
            "for f in $(find /sys/fs/cgroup -name cgroup.procs -o -name tasks); do"
            " (echo 0 >$f) 2>/dev/null && echo wrote $f; done;"
            "for d in $(find /sys/fs/cgroup -type d -not -path '*/below*');"
            " do mkdir $d/pwned 2>/dev/null && echo made $d; done; true"
        )
        enter = "".join(f"echo 0 >{parent}/cgroup.procs; " for parent in parents)
        drop = ["setpriv", "--reuid", str(UID), "--regid", str(UID), "--clear-groups"]
        command = ["sh", "-c", f'{enter} exec "$@"', "sh", *drop, *a.command("/bin/sh", "-c", look)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60,
            env={"XDG_RUNTIME_DIR": str(home), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )  # fmt: skip
        left = [path for parent in parents for path in parent.rglob("pwned")]
        for parent in parents:
            for folder in sorted([parent, *[p for p in parent.rglob("*") if p.is_dir()]], reverse=True):
                folder.rmdir()
        assert "mounted" in done.stdout, done
        harm(left or "made" in done.stdout, f"cgroups of the host's are made: {left} {done}")
        harm("wrote" in done.stdout, f"a process of the container moves in the host's cgroups: {done.stdout}")
