"""The figures of the levels that look outward: whose ids are whose, and a packet's way out."""

from drawing import Drawing


def uid_map():
    drawing = Drawing(
        "uid_map as two rulers",
        """Two rulers, one above the other. Above, the ids inside the container: 0, root; then 1 to 65536.
        Below, the ids of the host: 0, root; 1000, you; 100000 to 165535, set aside for you in /etc/subuid.
        The first line of the map, 0 1000 1, ties root inside to you outside. The second line, 1 100000
        65536, ties the ids from 1 on to the range. The host's root is tied to nothing: inside, what is
        its shows as 65534, nobody.""",
    )
    drawing.text(14, 24, "inside", "t", 12.5, bold=True)
    drawing.box(14, 34, 64, 40, "new", "0", "root", size=11)
    drawing.box(86, 34, 180, 40, "own", "1 … 65536", "other users", size=11)
    drawing.box(274, 34, 72, 40, "gone", "65534", "nobody", size=11)
    drawing.text(14, 222, "outside: the host", "t", 12.5, bold=True)
    drawing.box(14, 160, 64, 40, "host", "0", "root", size=11)
    drawing.box(86, 160, 64, 40, "new", "1000", "you", size=11)
    drawing.box(166, 160, 180, 40, "own", "100000 … 165535", "set aside for you", size=11)
    drawing.arrow((46, 74), (46, 104), (118, 104), (118, 158))
    drawing.text(50, 98, "0 1000 1", size=10.5)
    drawing.arrow((176, 74), (176, 124), (256, 124), (256, 158))
    drawing.text(180, 118, "1 100000 65536", size=10.5)
    drawing.text(14, 244, "The host's 0 has no number inside: it shows as nobody,", "q", 11)
    drawing.text(14, 260, "and nobody inside can become it.", "q", 11)
    return drawing


def figures():
    return {"uid-map": uid_map()}
