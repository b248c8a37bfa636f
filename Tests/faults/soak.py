"""Mixed commands of a runtime on a loaded machine, for SOAK_MINUTES: soak.py RUNTIME.

Every half a minute the machine's counts are printed: what grows with time is a leak. It fails when
a command does, or when a cgroup, a mount or a process is left at the end. Files and kernel memory are the
whole machine's, with all that others do: those one looks at.
"""

import glob
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from bundles import Container, Runtime, make_rootfs, wait_until  # noqa: E402

MINUTES = float(os.environ.get("SOAK_MINUTES", "20"))
WORKERS = int(os.environ.get("SOAK_WORKERS", "6"))
NAME = f"cooper-soak-{os.urandom(3).hex()}"
COUNTS = {"rounds": 0, "commands": 0}
LOCK = threading.Lock()
WRONG = []


def counts():
    """Cgroups, mounts, processes, open files of the machine, and kernel memory in MB."""
    cgroups = sum(int(line.split()[2]) for line in open("/proc/cgroups") if not line.startswith("#"))
    memory = dict(line.split()[:2] for line in open("/proc/meminfo"))
    return {
        "cgroups": cgroups,
        "mounts": open("/proc/self/mountinfo").read().count("\n"),
        "processes": sum(name.isdigit() for name in os.listdir("/proc")),
        "files": int(open("/proc/sys/fs/file-nr").read().split()[0]),
        "slab": int(memory["SUnreclaim:"]) >> 10,
    }


def own(found):
    """Those of this test's own namespaces."""
    return found["mounts"], found["processes"]


def listed():
    return subprocess.run(
        ["ps", "-eo", "pid,ppid,stat,args"], capture_output=True, text=True, check=True
    ).stdout


class Worker(threading.Thread):
    def __init__(self, number, runtime, folder, rootfs):
        super().__init__()
        self.number, self.runtime, self.folder, self.rootfs = number, runtime, folder, rootfs
        self.choice = random.Random(number)

    def run(self):
        folder = self.folder / str(self.number)
        folder.mkdir()
        runtime = Runtime(self.runtime, folder)
        end, round_number = time.monotonic() + MINUTES * 60, 0
        while time.monotonic() < end and not WRONG:
            round_number += 1
            name = f"{NAME}-{self.number}-{round_number}"
            folder = self.folder / name
            try:
                self.round(Container(runtime, folder, name, self.rootfs))
            except Exception as error:  # noqa: BLE001: whatever it is, it ends the soak
                WRONG.append(f"{name}: {error!r}")
            shutil.rmtree(folder, ignore_errors=True)
            with LOCK:
                COUNTS["rounds"] += 1

    def round(self, box):
        if self.choice.random() < 0.4:
            box.process["args"] = ["/bin/true"]
            self.checked(box.run())
            return
        box.sleeps().up()
        verbs = [("state",), ("pause",), ("resume",), ("exec", "/bin/true"), ("events", "--stats"), ("ps",)]
        is_paused = False
        for _ in range(self.choice.randrange(1, 8)):
            verb, *rest = self.choice.choice(verbs)
            if (
                (verb == "pause") == is_paused
                and verb in ("pause", "resume", "exec")
                or (verb == "exec" and is_paused)
            ):
                continue
            is_paused = verb == "pause" or (is_paused and verb != "resume")
            words = [verb, *rest, box.id] if verb == "events" else [verb, box.id, *rest]
            self.checked(box.runtime(*words))
        self.checked(box.runtime("delete", "--force", box.id))

    def checked(self, done):
        with LOCK:
            COUNTS["commands"] += 1
        assert done.returncode == 0, done


def main(runtime):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="cooper-soak-"))
    rootfs = folder / "rootfs"
    make_rootfs(rootfs)
    before, start = counts(), time.monotonic()
    workers = [Worker(number, runtime, folder, rootfs) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    while alive := [worker for worker in workers if worker.is_alive()]:
        alive[0].join(30)
        print(f"{time.monotonic() - start:6.0f} s {COUNTS} {counts()}", flush=True)
    for worker in workers:
        worker.join()
    # Others' cgroups may go while this looks.
    left = glob.glob(f"/sys/fs/cgroup/**/{NAME}-*", recursive=True)
    shutil.rmtree(folder)
    print(f"before {before}\nafter  {counts()}\nleft   {left}\nwrong  {WRONG}", flush=True)
    if left or WRONG:
        return 1
    # The last keepers end a moment after their commands.
    wait_until(lambda: own(counts()) == own(before), what=lambda: f"left {own(counts())}: {listed()}")
    return 0


if __name__ == "__main__":
    sys.exit(main(os.path.realpath(sys.argv[1])))
