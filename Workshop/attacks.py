"""The table that grows through the course: attacks in rows, levels in columns."""

# What is tried from inside, the level from which on it can be, and the level that refuses it.
ATTACKS = [
    ("read a file of the host by its path", 0, 1),
    ("mount or unmount on the host", 0, 2),
    ("walk out by a second chroot (`rd escape`, from level 03)", 1, 3),
    ("change the image for the next container", 1, 4),
    ("read the host's files through /proc/1/root", 2, 6),
    ("rename the host", 0, 5),
    ("read the host's System V queues", 0, 5),
    ("see and end the host's processes", 0, 6),
    ("answer on the host's network", 0, 7),
    ("take all processors from the others", 0, 8),
    ("take all memory, or all pids", 0, 9),
    ("write files as root", 0, 10),
    ("set the clock, open the host's disk", 0, 11),
    ("ask the kernel for keys, filesystems, BPF programs", 0, 12),
    ("be root on the host too, after a way out was found", 12, 13),
]


def cell(begins, refused, level, now):
    if level < begins:
        return ""
    if now is not None and level == now:
        return "?"
    return "works" if level < refused else "**refused**"


def table(name):
    """Up to that level, whose own cells are the learner's to fill; or the whole table, filled."""
    now = int(name[:2]) if name else None
    levels = range(0, (16 if now is None else now) + 1)
    lines = ["| from inside, as root | " + " | ".join(f"{level:02}" for level in levels) + " |"]
    lines.append("|---|" + "---|" * len(levels))
    for text, begins, refused in ATTACKS:
        if now is None or begins <= now:
            lines.append(f"| {text} | " + " | ".join(cell(begins, refused, n, now) for n in levels) + " |")
    return lines
