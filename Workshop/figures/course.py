"""The figure that runs through the course: what the command's process has, beside what the host's have.

A row that the host shares with the process is one box over both columns; what the process has of its own is a
box at the right. The level's own change is in another colour, has a thick border, and says "new".
"""

from drawing import WIDTH, Drawing

# The name of a part, what the host has, and what the process has of its own from which level on.
PARTS = [
    ("process", "rd, the parent", {0: "the command, a child"}),
    (
        "root",
        "/",
        {
            1: "the image, by chroot",
            3: "the image, by pivot_root",
            4: "the image + changes",
            15: "image, changes, volumes",
        },
    ),
    ("mounts", "the host's table", {2: "its table, a copy", 3: "its table, the host's gone"}),
    ("host name", "host", {5: "its own"}),
    ("queues", "the host's", {5: "its own"}),
    ("pids", "1, 2, 3 …", {6: "1: the init"}),
    ("network", "eth0, lo", {7: "lo", 14: "lo, and a cable"}),
    ("cgroup", "the caller's", {8: "its own: cpu", 9: "cpu, memory, pids"}),
    ("user", "0, root", {10: "--user, no groups", 13: "root, inside only"}),
    ("capabilities", "all", {11: "8, and no new ones"}),
    ("system calls", "all", {12: "through a filter"}),
]
TITLES = [
    "fork and exec",
    "chroot",
    "mounts",
    "pivot_root",
    "overlay",
    "host name and queues",
    "pids",
    "network",
    "cgroup, CPU",
    "memory and pids",
    "user",
    "capabilities",
    "seccomp",
    "user namespace",
    "bridge",
    "volumes",
]


def figure(level):
    new, own, shared = [], [], []
    drawing = Drawing(f"Level {level:02}, {TITLES[level]}: the host and the command's process", "")
    drawing.text(12, 22, "part", "q")
    drawing.text(165, 22, "the host", "t", bold=True, anchor="middle")
    drawing.text(282, 22, "the process", "t", bold=True, anchor="middle")
    y = 32
    for name, host, changes in PARTS:
        reached = [number for number in changes if number <= level]
        drawing.text(12, y + 20, name, "t", 11)
        if not reached:
            drawing.box(96, y, WIDTH - 108, 30, "host", host + " — the same for both", size=11)
            shared.append(name)
        else:
            is_new = reached[-1] == level
            words = changes[reached[-1]]
            drawing.box(96, y, 88, 30, "host", host, size=9.5)
            if is_new:
                drawing.box(192, y, WIDTH - 204, 36, "new", "new", words, size=10)
            else:
                drawing.box(192, y, WIDTH - 204, 30, "own", words, size=10)
            (new if is_new else own).append(f"{name} ({words})")
            y += 6 * is_new
        y += 36
    sentences = [f"New in this level, the process has of its own: {', '.join(new)}."]
    if own:
        sentences.append(f"It has of its own already: {', '.join(own)}.")
    sentences.append(
        f"It shares with the host: {', '.join(shared)}." if shared else "It shares none of these."
    )
    drawing.description = "What the host has beside what the command's process has. " + " ".join(sentences)
    return drawing


def figures():
    return {f"level-{level:02}": figure(level) for level in range(len(TITLES))}
