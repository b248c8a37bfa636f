"""Devices: config-linux.md, "Devices", "Default Devices" and "Allowed Device list"; runtime-linux.md."""

import os
import stat

import pytest
from bundles import CAPABILITIES

covers = pytest.mark.covers
KMSG = {"type": "c", "path": "/dev/kmsg", "major": 1, "minor": 11, "fileMode": 0o666}
DEFAULT = {"null": "1:3", "zero": "1:5", "full": "1:7", "random": "1:8", "urandom": "1:9", "tty": "5:0"}


def with_kmsg(box):
    """A device that no runtime allows by itself; to open it takes CAP_SYSLOG."""
    box.linux["devices"] = [KMSG]
    for kind in ("bounding", "permitted", "effective"):
        box.process["capabilities"][kind] = [*CAPABILITIES, "CAP_SYSLOG"]


@covers("rule:default-devices")
def test_the_default_devices(box):
    """config-linux.md, Default Devices: null, zero, full, random, urandom and tty MUST be supplied, for
    everybody."""
    text = box.output(f"cd /dev; stat -c '%n %t:%T %a %F' {' '.join(DEFAULT)}")
    for line in text.splitlines():
        name, number, mode, kind = line.split(" ", 3)
        assert (number, mode, kind) == (DEFAULT[name], "666", "character special file")
    assert len(text.splitlines()) == len(DEFAULT)


@covers("rule:default-devices")
def test_the_default_devices_can_be_used(box):
    """config-linux.md, Allowed Device list: the default devices are usable though all others are denied."""
    text = "echo x > /dev/null; head -c 3 /dev/zero | wc -c; head -c 2 /dev/urandom | wc -c; "
    text += "(echo x > /dev/full) 2>&1 | grep -c space"
    assert box.output(text).split() == ["3", "2", "1"]


@covers("rule:ptmx")
def test_ptmx(box):
    """config-linux.md, Default Devices: /dev/ptmx is a bind mount or symlink of the container's
    /dev/pts/ptmx."""
    text = box.output("readlink -f /dev/ptmx; stat -L -c '%t:%T' /dev/ptmx; ls /dev/pts")
    assert text.split()[1:] == ["5:2", "ptmx"]


@covers("rule:no-console-without-a-terminal")
def test_without_a_terminal_there_is_no_console(box):
    """config-linux.md, Default Devices: /dev/console is set up if terminal is enabled."""
    assert box.output("test -e /dev/console || echo none") == "none\n"


@covers(
    "linux.devices",
    "linux.devices[].type*",
    "linux.devices[].path*",
    "linux.devices[].major",
    "linux.devices[].minor",
    "linux.devices[].fileMode",
    "linux.devices[].uid",
    "linux.devices[].gid",
)
@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("c", "character special file"),
        ("u", "character special file"),
        ("b", "block special file"),
        ("p", "fifo"),
    ],
)
def test_a_device(box, kind, words):
    """config-linux.md, Devices: type c, b, u or p at path, with its numbers, mode and owner."""
    entry = {"type": kind, "path": "/dev/special", "fileMode": 0o640, "uid": 12, "gid": 34}
    if kind != "p":
        entry.update(major=7, minor=99)
    box.linux["devices"] = [entry]
    seen = box.output("stat -c '%F %a %u %g %t:%T' /dev/special").strip()
    assert seen == f"{words} 640 12 34 {'0:0' if kind == 'p' else '7:63'}"


@covers("linux.devices[].path*")
def test_a_device_outside_dev(box):
    """config-linux.md, Devices: the path MAY be anywhere in the container, notably outside of /dev."""
    box.linux["devices"] = [{"type": "c", "path": "/opt/deep/null", "major": 1, "minor": 3}]
    assert box.output("stat -c %t:%T /opt/deep/null; echo x > /opt/deep/null") == "1:3\n"


@covers("linux.devices[].path*", "rule:a-device-in-the-way")
def test_a_file_in_the_way_is_an_error(box):
    """config-linux.md, Devices: if a file that does not match already exists at path, the runtime MUST
    generate an error."""
    (box.rootfs / "opt").mkdir()
    (box.rootfs / "opt/null").write_text("a file")
    box.linux["devices"] = [{"type": "c", "path": "/opt/null", "major": 1, "minor": 3}]
    box.refused()
    assert (box.rootfs / "opt/null").read_text() == "a file"


@covers("linux.devices[].type*")
def test_an_unknown_kind_of_device_is_an_error(box):
    """config-linux.md, Devices: type is one of c, b, u and p."""
    box.linux["devices"] = [{"type": "x", "path": "/dev/special", "major": 1, "minor": 3}]
    box.refused()


@covers("linux.resources.devices", "linux.resources.devices[].allow*", "linux.resources.devices[].access")
def test_what_is_denied_cannot_be_made(box):
    """config-linux.md, Allowed Device list: with everything denied a device that isn't allowed can be
    neither read nor written."""
    with_kmsg(box)
    box.linux["resources"]["devices"] = [{"allow": False, "access": "rwm"}]
    assert box.output("(: < /dev/kmsg) 2>/dev/null && echo read || echo refused") == "refused\n"


@covers(
    "linux.resources.devices[].allow*",
    "linux.resources.devices[].type",
    "linux.resources.devices[].major",
    "linux.resources.devices[].minor",
    "linux.resources.devices[].access",
)
@pytest.mark.parametrize(
    ("access", "seen"), [("r", "read"), ("w", "written"), ("rw", "read written"), ("m", "")]
)
def test_a_device_that_is_allowed(box, access, seen):
    """config-linux.md, Allowed Device list: access is r, w and m, for one type, major and minor."""
    with_kmsg(box)
    box.linux["resources"]["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, "type": "c", "major": 1, "minor": 11, "access": access},
    ]
    text = "(: < /dev/kmsg) 2>/dev/null && echo read; (: > /dev/kmsg) 2>/dev/null && echo written; true"
    assert box.output(text).split() == seen.split()


@covers(
    "linux.resources.devices[].major", "linux.resources.devices[].minor", "linux.resources.devices[].type"
)
def test_what_is_not_set_means_all(box):
    """config-linux.md, Allowed Device list: unset values of type, major and minor mean all."""
    with_kmsg(box)
    box.linux["resources"]["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, "type": "c", "major": 1, "access": "r"},
    ]
    assert box.output("(: < /dev/kmsg) 2>/dev/null && echo read || echo refused") == "read\n"
    box.linux["resources"]["devices"] = [{"allow": True, "access": "rwm"}]
    assert box.output("(: < /dev/kmsg) 2>/dev/null && echo read || echo refused") == "read\n"


@covers(*[f"linux.resources.devices[].{name}" for name in ("type", "major", "minor")])
def test_a_rule_allows_no_other_device(box):
    """config-linux.md, Allowed Device list: type, major and minor together say which device it is."""
    with_kmsg(box)
    others = [("c", 1, 77), ("c", 240, 11), ("b", 1, 11)]
    for number, (kind, major, minor) in enumerate(others):
        entry = {
            "type": kind,
            "path": f"/dev/other{number}",
            "major": major,
            "minor": minor,
            "fileMode": 0o666,
        }
        box.linux["devices"] = [*box.linux["devices"], entry]
    box.linux["resources"]["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, "type": "c", "major": 1, "minor": 11, "access": "r"},
    ]
    # What is allowed and has no driver fails otherwise.
    text = box.output("for n in 0 1 2; do (: < /dev/other$n) 2>&1 | grep -c 'not permitted'; done; true")
    assert text.split() == ["1", "1", "1"]


@covers("rule:device-rules-in-order")
def test_the_rules_are_applied_in_order(box):
    """config-linux.md, Allowed Device list: the runtime MUST apply entries in the listed order."""
    with_kmsg(box)
    rule = {"type": "c", "major": 1, "minor": 11, "access": "rwm"}
    box.linux["resources"]["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, **rule},
        {"allow": False, **rule},
    ]
    assert box.output("(: < /dev/kmsg) 2>/dev/null && echo read || echo refused") == "refused\n"


@covers("linux.resources.devices[].type", "linux.resources.devices[].access")
@pytest.mark.parametrize("rule", [{"access": "m"}, {"major": 7, "minor": 3, "access": "r"}])
@pytest.mark.parametrize("kind", [{}, {"type": "a"}])
def test_a_rule_for_both_types_is_still_a_rule(box, rule, kind):
    """config-linux.md, Allowed Device list: what is not set means all; what is set still counts."""
    with_kmsg(box)
    box.linux["resources"]["devices"] = [{"allow": False, "access": "rwm"}, {"allow": True, **kind, **rule}]
    box.save()
    done = box.run()
    if done.returncode != 0:  # it may be refused
        return
    assert box.output("(: < /dev/kmsg) 2>/dev/null && echo read || echo refused") == "refused\n"


@covers("linux.resources.devices[].access")
def test_making_a_device_is_a_right_of_its_own(box):
    """config-linux.md, Allowed Device list: m is mknod; to make a device is not to open it."""
    box.linux["resources"]["devices"] = [
        {"allow": False, "access": "rwm"},
        {"allow": True, "type": "b", "major": 7, "minor": 9, "access": "m"},
    ]
    text = "mknod /dev/made b 7 9 && echo made; (: < /dev/made) 2>/dev/null || echo refused"
    assert box.output(text).split() == ["made", "refused"]


@covers("rule:devices-leave-the-image-alone")
def test_the_image_gets_no_devices(box):
    """config-linux.md, Devices: what is supplied below a mount of /dev is not left in the root filesystem."""
    box.output("true")
    assert [path for path in (box.rootfs / "dev").rglob("*") if stat.S_ISCHR(os.lstat(path).st_mode)] == []
