"""What a container leaves on the machine."""

import glob
import os
import pathlib

NAME = f"cooper-fault-{os.urandom(4).hex()}"


def remains(runtime):
    """What there is of the container: its directory, its cgroups, processes that its id names."""
    cgroups = [*glob.glob(f"/sys/fs/cgroup/{NAME}"), *glob.glob(f"/sys/fs/cgroup/*/{NAME}")]
    places = [str(runtime.state / NAME), *cgroups]
    return [place for place in places if os.path.exists(place)] + [f"process {pid}" for pid in processes()]


def processes():
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = pathlib.Path(path).read_bytes().split(b"\0")
        except OSError:
            continue
        if NAME.encode() in words and "inject" not in os.path.basename(words[0].decode()):
            yield int(path.split("/")[2])
