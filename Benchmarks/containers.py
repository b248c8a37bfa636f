"""containers.py [ROUNDS]: cooper and cooper-runtime beside bubblewrap, crun and runc, each running /bin/true
in a container; and the OCI runtimes' create, start and delete, and exec.

In each round every program runs once, so that a busy machine is as busy for all. Printed are the median, its
ratio to crun's, the peak memory of the largest process, and the number of system calls. To be run as root,
where /sys/fs/cgroup has one version only (v1-view.sh): crun refuses a hybrid layout.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NAME = f"cooper-bench-{os.getpid()}"
REFERENCE = "crun"


def make_rootfs(folder):
    """busybox, and its true."""
    root = folder / "rootfs"
    for name in ["bin", "dev", "etc", "proc", "sys", "tmp"]:
        (root / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), root / "bin/busybox")
    (root / "bin/true").symlink_to("busybox")
    return root


def make_bundle(folder, rootfs):
    """The default bundle of runc spec, with another command and no terminal."""
    subprocess.run(["runc", "spec", "--bundle", folder], check=True)
    config = json.loads((folder / "config.json").read_text())
    config["root"]["path"] = str(rootfs)
    config["process"].update(terminal=False, args=["/bin/true"])
    # Raising a limit takes CAP_SYS_RESOURCE, which not every root has.
    config["process"].pop("rlimits", None)
    config["linux"]["cgroupsPath"] = f"/{NAME}"
    (folder / "config.json").write_text(json.dumps(config))


def commands(folder, rootfs):
    cooper = stripped("cooper", folder)
    bundle = ["--bundle", folder, NAME]
    found = {
        "cooper": [cooper, "run", "--network", "none", rootfs, "/bin/true"],
        "bwrap": [
            "bwrap",
            "--unshare-all",
            "--bind",
            rootfs,
            "/",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "/bin/true",
        ],
        "cooper-runtime": [stripped("cooper-runtime", folder), "run", *bundle],
        "crun": ["crun", "run", *bundle],
        "runc": ["runc", "run", *bundle],
    }
    return {name: list(map(str, command)) for name, command in found.items()}


def stripped(name, folder):
    """As it is installed."""
    program = folder / name
    if not program.exists():
        shutil.copy(ROOT / ".build/release" / name, program)
        subprocess.run(["strip", program], check=True)
    return program


def sequences(folder):
    """What is done to a container that waits: commands before, those that are measured, and those after."""
    config = json.loads((folder / "config.json").read_text())
    config["process"]["args"] = ["/bin/busybox", "sleep", "1000"]
    waiting = folder / "waiting"
    waiting.mkdir()
    (waiting / "config.json").write_text(json.dumps(config))
    create = ["create", "--bundle", str(waiting), NAME]
    start, delete = ["start", NAME], ["delete", "-f", NAME]
    cases = {
        "create, start, delete": ([], [create, start, delete], []),
        "exec": ([create, start], [["exec", NAME, "/bin/true"]], [delete]),
    }
    runtimes = {"cooper-runtime": str(stripped("cooper-runtime", folder)), "crun": "crun", "runc": "runc"}

    def of(path, parts):
        return [[[path, *words] for words in part] for part in parts]

    return {case: {name: of(path, parts) for name, path in runtimes.items()} for case, parts in cases.items()}


def measure_sequences(folder, rounds):
    for case, runtimes in sequences(folder).items():
        times = {name: [] for name in runtimes}
        for number in range(rounds + 3):
            for name, (before, measured, after) in runtimes.items():
                for command in before:
                    milliseconds(command)
                elapsed = sum(milliseconds(command) for command in measured)
                for command in after:
                    milliseconds(command)
                if number >= 3:
                    times[name].append(elapsed)
        print(f"\n{case}, {rounds} rounds")
        print_times(times)


def print_times(times, more=lambda name: "", header=""):
    reference = statistics.median(times[REFERENCE])
    print(f"{'':16}{'median ms':>10}{f'to {REFERENCE}':>10}{header}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:16}{median:10.2f}{median / reference:10.2f}{more(name)}")


def milliseconds(command):
    start = time.perf_counter()
    pid = os.posix_spawnp(command[0], command, os.environ)
    _, status = os.waitpid(pid, 0)
    elapsed = time.perf_counter() - start
    if status:
        sys.exit(f"{' '.join(command)}: status {os.waitstatus_to_exitcode(status)}")
    return elapsed * 1000


def peak_megabytes(command, folder):
    """Of the largest process. GNU time starts it: the kernel counts what was there before exec as well."""
    peak = folder / "peak.txt"
    subprocess.run(["/usr/bin/time", "-f", "%M", "-o", peak, *command], check=True)
    return int(peak.read_text()) / 1024


def system_calls(command, folder):
    counts = folder / "strace.txt"
    subprocess.run(["strace", "-f", "-c", "-o", counts, *command], check=True)
    return int(next(line for line in counts.read_text().splitlines() if line.endswith("total")).split()[3])


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory(prefix="cooper-bench-") as name:
        folder = Path(name)
        rootfs = make_rootfs(folder)
        make_bundle(folder, rootfs)
        programs = commands(folder, rootfs)
        times = {name: [] for name in programs}
        for number in range(rounds + 3):
            for name, command in programs.items():
                elapsed = milliseconds(command)
                if number >= 3:  # the first ones fill caches
                    times[name].append(elapsed)
        peaks = {name: peak_megabytes(command, folder) for name, command in programs.items()}
        calls = {name: system_calls(command, folder) for name, command in programs.items()}
        print(f"/bin/true in a container, {rounds} rounds")
        header = f"{'peak MB':>10}{'system calls':>14}"
        print_times(times, lambda name: f"{peaks[name]:10.1f}{calls[name]:14}", header)
        measure_sequences(folder, rounds)


if __name__ == "__main__":
    main()
