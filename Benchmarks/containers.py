"""containers.py [--view v1|hybrid|none] [--running N,N,...] [ROUNDS]: what containers cost with cooper and
cooper-runtime, beside bubblewrap, crun, runc, and a C program that does the least (bound.c).

Every case is measured twice, since what it costs depends on what was there just before: whoever moves a
process by cgroup.procs waits for every processor to pass a quiet moment, unless another did so a few
milliseconds ago. `apart`: each start has PAUSE seconds of rest before it, and the programs take turns. `in
a row`: one program BLOCK times without rest, then the next. A mixture of the two measures the neighbour.

Printed are the medians, their ratios to crun's, the peak memory of the largest process, and the number of
system calls. Who can't do it says why. To be run as root. The runtimes' states are on a tmpfs, as in /run.
The view says what is there of cgroups: `v1` is for a place where /sys/fs/cgroup has one version only
(v1-view.sh), since crun refuses a hybrid layout; `hybrid` for the machine as it is; and with `none` the
runtimes are told to use no cgroups.

With --running, a container is started while so many of cooper-runtime's run already, apart.
"""

import argparse
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
# Where those that run meanwhile have their cgroups.
PARENT = f"cooperbench{os.getpid()}"
REFERENCE = "crun"
PAUSE = 0.1
BLOCK = 20
WARM_UP = 3


def make_rootfs(folder):
    """busybox, its true, and the user that every image has."""
    root = folder / "rootfs"
    for name in ["bin", "dev", "etc", "proc", "sys", "tmp"]:
        (root / name).mkdir(parents=True)
    shutil.copy(shutil.which("busybox"), root / "bin/busybox")
    (root / "bin/true").symlink_to("busybox")
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    return root


def make_bundle(folder, rootfs, view="v1", name=NAME):
    """The default bundle of runc spec, with another command and no terminal."""
    subprocess.run(["runc", "spec", "--bundle", folder], check=True)
    config = json.loads((folder / "config.json").read_text())
    config["root"]["path"] = str(rootfs)
    config["process"].update(terminal=False, args=["/bin/true"])
    # Raising a limit takes CAP_SYS_RESOURCE, which not every root has.
    config["process"].pop("rlimits", None)
    if view == "none":
        config["linux"].pop("resources")
        config["mounts"] = [mount for mount in config["mounts"] if mount["type"] != "cgroup"]
    else:
        config["linux"]["cgroupsPath"] = f"/{name}"
    (folder / "config.json").write_text(json.dumps(config))


def make_variant(folder, name, change):
    """The bundle of this folder with a change, in a folder of its own."""
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / name).mkdir()
    (folder / name / "config.json").write_text(json.dumps(config))
    return folder / name


def waits(config):
    config["process"]["args"] = ["/bin/busybox", "sleep", "1000"]


def filters(config):
    """Docker's default profile, as podman's package has it, for x86_64 and the bundle's capabilities."""
    profile = json.loads(Path("/usr/share/containers/seccomp.json").read_text())
    held = set(config["process"]["capabilities"]["bounding"])

    def holds(rule):
        wanted, unwanted = rule.get("includes") or {}, rule.get("excludes") or {}
        return (
            set(wanted.get("caps", [])) <= held
            and "amd64" in wanted.get("arches", ["amd64"])
            and not set(unwanted.get("caps", [])) & held
            and "amd64" not in unwanted.get("arches", [])
        )

    def rule(entry):
        kept = {key: entry[key] for key in ("names", "action", "errnoRet") if entry.get(key) is not None}
        return kept | ({"args": entry["args"]} if entry.get("args") else {})

    config["linux"]["seccomp"] = {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile.get("defaultErrnoRet", 1),
        "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
        "syscalls": [rule(entry) for entry in profile["syscalls"] if holds(entry)],
    }


def runtimes(folder, states, view):
    """How each OCI runtime is called."""
    cgroups = ["--cgroup-manager", "disabled"] if view == "none" else []
    programs = {"cooper-runtime": str(stripped("cooper-runtime", folder)), "crun": "crun", "runc": "runc"}
    if view == "none":
        del programs["runc"]  # it has no such choice
    return {name: [program, "--root", str(states / name), *cgroups] for name, program in programs.items()}


def commands(folder, states, rootfs, view):
    """One for each program that makes a container and waits for its end."""
    found = {"bound": [bound(folder), rootfs, "/bin/true"]}
    if view == "v1":
        found["cooper"] = [stripped("cooper", folder), "run", "--network", "none", rootfs, "/bin/true"]
        found["bwrap"] = ["bwrap", "--unshare-all", "--bind", rootfs, "/", "--proc", "/proc", "--dev", "/dev"]
        found["bwrap"].append("/bin/true")
    found |= runs(runtimes(folder, states, view), folder)
    return {name: list(map(str, command)) for name, command in found.items()}


def runs(programs, bundle):
    return {name: [*program, "run", "--bundle", str(bundle), NAME] for name, program in programs.items()}


def stripped(name, folder):
    """As it is installed."""
    program = folder / name
    if not program.exists():
        shutil.copy(ROOT / ".build/release" / name, program)
        subprocess.run(["strip", program], check=True)
    return program


def bound(folder):
    program = folder / "bound"
    if not program.exists():
        source = Path(__file__).with_name("bound.c")
        subprocess.run(["cc", "-O2", "-static", "-o", program, source], check=True)
    return program


def cases(folder, programs, able):
    """What is measured: for each program the commands before, those that are measured, and those after."""
    waiting = make_variant(folder, "waiting", waits)
    filtered = runs(able, make_variant(folder, "filtered", filters))
    create = ["create", "--bundle", str(waiting), NAME]
    start, delete = ["start", NAME], ["delete", "-f", NAME]

    def each(before, measured, after):
        return {
            name: [[[*program, *words] for words in part] for part in (before, measured, after)]
            for name, program in able.items()
        }

    return {
        "/bin/true in a container": alone(programs),
        "the same with Docker's default seccomp profile": alone(filtered),
        "create, start, delete": each([], [create, start, delete], []),
        "exec": each([create, start], [["exec", NAME, "/bin/true"]], [delete]),
    }


def alone(programs):
    return {name: ([], [command], []) for name, command in programs.items()}


def measure(what, case, folder, rounds):
    apart, in_a_row = times_apart(case, rounds), times_in_a_row(case, rounds)
    more = {name: costs(parts, folder) for name, parts in case.items() if len(parts[1]) == 1}
    print(f"\n{what}, {rounds} rounds")
    print(f"{'':16}{'apart ms':>10}{f'to {REFERENCE}':>10}{'in a row':>10}{f'to {REFERENCE}':>10}", end="")
    print(f"{'peak MB':>10}{'system calls':>14}" if more else "")
    for name in case:
        columns = beside_reference(name, apart) + beside_reference(name, in_a_row)
        print(f"{name:16}{columns}" + ("{:10.1f}{:14}".format(*more[name]) if name in more else ""))


def beside_reference(name, times):
    ratio = f"{times[name] / times[REFERENCE]:.2f}" if REFERENCE in times else "-"
    return f"{times[name]:10.2f}{ratio:>10}"


def times_apart(case, rounds):
    """Medians of milliseconds."""
    times = {name: [] for name in case}
    for _ in range(rounds):
        for name, (before, measured, after) in case.items():
            run_all(before)
            time.sleep(PAUSE)
            times[name].append(run_all(measured))
            run_all(after)
    return {name: statistics.median(values) for name, values in times.items()}


def times_in_a_row(case, rounds):
    """Medians of milliseconds; the first of each row, which had a neighbour, are left out."""
    times = {name: [] for name in case}
    for _ in range(0, rounds, BLOCK):
        for name, (before, measured, after) in case.items():
            run_all(before)
            row = [run_all(measured) for _ in range(WARM_UP + BLOCK)]
            times[name] += row[WARM_UP:]
            run_all(after)
    return {name: statistics.median(values) for name, values in times.items()}


def costs(parts, folder):
    """Peak memory and system calls of the one command that is measured."""
    before, [command], after = parts
    run_all(before)
    found = (peak_megabytes(command, folder), system_calls(command, folder))
    run_all(after)
    return found


def without_refusals(programs):
    """Those that can do it here; of the others it is printed why not."""
    able = {}
    for name, command in programs.items():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            able[name] = command
        else:
            print(f"{name:16}refuses: {(done.stderr.splitlines() or ['it says nothing'])[-1][:100]}")
    return able


def run_all(commands):
    return sum(milliseconds(command) for command in commands)


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


def measure_growth(folder, states, rootfs, counts, rounds):
    """The cost of a start while others run."""
    programs = commands(folder, states, rootfs, "v1")
    programs = {name: programs[name] for name in ("bound", "cooper-runtime", "crun")}
    runtime = runtimes(folder, states, "v1")["cooper-runtime"]
    medians, running = {}, []
    print(f"/bin/true in a container while others run, {rounds} rounds: median ms")
    print(f"{'running':>16}" + "".join(f"{name:>16}" for name in programs))
    try:
        for count in counts:
            while len(running) < count:
                name = f"{NAME}-{len(running)}"

                def change(config, name=name):
                    waits(config)
                    config["linux"]["cgroupsPath"] = f"/{PARENT}/{name}"

                running.append(name)
                bundle = make_variant(folder, name, change)
                milliseconds([*runtime, "create", "--bundle", str(bundle), name])
                milliseconds([*runtime, "start", name])
            medians[count] = times_apart(alone(programs), rounds)
            print(f"{count:16}" + "".join(f"{medians[count][name]:16.2f}" for name in programs))
    finally:
        for name in running:
            subprocess.run([*runtime, "delete", "-f", name], check=False)
        for cgroup in Path("/sys/fs/cgroup").glob(f"*/{PARENT}"):
            cgroup.rmdir()
    first, last = medians[counts[0]], medians[counts[-1]]
    grown = {name: last[name] / first[name] for name in programs}
    print(f"{'growth':>16}" + "".join(f"{grown[name]:16.2f}" for name in programs))
    print(f"cooper-runtime's growth after the bound's: {grown['cooper-runtime'] / grown['bound']:.2f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--view", choices=["v1", "hybrid", "none"], default="v1")
    parser.add_argument("--running", type=lambda text: [int(word) for word in text.split(",")])
    parser.add_argument("rounds", nargs="?", type=int, default=100)
    choices = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cooper-bench-") as name, tempfile.TemporaryDirectory(
        prefix="cooper-bench-", dir="/dev/shm"
    ) as other:
        folder, states = Path(name), Path(other)
        rootfs = make_rootfs(folder)
        make_bundle(folder, rootfs, choices.view)
        if choices.running:
            measure_growth(folder, states, rootfs, choices.running, choices.rounds)
            return
        titles = {"v1": "one version of cgroups", "hybrid": "the machine's cgroups", "none": "no cgroups"}
        print(f"\n== {titles[choices.view]} ==")
        programs = without_refusals(commands(folder, states, rootfs, choices.view))
        known = runtimes(folder, states, choices.view)
        able = {name: known[name] for name in known if name in programs}
        for what, case in cases(folder, programs, able).items():
            measure(what, case, folder, choices.rounds)


if __name__ == "__main__":
    main()
