"""What a start of a container by cooper-runtime may cost: the number of system calls, which doesn't depend on
how busy the machine is, and memory. Where /sys/fs/cgroup shows the hierarchies of version 1 alone, and with
the bundle of the benchmark: the default one of runc."""

import json
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
VIEW = ROOT / "Benchmarks/v1-view.sh"
sys.path.append(str(VIEW.parent))
import containers  # noqa: E402

RUNTIME = os.environ.get("RUNTIME") or str(ROOT / ".build/release/cooper-runtime")
# What it costs now. Who lowers a number writes it here; who has to raise one says why in docs/decisions/0016.
CALLS = {"run": 403, "exec": 175}
# In KB, of the largest process. Mostly pages of the program, with the 64 KB around each that is touched.
# The linker puts side by side what is called; `make order` lists that anew.
PEAK = 4500

pytestmark = pytest.mark.requires("root", "runc", "strace", "time", "cgroup-v1")


@pytest.fixture(name="bundle")
def bundle_fixture(tmp_path):
    containers.make_bundle(tmp_path, containers.make_rootfs(tmp_path))
    return tmp_path


def configure(bundle, change):
    file = bundle / "config.json"
    config = json.loads(file.read_text())
    change(config)
    file.write_text(json.dumps(config))


def in_view(script, *arguments):
    """What a shell prints there; it must succeed."""
    command = [VIEW, "sh", "-ec", script, "sh", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def total(table):
    return int(next(line for line in table.splitlines() if line.endswith("total")).split()[3])


def test_system_calls_of_a_run(bundle):
    script = f"""
      strace -f -c -o "$2/calls" "$1" --root "$2/state" run --bundle "$2" {containers.NAME}
      cat "$2/calls"
    """
    assert total(in_view(script, RUNTIME, bundle)) <= CALLS["run"]


def test_system_calls_of_an_exec(bundle):
    configure(bundle, lambda config: config["process"].update(args=["/bin/busybox", "sleep", "1000"]))
    script = f"""
      runtime() {{ "$program" --root "$bundle/state" "$@"; }}
      program=$1 bundle=$2
      runtime create --bundle "$bundle" {containers.NAME} >/dev/null 2>&1 </dev/null
      runtime start {containers.NAME}
      strace -f -c -o "$bundle/calls" "$program" --root "$bundle/state" exec {containers.NAME} /bin/true
      runtime delete --force {containers.NAME}
      cat "$bundle/calls"
    """
    assert total(in_view(script, RUNTIME, bundle)) <= CALLS["exec"]


def test_peak_memory_of_a_run(bundle):
    script = f"""
      /usr/bin/time -f %M -o "$2/peak" "$1" --root "$2/state" run --bundle "$2" {containers.NAME}
      cat "$2/peak"
    """
    assert int(in_view(script, RUNTIME, bundle)) <= PEAK


def test_a_start_with_half_a_megabyte(bundle):
    """What the runtime itself needs between clone and exec is charged to the container's cgroup. runc refuses
    the limit: it uses four times as much there."""

    def limit(config):
        config["linux"]["resources"]["memory"] = {"limit": 512 << 10}
        config["process"]["args"] = ["/bin/busybox", "cat", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]

    configure(bundle, limit)
    printed = in_view(f'"$1" --root "$2/state" run --bundle "$2" {containers.NAME}', RUNTIME, bundle)
    assert printed == "524288\n"
