"""The figures of levels 06 to 09."""

from drawing import Drawing


def two_pids():
    drawing = Drawing(
        "One process, two pids",
        """Four processes in rows, with the pid that the host calls them by at the left, and the pid in the
        container at the right. The host's first process: 1 on the host; in the container it has no
        number, it isn't there. rd, the parent: 310 on the host; in the container it isn't there either,
        and its child sees 0 in its place when it asks for its parent. The init, rd's child: 311 on the
        host, 1 in the container. The command: 312 on the host, 2 in the container. The last two are in
        the container's pid namespace and in the host's at once.""",
    )
    drawing.text(14, 24, "on the host", "t", 12, bold=True)
    drawing.text(180, 24, "the process", "q", 11, "middle")
    drawing.text(346, 24, "in the container", "t", 12, "end", bold=True)
    drawing.box(86, 138, 262, 116, "own")
    rows = [
        ("1", ("host", "the host's first"), ("gone", "not there")),
        ("310", ("host", "rd, the parent"), ("gone", "not there: 0")),
        ("311", ("new", "new: the init", "rd's child"), ("new", "new: 1")),
        ("312", ("new", "new: the command", "the init's child"), ("new", "new: 2")),
    ]
    y = 36
    for number, (outside, process, inside) in enumerate(rows):
        top = y + number * 48 + (10 if number > 1 else 0)
        drawing.box(14, top, 58, 40, "host", outside, size=13, mono=True)
        drawing.box(96, top, 136, 40, *process, size=11)
        drawing.line((72, top + 20), (96, top + 20))
        if number > 1:
            drawing.line((232, top + 20), (252, top + 20))
        drawing.box(252, top, 88, 40, *inside, size=11)
    drawing.text(96, 247, "the container's pid namespace", "t", 11)
    drawing.text(14, 280, "The host sees all four. The container sees its own two.", "q", 11.5)
    return drawing


def unshare_and_clone():
    drawing = Drawing(
        "Who is in which namespace after unshare and after clone",
        """Two frames, each with rd, which calls, and its child. Above, after unshare with the flags of all
        namespaces and then fork: of mounts, host name, queues and network rd itself is in the new ones,
        and so is its child; of pids rd stays in the host's, and only its child is in the new one, as pid
        1. Below, after clone with the same flags: rd stays in the host's of every kind, and the child
        alone is in the new ones, of pids as pid 1.""",
    )
    frames = [
        (
            "unshare(flags), then fork()",
            [("new", "new", "rd has moved"), ("own", "new, too", "by fork")],
            [("host", "the host's", "rd never moves"), ("new", "new: pid 1", "the first child")],
            "For pids it counts only for the children to come.",
        ),
        (
            "clone(flags)",
            [("host", "the host's", "as before"), ("new", "new", "by clone")],
            [("host", "the host's", "as before"), ("new", "new: pid 1", "by clone")],
            "The caller stays where it was, in all of them.",
        ),
    ]
    for number, (caption, others, pids, note) in enumerate(frames):
        top = number * 190
        drawing.text(14, top + 24, caption, "t", 12.5, bold=True, mono=True)
        drawing.text(168, top + 46, "rd, who calls", "q", 11, "middle")
        drawing.text(288, top + 46, "its child", "q", 11, "middle")
        drawing.text(14, top + 70, "mounts, name,", "t", 11)
        drawing.text(14, top + 84, "queues, net", "t", 11)
        drawing.text(14, top + 126, "pids", "t", 11)
        for row, boxes in enumerate((others, pids)):
            for column, (kind, *lines) in enumerate(boxes):
                drawing.box(112 + 120 * column, top + 54 + 50 * row, 112, 42, kind, *lines, size=11)
        drawing.text(14, top + 168, note, "q", 11.5)
        if number == 0:
            drawing.line((14, top + 184), (346, top + 184), kind="dash")
    return drawing


def cgroup_trees():
    drawing = Drawing(
        "Version 1 of cgroups with a tree for each controller, and version 2 with one tree",
        """Two frames. Above, version 1: three trees side by side, cpu, memory and pids, each mounted by
        itself below /sys/fs/cgroup. In each there is a directory cooper.rd-311, made for the same
        process, with that controller's file: cpu.shares, memory.limit_in_bytes, pids.max. The process
        is in three places. Below, version 2: one tree, /sys/fs/cgroup, whose cgroup.subtree_control
        says cpu memory pids. In it are system.slice, user.slice and one directory cooper.rd-311, with
        the files of all three: cpu.weight, memory.max, pids.max. The process is in one place.""",
    )
    drawing.text(14, 24, "version 1: a tree for each controller", "t", 12.5, bold=True)
    for number, (tree, file) in enumerate(
        [("cpu", "cpu.shares"), ("memory", "memory.limit…"), ("pids", "pids.max")]
    ):
        x = 14 + number * 114
        drawing.box(x, 38, 104, 32, "host", f"…/{tree}", size=12, mono=True)
        drawing.line((x + 52, 70), (x + 52, 88))
        drawing.box(x, 88, 104, 58, "new", "new", "cooper.rd-311", file, size=10.5)
    drawing.line((14, 164), (346, 164), kind="dash")
    drawing.text(14, 190, "version 2: one tree", "t", 12.5, bold=True)
    drawing.box(66, 204, 228, 42, "host", "/sys/fs/cgroup", "subtree_control: cpu memory pids", size=11)
    for x, kind, *lines in [
        (14, "host", "system.slice", "the services"),
        (128, "host", "user.slice", "the people"),
        (242, "new", "new", "cooper.rd-311", "cpu.weight", "memory.max", "pids.max"),
    ]:
        drawing.line((180, 246), (180, 256), (x + 52, 256), (x + 52, 266))
        drawing.box(x, 266, 104, 44 if kind == "host" else 92, kind, *lines, size=10.5)
    return drawing


def figures():
    return {
        "two-pids": two_pids(),
        "unshare-and-clone": unshare_and_clone(),
        "cgroup-trees": cgroup_trees(),
    }
