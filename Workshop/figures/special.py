"""The figures of single levels."""

from drawing import Drawing


def fork_exec_wait():
    drawing = Drawing(
        "fork, exec and wait on a time line",
        """Time goes down. One process, rd with pid 100, calls fork. From there on two processes go on with
        the same program: in the parent, pid 100, fork returned 101; in the child, pid 101, it returned
        0. The parent calls waitpid and sleeps. The child calls execve: its pid stays 101, its program
        is now the command, and what was rd's memory, with any text not yet written, is gone. The
        command ends with exit status 3; until the parent asks it is a zombie. waitpid gives the parent
        the status, and the parent ends with 3 as well.""",
    )
    drawing.text(20, 22, "time", "q", 11)
    drawing.arrow((32, 30), (32, 366), kind="dash")
    drawing.box(60, 14, 130, 34, "host", "rd", "pid 100", size=11)
    drawing.arrow((125, 48), (125, 92))
    drawing.text(135, 74, "fork()", mono=True)
    drawing.arrow((125, 84), (275, 84), (275, 104))
    drawing.box(60, 94, 130, 44, "host", "parent, pid 100", "fork gave 101", size=11)
    drawing.box(210, 104, 130, 44, "own", "child, pid 101", "fork gave 0", size=11)
    drawing.text(284, 171, "execve()", mono=True, size=11)
    drawing.arrow((275, 148), (275, 184))
    drawing.box(
        210, 186, 130, 60, "new", "new: the command", "still pid 101,", "rd's memory is gone", size=10.5
    )
    drawing.arrow((125, 138), (125, 160))
    drawing.text(62, 178, "waitpid(101)", mono=True, size=11)
    drawing.text(62, 194, "sleeps", "q", 11)
    drawing.line((125, 200), (125, 296), kind="dash")
    drawing.arrow((275, 246), (275, 274))
    drawing.text(284, 264, "exit(3)", mono=True, size=11)
    drawing.box(210, 276, 130, 34, "gone", "a zombie:", "only its status", size=10.5)
    drawing.arrow((210, 303), (132, 303))
    drawing.text(171, 297, "status 3", "t", 11, "middle")
    drawing.arrow((125, 304), (125, 330))
    drawing.box(60, 332, 130, 34, "host", "rd ends", "with status 3", size=11)
    return drawing


def propagation():
    drawing = Drawing(
        "A mount under a shared and under a private root",
        """Two frames. Above, shared: unshare gave the process a copy of the host's table of mounts, and /
        is still shared, so both tables are in one peer group. The process mounts proc on image/proc,
        and the mount appears in the host's table too. Below, private: the process first made all its
        mounts private with MS_REC and MS_PRIVATE. It mounts proc on image/proc, and the host's table
        stays as it was.""",
    )
    for top, kind, name, copied in (
        (0, "host", "after unshare alone: / is shared", True),
        (212, "own", "then MS_REC | MS_PRIVATE", False),
    ):
        drawing.text(14, top + 24, name, "t", 12.5, bold=True)
        drawing.text(84, top + 46, "the host's table", "q", 11, "middle")
        drawing.text(276, top + 46, "the process's table", "q", 11, "middle")
        drawing.box(14, top + 54, 140, 30, "host", "/", size=12, mono=True)
        drawing.box(206, top + 54, 140, 30, kind, "/", size=12, mono=True)
        if copied:
            drawing.line((154, top + 65), (206, top + 65))
            drawing.line((154, top + 73), (206, top + 73))
            drawing.text(180, top + 100, "peers", "t", 11, "middle")
        else:
            drawing.text(180, top + 100, "no tie", "t", 11, "middle")
        drawing.line((276, top + 84), (276, top + 116))
        drawing.box(206, top + 116, 140, 40, "new", "new: proc on", "image/proc", size=11)
        if copied:
            drawing.line((84, top + 84), (84, top + 116))
            drawing.box(14, top + 116, 140, 40, "new", "appears here too:", "image/proc", size=11)
            drawing.arrow((206, top + 136), (156, top + 136))
        else:
            drawing.box(14, top + 116, 140, 40, "gone", "nothing appears", "image/proc is empty", size=11)
        drawing.text(14, top + 178, "what one does, both see" if copied else "the host sees nothing", "t", 12)
        if copied:
            drawing.line((14, top + 196), (346, top + 196), kind="dash")
    return drawing


def tree(drawing, x, y, caption, boxes, notes):
    """A frame. A box with a list in it is two boxes side by side."""
    for number, line in enumerate(caption):
        drawing.text(x, y + 14 * number, line, "t", 11.5 if number == 0 else 10.5, bold=number == 0)
    y += 14 * len(caption)
    for number, row in enumerate(boxes):
        pair = row if isinstance(row, list) else [row]
        for column, (kind, *lines) in enumerate(pair):
            width = 158 if len(pair) == 1 else 76
            left = x + column * 82
            drawing.box(left, y + number * 48, width, 34, kind, *lines, size=10.5 if len(pair) == 1 else 9)
            if number and kind != "gone":
                drawing.line((left + width / 2, y + number * 48 - 14), (left + width / 2, y + number * 48))
    for number, line in enumerate(notes):
        drawing.text(x, y + 48 * 3 + 10 + 14 * number, line, "q", 10.5)


def pivot_root():
    drawing = Drawing(
        "The tree of mounts in four frames around pivot_root",
        """Four frames of one table of mounts. 1, before: the host's root filesystem is at /, and the image
        is only a directory in it. 2, after the bind mount: the image is a mount of its own, on the
        directory, below the host's root; the mounts proc, sys and dev lie on it. 3, after
        pivot_root(".", "."): the image is the root of the table, and the host's root lies on top of it,
        at the same place. 4, after umount2 with MNT_DETACH: the host's root is gone from the table;
        only the image and its own mounts are left, and no path leads to the host's files.""",
    )
    host = ("host", "the host's root", "at /")
    own = ("own", "proc, sys, dev", "on the image")
    tree(
        drawing,
        14,
        24,
        ["1  before", "a directory, no mount"],
        [host],
        ["chroot could go there;", "pivot_root: EINVAL"],
    )
    tree(
        drawing,
        188,
        24,
        ["2  bind, and mounts", "MS_BIND, onto itself"],
        [host, ("new", "new: the image", "a mount by itself"), own],
        ["now it has a place", "in the tree"],
    )
    drawing.line((14, 246), (346, 246), kind="dash")
    tree(
        drawing,
        14,
        268,
        ['3  pivot_root(".", ".")', "for one moment"],
        [
            ("new", "new: the root", "the image, at /"),
            [("host", "host's root", "on top, at /"), ("own", "proc, sys,", "dev")],
        ],
        ['"." is the old root,', "ready to be unmounted"],
    )
    tree(
        drawing,
        188,
        268,
        ['4  umount2(".", DETACH)', "the end"],
        [("own", "the image", "at /"), own, ("gone", "the host's root", "no path leads there")],
        ["nothing is above /,", "so .. has nowhere to go"],
    )
    return drawing


def overlay():
    drawing = Drawing(
        "An overlay: two lower layers, copy-up and a whiteout",
        """Four rows, as seen from above, and three files in columns. The merged view, which is the
        container's root: etc/motd with the changed text, bin/ls from below, and no tmp/old. The upper
        directory, the only one written to: a changed copy of etc/motd, which was copied up when it was
        first written, and a whiteout, a character device 0,0 with the name tmp/old. The upper of the
        two lower layers, the image: etc/motd as it was, and tmp/old. The lowest layer, the base:
        bin/ls. The lower layers stay as they are.""",
    )
    left, width, gap = 14, 104, 10
    columns = [left + number * (width + gap) for number in range(3)]
    rows = [
        (
            "merged: what the container sees at /",
            [("own", "etc/motd", "changed"), ("own", "bin/ls"), ("gone", "tmp/old", "not there")],
        ),
        (
            "upper: /run/upper, in memory",
            [("new", "new: copied up", "etc/motd"), None, ("new", "new: whiteout", "tmp/old c 0,0")],
        ),
        (
            "lower, the first: the image",
            [("host", "etc/motd", "as it was"), None, ("host", "tmp/old", "still there")],
        ),
        ("lower, the last: the base", [None, ("host", "bin/ls"), None]),
    ]
    drawing.arrow((columns[0] + 52, 114), (columns[0] + 52, 74))
    drawing.arrow((columns[0] + 40, 196), (columns[0] + 40, 156), kind="dash")
    drawing.arrow((columns[1] + 52, 278), (columns[1] + 52, 74))
    drawing.line((columns[2] + 52, 114), (columns[2] + 52, 92))
    drawing.line((columns[2] + 44, 92), (columns[2] + 60, 92))
    y = 22
    for number, (caption, cells) in enumerate(rows):
        drawing.label(left, y, caption, "t", 12, bold=number == 0)
        for x, cell in zip(columns, cells):
            if cell:
                drawing.box(x, y + 10, width, 40, cell[0], *cell[1:], size=11)
        y += 82
    drawing.text(left, y - 6, "Only upper is written to; it goes with the container.", "q", 11.5)
    return drawing


def capabilities():
    drawing = Drawing(
        "The sets of capabilities through exec",
        """The five sets of a process before execve at the left, after it at the right. Bounding and
        inheritable stay as they are. Ambient stays, unless the file gives rights, by its capabilities or by
        set-user-ID; then it is emptied. Permitted and effective are forgotten and made anew. The new
        permitted set has what the file gives, cut by the bounding set, and the ambient set, and what
        process and file both have as inheritable. For user 0 every file counts as giving all. The new
        effective set is the whole permitted one, for user 0 or where the file says so, and otherwise the
        ambient one. With no_new_privs the file gives nothing: the new permitted set never has more than the
        old one.""",
    )
    drawing.text(62, 22, "before exec", "t", 12, "middle", True)
    drawing.text(298, 22, "after exec", "t", 12, "middle", True)
    rows = [("bounding", "stays"), ("inheritable", "stays"), ("ambient", "stays, or emptied")]
    for number, (name, words) in enumerate(rows):
        y = 34 + number * 50
        drawing.box(12, y, 100, 34, "own", name)
        drawing.box(248, y, 100, 34, "own", name)
        drawing.arrow((112, y + 17), (246, y + 17))
        drawing.label(118, y + 8, words, "t", 11)
    for number, name in enumerate(["permitted", "effective"]):
        y = 200 + number * 56
        drawing.box(12, y, 100, 40, "gone", name, "is forgotten", size=11)
        drawing.box(242, y, 106, 40, "new", f"new: {name}", "made anew", size=10.5)
    drawing.line((180, 151), (180, 184), kind="dash")
    drawing.line((180, 184), (298, 184), kind="dash")
    drawing.arrow((298, 184), (298, 198))
    drawing.box(126, 200, 100, 40, "host", "the file gives", "for user 0: all", size=10.5)
    drawing.arrow((226, 220), (240, 220))
    drawing.arrow((298, 240), (298, 254))
    lines = [
        ("permitted is", True),
        ("what the file gives, cut by bounding;", False),
        ("and ambient; and what file and process", False),
        ("both have as inheritable.", False),
        ("effective is", True),
        ("all of that for user 0, else ambient;", False),
        ("a file can say: all.", False),
        ("with no_new_privs", True),
        ("the file gives nothing that wasn't there.", False),
    ]
    for number, (words, is_bold) in enumerate(lines):
        drawing.text(14 if is_bold else 28, 324 + number * 18, words, "t", 12, bold=is_bold)
    return drawing


def figures():
    return {
        "fork-exec-wait": fork_exec_wait(),
        "propagation": propagation(),
        "pivot-root": pivot_root(),
        "overlay": overlay(),
        "capabilities": capabilities(),
    }
