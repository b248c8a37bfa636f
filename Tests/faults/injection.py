"""Running a command while system calls of its processes fail, and looking at what became of it."""

import errno
import os
import pathlib
import re
import subprocess
from types import SimpleNamespace

from bundles import wait_until
from left import NAME, remains

STRIDE = int(os.environ.get("FAULTS_STRIDE", "1"))
# Where it names a file, each call that failed is written there with what the command said.
LOG = os.environ.get("FAULTS_LOG", "/dev/null")
ERRORS = ["EPERM", "ENOSYS", "ENOMEM", "EINTR", "ENOSPC", "SIGKILL"]
HEADER = "/usr/include/x86_64-linux-gnu/asm/unistd_64.h"
# They can't fail, or are no more than the way out of a process or a signal handler: nobody looks at what they
# give, so that nothing need be said. Nothing is left after them either.
NEVER_FAIL = (
    "getpid gettid getppid getuid geteuid getgid getegid umask exit exit_group rt_sigreturn "
    "set_tid_address arch_prctl"
).split()


def call_names():
    # Where there is no compiler nothing is injected.
    text = pathlib.Path(HEADER).read_text() if os.path.exists(HEADER) else ""
    return {int(number): name for name, number in re.findall(r"#define __NR_(\w+) (\d+)", text)}


CALLS = call_names()
NUMBERS = {name: number for number, name in CALLS.items()}
KILL = -1
# The statuses of who was ended by a signal.
DEATHS = range(129, 193)


class Hit:
    """A call that failed."""

    def __init__(self, line):
        number, since_exec, execs, *path = line.split(" ", 3)
        self.call = CALLS.get(int(number), number)
        self.since_exec, self.execs = int(since_exec), int(execs)
        self.path = path[0] if path else ""

    def __repr__(self):
        return f"{self.call} {self.path}".strip()


class Command:
    """A command, run with faults, by the program before it."""

    def __init__(self, injector, folder, *words, before=()):
        self.injector, self.folder, self.before = injector, folder, before
        self.words = list(map(str, words))

    def __call__(self, error=0, process=0, number=0):
        """Lets one call of one process fail; without an error, counts what the processes call."""
        return self.run(error, str(process), str(number))

    def failing(self, error, call, text="", often="every"):
        """Lets each call of a kind fail, or the first one: those whose path has the text."""
        return self.run(
            getattr(errno, error), often, f"{NUMBERS[call]}:{text}" if text else str(NUMBERS[call])
        )

    def run(self, error, which, number):
        hit, out, err = (self.folder / name for name in ("hit", "stdout", "stderr"))
        command = [*self.before, self.injector, hit, str(error), which, number, "--", *self.words]
        with open(out, "w") as stdout, open(err, "w") as stderr:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr) as running:
                try:
                    running.wait(timeout=30)
                    status = running.returncode
                except subprocess.TimeoutExpired:
                    running.kill()
                    status = "hang"
        lines = hit.read_text().splitlines()
        text = err.read_text(errors="replace").strip()
        return SimpleNamespace(
            status=status,
            counts=list(map(int, lines)) if error == 0 else [],
            hits=[Hit(line) for line in lines] if error else [],
            stderr=text,
            message=(text.splitlines() or [""])[-1],
            output=out.read_text(errors="replace"),
        )


def each_call(command, prepare, check):
    """The number of each process and of each of its calls, of one run in which nothing fails; before each of
    them it is prepared anew."""
    prepare()
    whole = command()
    assert whole.status == 0, whole
    check(whole)
    for process, calls in enumerate(whole.counts):
        for number in range(1 + process % STRIDE, calls + 1, STRIDE):
            prepare()
            yield process, number


def tell(tried, capsys):
    with capsys.disabled():
        print(f" {tried} calls ", end="")


def sweep(command, error, starting, prepare, check, capsys):
    """Runs the command once for each of its calls, and returns what was wrong."""
    wrong, tried = [], 0
    for process, number in each_call(command, prepare, check):
        done = command(getattr(errno, error, KILL), process, number)
        hit = done.hits[0] if done.hits else None
        text = f"{error} of {hit}, call {number} of process {process}: {done.status}: {done.message}"
        never_fails = hit and hit.call in NEVER_FAIL and error != "SIGKILL"
        tried += hit is not None
        is_start = hit and process == 0 and hit.since_exec <= starting
        is_command = hit and process > 0 and hit.execs > 0
        with open(LOG, "a") as log:
            print(text, file=log)
        if done.status == "hang":
            wrong.append(f"{text}: no end")
        elif not hit:
            wrong += [f"{text}: it failed by itself"] if done.status else []
        elif not (error == "SIGKILL" or is_start or is_command or never_fails) and done.status:
            wrong += [f"{text}: {problem}" for problem in problems_of(done, process)]
        wrong += [f"{text}: {problem}" for problem in check(done)]
    tell(tried, capsys)
    return wrong


def sweep_of_kills(command, box, prepare, check, capsys):
    """Runs the command once for each of its calls, at which the container's first process is killed."""
    wrong, tried = [], 0
    for process, number in each_call(command, prepare, check):
        done = command(f"k{box.pid}", process, number)
        tried += len(done.hits)
        text = f"killed at call {number} of process {process}, {done.hits}: {done.status}: {done.message}"
        if done.status == "hang":
            wrong.append(f"{text}: no end")
        elif (
            done.status
            and done.status != 137
            and not re.search(r"\w+: .*(killed|stopped|not running|\(E)", done.message)
        ):
            wrong.append(f"{text}: the error names no step or no cause")
        wrong += [f"{text}: {problem}" for problem in check(done)]
    tell(tried, capsys)
    return wrong


def problems_of(done, process):
    """An error names the step, or the call, and what the kernel said of it, perhaps of another call that
    was tried next. Who can't tell what failed, since that comes before the telling or is the telling itself,
    counts as killed; and a keeper that can't wait any longer does kill. With the first process of a pid
    namespace a hook in it is killed, of which the error tells then."""
    if done.status in DEATHS:
        return ["it died"]
    if re.search(r"\w.*: (.*\(E[A-Z0-9]+\)|this kernel has no SCMP_\w+)", done.message):
        return []
    hit = done.hits[0]
    # A child moves its channel by fcntl; later ones are told of.
    is_moving = hit.call == "fcntl" and hit.since_exec < 10
    is_mute = process == 1 or hit.call in ("dup3", "write") or is_moving
    if re.search("was killed|ended as", done.message) and is_mute:
        return []
    if process == 2 and re.search(r"Container hook .* ended as signaled\(SIGKILL", done.message):
        return []
    return ["the error names no step or no cause"]


def is_gone(runtime):
    """Problems with what must be gone, now or soon: the keeper works on when the command has ended."""
    try:
        wait_until(lambda: remains(runtime) == [], seconds=5)
        return []
    except AssertionError:
        left = remains(runtime)
        done = runtime("delete", "--force", NAME)
        rest = remains(runtime)
        return [f"left: {left}"] + ([f"delete --force leaves {rest}: {done.stderr}"] if rest else [])
