"""Processes of a container that look for what is the runtime's: its file, memory, descriptors, terminal."""

import contextlib
import os
import re
import shutil
import subprocess

import pytest
from arena import as_root, digest, harm
from bundles import CAPABILITIES, empty

attack = pytest.mark.attack
SHORT = os.environ.get("SHORT") == "1"


def payload(a, kind, folder):
    """A program of the image's whose execution executes the runtime, or tries to."""
    if kind == "itself":
        return "/proc/self/exe"
    path = a.rootfs / "bin/payload"
    if kind == "shebang":
        path.write_text("#!/proc/self/exe\n")
    elif kind == "a link":
        path.symlink_to("/proc/self/exe")
    else:  # the loader that a dynamic program names
        source = folder / "payload.c"
        source.write_text("int main(void) { return 0; }\n")
        subprocess.run(["cc", "-Wl,--dynamic-linker=/proc/self/exe", "-o", path, source], check=True)
    path.chmod(0o755)
    return "/bin/payload"


# EROFS; ETXTBSY of a user's copy in memory; ENOENT where it has gone.
REFUSALS = {"Read-only file system", "Text file busy", "No such file or directory", "Permission denied"}
# So often at most until the two have met, where fewer rounds are asked for.
LEAST = 1000
KINDS = ["itself", "shebang", "a link", "PT_INTERP"]


def hunt(a, seconds):
    """The words for the hunter that gets at executables other than the image's."""
    return ["/bin/overwrite", str(seconds), "/bin/busybox", "/bin/overwrite", "/bin/inside", "/bin/payload"]


@attack(
    "CVE-2019-5736",
    "the runtime's file through /proc/PID/exe, while `exec` runs what executes itself",
    on=("runtime",),
    control=("cooper-runtime:seal", "cooper-runtime:seal-open"),
    once=True,
)
@pytest.mark.parametrize("kind", KINDS)
def test_overwrite_by_exec(arena, kind, rounds, tmp_path):
    with arena() as a:
        is_ours = a.target.path.endswith("cooper-runtime")
        before = digest(a.target.path)
        a.put("overwrite")
        program = payload(a, kind, tmp_path)
        a.box.process["args"] = hunt(a, 3600)
        a.box.create().start()
        for number in range(max(LEAST, rounds)):
            # What has been overwritten doesn't run any more.
            with contextlib.suppress(OSError):
                a.box.exec(program, "spin", timeout=60)
            said = a.box.out()
            if "overwritten" in said or (number >= rounds and (met(said) or kind != "itself")):
                break
        end(a.box)
        said = a.box.out()
        assert kind != "itself" or not is_ours or met(said), f"the hunter met nobody: {said}"
        restore(a, before, said)


def met(said):
    """Whether the hunter has got hold of a file: what a user's runtime is about he can't see at all."""
    return "held" in said or os.geteuid() != 0


def end(box):
    """Its processes, without the runtime, which may be no program any more."""
    for cgroup in box.cgroups():
        empty(cgroup)


def restore(a, before, said):
    """Whether the copy of the runtime is as it was; a control's is put back."""
    now = digest(a.target.path)
    if now != before:
        shutil.copy(a.target.original, a.target.path)
        a.before = a.host()
    harm(now != before or "overwritten" in said, f"the runtime's file was written to: {said}")
    refusals = set(re.findall("^refused (.*)$", said, re.MULTILINE))
    harm(refusals - REFUSALS, f"to write to it ends in {refusals}")
    harm("unlocked" in said, f"the mount of the runtime's file can be made writable: {said}")


@attack(
    "CVE-2019-5736",
    "the same by `run`, of a container that shares its processes with the attacker's",
    on=("runtime",),
    control=("cooper-runtime:seal",),
    once=True,
)
@pytest.mark.parametrize("kind", KINDS)
def test_overwrite_by_run(arena, kind, rounds, tmp_path):
    with arena() as a, arena() as b:
        is_ours = a.target.path.endswith("cooper-runtime")
        before = digest(a.target.path)
        a.put("overwrite")
        a.box.process["args"] = hunt(a, 3600)
        program = payload(b, kind, tmp_path)
        if program == "/bin/payload" and kind != "a link":
            # The payload's own file isn't what is hunted.
            os.link(b.rootfs / "bin/payload", a.rootfs / "bin/payload")
        a.box.create().start()
        path = f"/proc/{a.box.pid}/ns/pid"
        b.box.mask("pid")
        b.box.linux["namespaces"].append({"type": "pid", "path": path})
        b.box.process["args"] = [program, "spin"]
        for number in range(max(LEAST, rounds)):
            with contextlib.suppress(OSError):
                b.box.run()
            said = a.box.out()
            if "overwritten" in said or (number >= rounds and (met(said) or kind != "itself")):
                break
        end(a.box)
        said = a.box.out()
        assert kind != "itself" or not is_ours or met(said), f"the hunter met nobody: {said}"
        restore(a, before, said)
        b.before = b.host()


LIBRARY = """
#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void begin(void) {
  close(open("/tmp/was-here", O_CREAT | O_WRONLY, 0600));
}
int main(void) { return 0; }
"""


@attack(
    "CVE-2019-5736",
    "the runtime executed in the container loads no library, and no loader, of the image's",
    on=("runtime",),
    control=("runc", "crun"),
    once=True,
)
@pytest.mark.parametrize("kind", KINDS[:3])
def test_libraries_of_the_images(arena, kind, tmp_path):
    with arena() as a:
        listed = subprocess.run(["ldd", a.target.path], capture_output=True, text=True, check=False).stdout
        source = tmp_path / "library.c"
        source.write_text(LIBRARY)
        for path in re.findall(r"(/\S+) \(0x", listed):
            place = a.rootfs / path.lstrip("/")
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)
        # One that any of them may ask for, and what a loader takes beside.
        for name in ("lib", "lib64", "usr/lib", "lib/x86_64-linux-gnu"):
            (a.rootfs / name).mkdir(parents=True, exist_ok=True)
        evil = a.rootfs / "lib/evil.so"
        subprocess.run(["cc", "-shared", "-fPIC", "-o", evil, source], check=True)
        (a.rootfs / "etc/ld.so.preload").write_text("/lib/evil.so\n")
        a.env("LD_PRELOAD=/lib/evil.so")
        mark = a.rootfs / "tmp/was-here"
        program = payload(a, kind, tmp_path)
        a.box.process["args"] = [program, "--version"]
        a.box.run()
        a.box.clean()
        a.box.script("echo up; while :; do sleep 60; done").up()
        a.box.exec(program, "--version", flags=["--env", "LD_PRELOAD=/lib/evil.so"])
        # busybox and the runtime of the container's own are without libraries.
        harm(mark.exists(), "a library of the image's ran with the runtime's program")


@attack(
    "CVE-2024-21626",
    "where a process is made or a program executed, no descriptor stays open but the three streams",
    control=("crun",),
)
@pytest.mark.parametrize("by", ["run", "exec"])
def test_open_descriptors(arena, by, programs):
    if by == "run":
        as_root()
    with arena() as a, open(a.canary / "sentinel") as leaked:
        if by == "exec":
            if a.is_cooper:
                return  # it has no exec
            a.box.script("echo up; while :; do sleep 60; done").up()
            words = [a.target.path, "--root", a.runtime.state, "exec", a.box.id, "/bin/true"]
        else:
            words = a.command("/bin/true")
        done = subprocess.run(
            [programs / "opened", *words], capture_output=True, text=True, check=False, timeout=60,
            pass_fds=[leaked.fileno()], stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "looks" in done.stderr and not done.stderr.endswith("looks 0\n"), done
        kept = re.findall("^open (.*)$", done.stderr, re.MULTILINE)
        # The runtime executes its own file from a descriptor, before anything else: to itself it passes all.
        kept = [line for line in kept if not line.startswith("execveat ")]
        harm(kept, f"open where a process is made: {kept}")
        assert done.returncode == 0, done


@attack(
    "CVE-2019-5736",
    "the file of the init that `--init` makes, by one who may trace it",
    on=("cooper",),
    control=("cooper:seal-open",),
)
def test_overwrite_the_init(arena):
    with arena() as a:
        before = digest(a.target.path)
        a.put("overwrite")
        a.unfiltered()
        options = ["--init", "--cap-add", "SYS_PTRACE", "--cap-add", "SYS_ADMIN"]
        command = a.command(*hunt(a, 2), options=options)
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=60, stdin=subprocess.DEVNULL
        )
        assert met(done.stdout), done
        restore(a, before, done.stdout)


@attack(
    "CVE-2016-9962",
    "a process of the container looks into those that enter it",
    on=("runtime",),
    control=("cooper-runtime:dumpable",),
    once="with the same rights",  # of who joins a user namespace the kernel makes that itself
)
@pytest.mark.parametrize("who", ["with the same rights", "root of the user namespace that is entered"])
def test_watch(arena, rounds, target, who):
    with arena() as a:
        a.put("watch")
        if who != "with the same rights":
            as_root()
            a.box.linux["namespaces"].append({"type": "user"})
            for name in ("uidMappings", "gidMappings"):
                a.box.linux[name] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
            # Those who enter have fewer rights in it than he.
            a.box.process["capabilities"] = {
                kind: [*CAPABILITIES, "CAP_SYS_PTRACE"] for kind in ("bounding", "permitted", "effective")
            }
        # The same privileges as those who enter: with fewer the kernel would refuse anyway.
        a.box.process["args"] = ["/bin/watch", "/bin/busybox", "/bin/watch"]
        read, write = os.pipe()
        a.box.save()
        a.box.create(stdin=read)
        os.close(read)
        a.box.start()
        for _ in range(max(10, rounds)):
            try:
                a.box.exec("/bin/true")
            except AssertionError:  # no end: it is traced
                assert "got" in a.box.out()
            if "got" in a.box.out():
                break
        os.close(write)
        end(a.box) if "got" in a.box.out() else a.box.ended()
        said = a.box.out()
        assert "got" in said or "looks" in said, said
        harm("got" in said, f"it got at a process on its way in: {sorted(set(said.splitlines()))[:9]}")


@attack(
    "CVE-2024-21626",
    "a working directory through a descriptor of the caller's or the runtime's",
    control=("cooper:descriptors",),
)
def test_a_directory_of_the_host(arena, target):
    for number in range(0, 65, 7 if SHORT else 1):
        with arena() as a:
            leaked = os.open(a.canary, os.O_RDONLY | os.O_DIRECTORY)
            try:
                a.cwd(f"/proc/self/fd/{number}")
                done = a.run("cat", "sentinel", "../../../../../../etc/hostname", pass_fds=[leaked])
            finally:
                os.close(leaked)
            harm("secret" in done.out, f"the host's folder through descriptor {number}")
            if done.has_run:
                cwd = done.inside.cwd
                harm(not cwd.startswith("/"), f"the working directory is {cwd}")


@attack(
    "CVE-2024-21626",
    "the same by `exec`",
    on=("runtime",),
    control=("cooper-runtime:descriptors",),
)
def test_exec_in_a_directory_of_the_host(arena, target, monkeypatch):
    with arena() as a:
        # A container that is made with what isn't closed would not come up.
        monkeypatch.delenv("COOPER_WEAKNESS", raising=False)
        a.box.script("echo up; while :; do sleep 60; done").up()
        if target.weakness:
            monkeypatch.setenv("COOPER_WEAKNESS", target.weakness)
        leaked = os.open(a.canary, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for number in range(0, 65, 7 if SHORT else 1):
                done = a.box.exec(
                    "/bin/inside", "cat", "sentinel", flags=["--cwd", f"/proc/self/fd/{number}"],
                    pass_fds=[leaked],
                )  # fmt: skip
                harm("secret" in done.stdout, f"the host's folder through descriptor {number}")
                if "inside begins" in done.stdout:
                    cwd = done.stdout.split("cwd ")[1].splitlines()[0]
                    harm(not cwd.startswith("/"), f"the working directory is {cwd}")
                    harm("\nfd 3" in done.stdout, f"a descriptor is left: {done.stdout}")
        finally:
            os.close(leaked)


@attack(
    "CVE-2017-5226",
    "typing into the caller's terminal (TIOCSTI, TIOCLINUX, /dev/tty)",
    control=("bwrap", "cooper-runtime:session"),
)
def test_typing(arena, target):
    with arena() as a:
        a.put("typist")
        if a.is_cooper:
            a.unfiltered()
        done = a.on_terminal("/bin/typist")
        assert done.has_run, done
        said = done.inside.after
        harm("typed" in said, said)
        harm("pasted" in said or "/dev/tty: opened" in said or "taken" in said, said)


@attack(
    "CVE-2019-10063",
    "the default filter looks at the low half of ioctl's request",
    on=("cooper",),
    control=("cooper:unconfined",),
)
def test_typing_with_a_terminal_of_its_own(arena, target):
    with arena() as a:
        a.put("typist")
        options = ["-t", "-i"]
        if target.is_control:
            a.unfiltered()
        done = a.on_terminal("/bin/typist", options=options)
        assert done.has_run, done
        for line in done.inside.after.splitlines():
            if line.startswith("TIOCSTI") or line.startswith("TIOCLINUX"):
                harm("Operation not permitted" not in line, line)


@attack(
    "CVE-2025-52881",
    "once the container's root is there, no file of /proc is opened by its name",
    control=("runc", "cooper-runtime:reopen"),
)
def test_no_proc_by_name(arena, tmp_path, target):
    as_root()
    with arena() as a:
        a.box.linux["maskedPaths"] = ["/proc/kcore"]
        a.box.linux["readonlyPaths"] = ["/proc/sys"]
        a.box.linux["sysctl"] = {"kernel.shmmni": "4000"}
        trace = tmp_path / "trace"
        calls = "trace=open,openat,openat2,creat,pivot_root,move_mount,execve"
        command = ["strace", "-f", "-o", str(trace), "-e", calls, *a.command("/bin/inside", "/bin/true")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, done
        state, openings = {}, 0
        for line in trace.read_text().splitlines():
            pid, _, call = line.partition(" ")
            call = call.strip()
            if call.startswith("pivot_root"):
                state[pid] = "pivoted"
            elif call.startswith("move_mount"):
                state.setdefault(pid, "attached")
            elif call.startswith("execve"):
                state.pop(pid, None)
            elif call.startswith(("open", "creat")) and pid in state:
                openings += 1
                harm('"/proc' in call, f"a file of /proc by its name, after the root was attached: {call}")
                harm(state[pid] == "pivoted" and '"/' in call, f"opened by name after pivot_root: {call}")
        assert openings or target.is_control, "no opening is seen at all"
