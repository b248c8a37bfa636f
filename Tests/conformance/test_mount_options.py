"""Each mount option: config.md, "Mounts", "Linux mount options"; what mount(8) says of each decides."""

import subprocess

import pytest

covers = pytest.mark.covers
needs = pytest.mark.needs

# option: what else is given, and what must and what must not be among the options of the mount or filesystem
FLAGS = {
    "async": (["sync"], "", "sync"),
    "atime": (["noatime"], "", "noatime"),
    "dev": (["nodev"], "", "nodev"),
    "diratime": (["nodiratime"], "", "nodiratime"),
    "dirsync": ([], "dirsync", ""),
    "exec": (["noexec"], "", "noexec"),
    "iversion": ([], "rw", ""),
    "lazytime": ([], "lazytime", ""),
    "loud": (["silent"], "rw", ""),
    "noatime": ([], "noatime", "relatime"),
    "nodev": ([], "nodev", ""),
    "nodiratime": ([], "nodiratime", ""),
    "noexec": ([], "noexec", ""),
    "noiversion": (["iversion"], "rw", ""),
    "nolazytime": (["lazytime"], "rw", "lazytime"),
    "norelatime": (["relatime"], "rw", "noatime"),
    "nostrictatime": (["strictatime"], "relatime", "noatime"),
    "nosuid": ([], "nosuid", ""),
    "relatime": ([], "relatime", "noatime"),
    "ro": ([], "ro", "rw"),
    "rw": (["ro"], "rw", "ro"),
    "silent": ([], "rw", ""),
    "strictatime": ([], "rw", "relatime noatime"),
    "suid": (["nosuid"], "", "nosuid"),
    "sync": ([], "sync", ""),
    "nosymfollow": ([], "nosymfollow", ""),
    "symfollow": (["nosymfollow"], "", "nosymfollow"),
    "mand": ([], "rw", ""),
    "nomand": ([], "rw", "mand"),
}


def marked(names, prefix="option:"):
    return [pytest.param(name, marks=covers(prefix + name)) for name in names]


@pytest.mark.parametrize("option", marked(FLAGS))
def test_a_flag_of_a_filesystem(box, option):
    """config.md, Linux mount options: each name has the meaning of mount(8), and where two clash the later
    one decides."""
    others, wanted, unwanted = FLAGS[option]
    box.mount("/mnt", "tmpfs", "tmpfs", *others, option)
    box.script("grep ' /mnt ' /proc/self/mountinfo")
    fields = box.output().split()
    own, of_filesystem = set(fields[5].split(",")), set(fields[-1].split(","))
    of_filesystem -= {"rw", "ro"}
    assert set(wanted.split()) <= own | of_filesystem
    assert not set(unwanted.split()) & (own | of_filesystem)


@pytest.mark.parametrize(
    "option",
    marked(
        [
            "async",
            "atime",
            "defaults",
            "dev",
            "diratime",
            "exec",
            "loud",
            "nomand",
            "nostrictatime",
            "rw",
            "silent",
        ]
    )
    + marked(["suid", "symfollow", "norelatime", "noiversion", "nolazytime"]),
)
def test_an_option_that_names_the_default_changes_nothing(box, option):
    """config.md, Linux mount options: an option that names the default is taken as such, not handed to the
    filesystem."""
    box.mount("/mnt", "tmpfs", "tmpfs", option)
    fields = box.output("grep ' /mnt ' /proc/self/mountinfo").split()
    assert set(fields[5].split(",")) == {"rw", "relatime"}


@covers("mounts[].options", "option:data")
def test_any_other_option_goes_to_the_filesystem(box):
    """config.md, Mounts: options that aren't in the table are the filesystem's, comma-separated."""
    box.mount("/fresh", "tmpfs", "tmpfs", "nosuid", "size=1m", "mode=1710", "uid=7")
    assert box.output("stat -c '%a %u' /fresh; df -k /fresh | tail -1").split()[:4] == [
        "1710",
        "7",
        "tmpfs",
        "1024",
    ]


@covers("option:data")
def test_the_mode_of_a_tmpfs_on_a_directory_that_is_there(box):
    """config.md, Mounts: an option that isn't in the table is the filesystem's, wherever it is mounted."""
    box.mount("/mnt", "tmpfs", "tmpfs", "mode=1710")
    assert box.output("stat -c %a /mnt") == "1710\n"


@covers("option:data")
def test_an_option_that_nobody_knows_is_an_error(box):
    """config.md, Mounts: an option that the filesystem refuses cannot be applied: an error."""
    box.mount("/mnt", "tmpfs", "tmpfs", "no-such-option")
    box.refused()


@pytest.fixture(name="tree")
def tree_fixture(folder):
    """A directory of the host with a mount below it."""
    tree = folder / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / "file").write_text("file")
    subprocess.run(["mount", "-t", "tmpfs", "sub", tree / "sub"], check=True)
    (tree / "sub/inner").write_text("inner")
    yield tree
    subprocess.run(["umount", "-l", tree / "sub"], check=True)


@covers("option:bind", "mounts", "mounts[].source", "mounts[].destination*", "mounts[].type")
def test_bind(box, tree):
    """config.md, Mounts: with bind, source is a file or a directory of the host, without what is mounted
    below."""
    box.mount("/mnt", "none", tree, "bind")
    assert box.output("cat /mnt/file; ls /mnt/sub") == "file"


@covers("option:bind")
def test_an_option_of_a_filesystem_means_nothing_to_a_bind_mount(box, tree):
    """config.md, Mounts: what mount(8) says of bind mounts: the options of a filesystem are passed over."""
    box.mount("/mnt", "none", tree, "nosuid", "mode=755", "size=1k", "bind")
    assert box.output("cat /mnt/file") == "file"


@covers("option:rbind")
def test_rbind(box, tree):
    """config.md, Linux mount options: rbind takes what is mounted below too."""
    box.mount("/mnt", "none", tree, "rbind")
    assert box.output("cat /mnt/file /mnt/sub/inner") == "fileinner"


@pytest.mark.parametrize(
    "option", marked(["ro", "noexec", "nosuid", "nodev", "noatime", "nodiratime", "nosymfollow"])
)
def test_a_flag_of_a_bind_mount(box, tree, option):
    """config.md, Linux mount options: a bind mount has flags of its own, and those below it don't get them.
    config.md, Linux mount options: a bind mount has flags of its own, and those below it don't get them."""
    box.mount("/mnt", "bind", tree, "rbind", option)
    text = box.output("cat /proc/self/mountinfo")
    lines = {line.split()[4]: set(line.split()[5].split(",")) for line in text.splitlines()}
    assert option in lines["/mnt"]
    assert option not in lines["/mnt/sub"]
    before = {line.split()[4]: line.split()[5] for line in open("/proc/self/mountinfo")}
    assert option not in before[str(tree / "sub")].split(",")


RECURSIVE = {
    "rro": ("ro", True),
    "rrw": ("ro", False),
    "rnosuid": ("nosuid", True),
    "rsuid": ("nosuid", False),
    "rnodev": ("nodev", True),
    "rdev": ("nodev", False),
    "rnoexec": ("noexec", True),
    "rexec": ("noexec", False),
    "rnodiratime": ("nodiratime", True),
    "rdiratime": ("nodiratime", False),
    "rnoatime": ("noatime", True),
    "ratime": ("noatime", False),
    "rrelatime": ("relatime", True),
    "rnorelatime": ("noatime", False),
    "rstrictatime": ("relatime", False),
    "rnostrictatime": ("relatime", True),
    "rnosymfollow": ("nosymfollow", True),
    "rsymfollow": ("nosymfollow", False),
}
# The state before, where an option takes something away.
BEFORE = {
    "rrw": "ro",
    "rsuid": "nosuid",
    "rdev": "nodev",
    "rexec": "noexec",
    "rdiratime": "nodiratime",
    "ratime": "noatime",
}
BEFORE |= {"rrelatime": "strictatime", "rsymfollow": "nosymfollow", "rnostrictatime": "strictatime"}


@pytest.mark.parametrize("option", marked(RECURSIVE))
def test_a_recursive_flag(box, tree, option):
    """config.md, Linux mount options: a name with an r before it holds for the mount and all below it."""
    flag, is_there = RECURSIVE[option]
    if option in BEFORE:
        subprocess.run(["mount", "-o", f"remount,bind,{BEFORE[option]}", tree / "sub"], check=True)
    box.mount("/mnt", "bind", tree, "rbind", option)
    text = box.output("cat /proc/self/mountinfo")
    lines = {line.split()[4]: set(line.split()[5].split(",")) for line in text.splitlines()}
    assert (flag in lines["/mnt"], flag in lines["/mnt/sub"]) == (is_there, is_there)


@covers("option:rro", "rule:recursive-flags-stay-inside")
def test_a_recursive_flag_does_not_reach_the_host(box, tree):
    """config.md, Linux mount options: what is mounted in the container is the container's: the host's mounts
    stay writable."""
    box.mount("/mnt", "bind", tree, "rbind", "rro")
    box.output("true")
    (tree / "sub/written").write_text("by the host")


@pytest.fixture(name="shared_tree")
def shared_tree_fixture(tree):
    """The same as a shared mount, so that each propagation can be told from the others."""
    subprocess.run(["mount", "--bind", tree, tree], check=True)
    subprocess.run(["mount", "--make-rshared", tree], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "low", tree / "sub"], check=True)
    yield tree
    subprocess.run(["umount", "-R", "-l", tree], check=True)


PROPAGATION = {
    "private": (set(), None),
    "rprivate": (set(), set()),
    "slave": ({"master"}, None),
    "rslave": ({"master"}, {"master"}),
    "shared": ({"shared"}, None),
    "rshared": ({"shared"}, {"shared"}),
    "unbindable": ({"unbindable"}, None),
    "runbindable": ({"unbindable"}, {"unbindable"}),
}


@pytest.mark.parametrize("option", marked(PROPAGATION))
def test_a_propagation(box, shared_tree, option):
    """config.md, Linux mount options: private, slave, shared and unbindable, with r for all below, as in
    mount(8)."""
    box.mount("/mnt", "bind", shared_tree, "rbind", option)
    box.sleeps().up()
    mounts = box.mounts()
    of_top, of_sub = PROPAGATION[option]
    # A shared mount may be the slave of another one.
    master = {"master"} if "shared" in option else set()
    assert {field.split(":")[0] for field in mounts["/mnt"].optional} - master == of_top
    if of_sub is not None:
        assert {field.split(":")[0] for field in mounts["/mnt/sub"].optional} - master == of_sub


@covers("option:remount")
def test_remount(box):
    """config.md, Linux mount options: remount changes the flags of what is mounted there already."""
    box.mount("/mnt", "tmpfs", "tmpfs", "size=1m")
    box.mount("/mnt", "tmpfs", "tmpfs", "remount", "ro")
    lines = box.output("grep ' /mnt ' /proc/self/mountinfo").splitlines()
    assert len(lines) == 1
    assert "ro" in lines[0].split()[5].split(",")


@covers("option:tmpcopyup")
def test_tmpcopyup(box):
    """config.md, Linux mount options: tmpcopyup copies what is at the destination into the tmpfs."""
    (box.rootfs / "data/deep").mkdir(parents=True)
    (box.rootfs / "data/deep/file").write_text("from the image")
    (box.rootfs / "data/link").symlink_to("deep/file")
    (box.rootfs / "data/deep/file").chmod(0o640)
    box.mount("/data", "tmpfs", "tmpfs", "tmpcopyup")
    assert box.output("cat /data/link; stat -c %a /data/deep/file; rm -r /data/deep") == "from the image640\n"
    assert (box.rootfs / "data/deep/file").exists()


MAPPINGS = {
    "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 10}],
    "gidMappings": [{"containerID": 0, "hostID": 2000, "size": 10}],
}


OWNERS = ["mounts[].uidMappings", "mounts[].gidMappings"]
OWNERS += [
    f"mounts[].{kind}Mappings[].{name}*"
    for kind in ("uid", "gid")
    for name in ("containerID", "hostID", "size")
]


@covers("option:idmap", *OWNERS)
def test_an_idmapped_mount(box, tree):
    """config.md, Mounts: with uidMappings and gidMappings the files of source have other owners in the
    mount."""
    box.mount("/mnt", "bind", tree, "bind", "idmap", **MAPPINGS)
    assert box.output("stat -c '%u %g' /mnt/file") == "1000 2000\n"
    assert (tree / "file").stat().st_uid == 0


@covers("option:ridmap", *OWNERS)
@needs("tmpfs with mapped owners")
def test_a_recursively_idmapped_mount(box, tree):
    """config.md, Linux mount options: ridmap maps the owners of what is mounted below too."""
    box.mount("/mnt", "bind", tree, "rbind", "ridmap", **MAPPINGS)
    assert box.output("stat -c '%u %g' /mnt/file /mnt/sub/inner").splitlines() == ["1000 2000"] * 2


@covers("option:idmap", "option:ridmap")
@pytest.mark.parametrize("option", ["idmap", pytest.param("ridmap", marks=needs("tmpfs with mapped owners"))])
def test_an_idmapped_mount_in_a_user_namespace(box, tree, option):
    """config.md, Linux mount options: a mount without mappings may have those of the container's user
    namespace."""
    box.linux["namespaces"].append({"type": "user"})
    mapping = [{"containerID": 0, "hostID": 100000, "size": 65536}]
    box.linux.update(uidMappings=mapping, gidMappings=mapping)
    subprocess.run(["chown", "-R", "100000:100000", box.rootfs], check=True)
    box.mount("/mnt", "bind", tree, "rbind", option)
    box.mount("/tmp", "bind", tree, "rbind")
    assert box.output("stat -c '%u %g' /mnt/file /tmp/file").splitlines() == ["0 0", "65534 65534"]


@covers("rule:idmap-needs-mappings")
@pytest.mark.parametrize(
    "option", [pytest.param(name, marks=covers(f"option:{name}")) for name in ("idmap", "ridmap")]
)
def test_an_idmapped_mount_without_mappings_is_an_error(box, tree, option):
    """config.md, Linux mount options: without mappings, and without a user namespace, it MUST be an error."""
    box.mount("/mnt", "bind", tree, "rbind", option)
    box.refused()


@covers("mounts[].uidMappings", "rule:idmap-needs-both")
def test_mappings_of_one_kind_are_an_error(box, tree):
    """config.md, Mounts: uidMappings MUST be given along with gidMappings."""
    box.mount("/mnt", "bind", tree, "bind", "idmap", uidMappings=MAPPINGS["uidMappings"])
    box.refused()
