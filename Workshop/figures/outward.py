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


def way_out():
    drawing = Drawing(
        "A packet's way out, and one's way in",
        """A packet's way out, from top to bottom. In the container: eth0 with the address 10.88.0.2. Its
        cable leads to rd2 on the host, which is plugged into the bridge rd0, 10.88.0.1. The host
        forwards it. On the way out nft writes the host's address, 192.0.2.1, over the sender's,
        10.88.0.2. So it leaves by the host's own device, to 192.0.2.2, elsewhere. From bottom to top,
        the way in to a published port: what comes to 192.0.2.1, port 8080, gets the target 10.88.0.2,
        port 80.""",
    )
    drawing.text(14, 24, "container", "t", 12.5, bold=True)
    drawing.box(60, 34, 240, 34, "new", "eth0: 10.88.0.2", size=11)
    drawing.text(14, 112, "host", "t", 12.5, bold=True)
    drawing.box(60, 122, 240, 34, "new", "rd2, the cable's other end", size=11)
    drawing.box(60, 176, 240, 34, "new", "rd0, the bridge: 10.88.0.1", size=11)
    drawing.box(14, 234, 156, 50, "own", "masquerade", "from 10.88.0.2 → 192.0.2.1", size=10)
    drawing.box(190, 234, 156, 50, "own", "dnat", "to :8080 → 10.88.0.2:80", size=10)
    drawing.box(60, 308, 240, 34, "host", "its own device: 192.0.2.1", size=11)
    drawing.text(14, 386, "elsewhere", "t", 12.5, bold=True)
    drawing.box(60, 396, 240, 34, "host", "192.0.2.2", size=11)
    for top, bottom in [(68, 122), (156, 176), (210, 234), (284, 308), (342, 396)]:
        drawing.arrow((110, top), (110, bottom))
        drawing.arrow((250, bottom), (250, top))
    drawing.text(120, 96, "out", "q", 11)
    drawing.text(226, 96, "in", "q", 11)
    return drawing


def figures():
    return {"uid-map": uid_map(), "way-out": way_out()}
