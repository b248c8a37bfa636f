"""Places in an image, and the mounts at them. Given."""

import os
import re

import linux


def place_inside(root, path, is_directory):
    """Where `path` of an image that lies at `root` is on the host. A symbolic link of the image is followed
    as it will be in the container: it never leads out. What is missing is made: directories, and at the end a
    directory or a file. Nobody changes the image meanwhile, for nothing runs in it yet."""
    rest, found, links = names(path), [], 0
    while rest:
        name = rest.pop(0)
        if name == "..":
            del found[-1:]
            continue
        place = "/".join([root, *found, name])
        if os.path.islink(place):
            links += 1
            if links > 40:
                raise OSError(f"{path}: too many symbolic links")
            link = os.readlink(place)
            found = [] if link.startswith("/") else found
            rest = names(link) + rest
            continue
        found.append(name)
        if os.path.exists(place):
            continue
        if rest or is_directory:
            os.mkdir(place)
        else:
            os.mknod(place)
    return "/".join([root, *found])


def mount_at(path):
    """The number of the mount that the path leads to, as the table has it."""
    try:
        opened = os.open(path, os.O_PATH)
    except OSError:
        return None
    with open(f"/proc/self/fdinfo/{opened}", encoding="utf-8") as about:
        number = dict(line.split(":", 1) for line in about)["mnt_id"].strip()
    os.close(opened)
    return number


def names(path):
    return [name for name in path.split("/") if name not in ("", ".")]


def mounts(place):
    """Those at that place and below it, each with the flags that a user namespace doesn't let go. One that
    another is mounted over has no path, and is left out: nobody reaches it."""
    known = {"nosuid": linux.MS_NOSUID, "nodev": linux.MS_NODEV, "noexec": linux.MS_NOEXEC}
    with open("/proc/self/mountinfo", encoding="utf-8") as table:
        for fields in (line.split() for line in table):
            # The table writes a space as \\040.
            found = re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), fields[4])
            if (found == place or found.startswith(f"{place}/")) and mount_at(found) == fields[0]:
                yield found, sum(known.get(option, 0) for option in fields[5].split(","))
