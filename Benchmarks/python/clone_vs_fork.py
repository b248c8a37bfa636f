"""clone_vs_fork.py [RUNS]: 1,000 children of linux.clone against 1,000 of os.fork, import included.

Each run is a process of its own, and all take turns, so that a busy machine slows all. The medians of the
processes' whole time are printed, and their ratio.
"""

import statistics
import subprocess
import sys
import time

CLONE = """
import os, linux
for _ in range(1000):
    os.waitpid(linux.clone(id, {flags}, (1,)), 0)
"""
FORK = """
import os, sys
for _ in range(1000):
    sys.stdout.flush(), sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        id(1)
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(0)
    os.waitpid(pid, 0)
"""
PROGRAMS = {
    "os.fork": FORK,
    "linux.clone, flags 0": CLONE.format(flags="0"),
    "linux.clone, CLONE_NEWUTS": CLONE.format(flags="linux.CLONE_NEWUTS"),
    "linux.clone, CLONE_NEWPID": CLONE.format(flags="linux.CLONE_NEWPID"),
    "import alone": "import os, sys",
    "import linux alone": "import os, sys, linux",
}


def seconds(program):
    start = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", program], check=True)
    return time.perf_counter() - start


def main(runs):
    times = {name: [] for name in PROGRAMS}
    for _ in range(runs):
        for name, program in PROGRAMS.items():
            times[name].append(seconds(program))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        ratio = "" if "import" in name else f"  {median / medians['os.fork']:.2f} x os.fork"
        print(f"{name:26} {median * 1000:7.1f} ms{ratio}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
