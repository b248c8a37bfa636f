"""containers.py [ROUNDS]: cooper beside bubblewrap, crun and runc, each running /bin/true in a container.

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
    cooper = folder / "cooper"
    shutil.copy(ROOT / ".build/release/cooper", cooper)
    subprocess.run(["strip", cooper], check=True)
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
        "crun": ["crun", "run", *bundle],
        "runc": ["runc", "run", *bundle],
    }
    return {name: list(map(str, command)) for name, command in found.items()}


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
    reference = statistics.median(times[REFERENCE])
    print(f"/bin/true in a container, {rounds} rounds")
    print(f"{'':8}{'median ms':>10}{f'to {REFERENCE}':>10}{'peak MB':>10}{'system calls':>14}")
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:8}{median:10.2f}{median / reference:10.2f}{peaks[name]:10.1f}{calls[name]:14}")


if __name__ == "__main__":
    main()
