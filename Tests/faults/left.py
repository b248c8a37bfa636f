"""What a container leaves on the machine."""

import glob
import os
import pathlib

from bundles import CGROUPS

NAME = f"cooper-fault-{os.urandom(4).hex()}"


def remains(runtime):
    """What there is of the container: its directory, its cgroups and systemd's scope, its mounts, processes
    that its id names."""
    names = (NAME, f"*/{NAME}", f"*/cooper-{NAME}.scope")
    cgroups = [path for name in names for path in glob.glob(f"{CGROUPS}/{name}")]
    units = [
        path
        for folder in ("/run", "/run/user/*")
        for path in glob.glob(f"{folder}/systemd/transient/cooper-{NAME}.scope")
    ]
    places = [str(runtime.state / NAME), *cgroups, *units]
    left = [place for place in places if os.path.exists(place)] + mounts(runtime)
    return left + [f"process {pid}" for pid in processes(NAME)]


def mounts(runtime):
    """The topmost mounts below the test's folder, but for the directory of all containers."""
    found = []
    for line in sorted(open("/proc/self/mountinfo"), key=lambda line: line.split()[4]):
        place = line.split()[4]
        is_ours = place.startswith(f"{runtime.state.parent}/") and place != str(runtime.state)
        if is_ours and not any(place.startswith(f"{above}/") or place == above for above in found):
            found.append(place)
    return found


def processes(name):
    """Whose command line has a word that begins so; the injector itself has it too."""
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            words = pathlib.Path(path).read_bytes().split(b"\0")
        except OSError:
            continue
        if any(word.startswith(name.encode()) for word in words) and "inject" not in os.path.basename(
            words[0].decode()
        ):
            yield int(path.split("/")[2])
