"""Mounts and the root filesystem: config.md, "Root" and "Mounts"; config-linux.md, the paths and the
propagation."""

import os
import pathlib
import subprocess

import pytest
from bundles import MAPPED, use_user_namespace

covers = pytest.mark.covers


@covers("root", "root.path*")
def test_the_root(box):
    """config.md, Root: path is the root filesystem, relative to the bundle or absolute."""
    (box.rootfs / "here").write_text("here")
    assert box.output("cat /here") == "here"


@covers("root.path*")
def test_an_absolute_root(box):
    """config.md, Root: on POSIX path is either absolute or relative to the bundle."""
    box.config["root"]["path"] = str(box.rootfs)
    assert box.output("test -d /home/cask && echo there") == "there\n"


@covers("root.path*")
def test_a_missing_root_is_an_error(box):
    """config.md, Root: a directory MUST exist at the path declared by the field."""
    box.config["root"]["path"] = "nowhere"
    box.refused()


@covers("root.readonly")
@pytest.mark.parametrize("value", [True, False])
def test_a_readonly_root(box, value):
    """config.md, Root: if readonly is true the root filesystem MUST be read-only inside the container."""
    box.config["root"]["readonly"] = value
    assert box.output("touch /new 2>/dev/null && echo written || echo refused").split() == [
        "refused" if value else "written"
    ]
    assert (box.rootfs / "new").exists() != value


@covers("root.readonly")
def test_mounts_on_a_readonly_root(box):
    """config.md, Root: mounts are made, their directories too, though the root is read-only for the
    container."""
    box.config["root"]["readonly"] = True
    box.mount("/made/here", "tmpfs", "tmpfs")
    assert box.output("touch /made/here/new && ls /made/here") == "new\n"


@covers("mounts", "rule:mount-order")
def test_mounts_come_in_the_listed_order(box):
    """config.md, Mounts: the runtime MUST mount entries in the listed order."""
    box.mount("/mnt", "tmpfs", "first", "mode=755")
    box.mount("/mnt/in", "tmpfs", "second")
    box.mount("/tmp", "tmpfs", "third")
    box.mount("/tmp", "tmpfs", "fourth")
    lines = box.output("grep -E ' /(mnt|mnt/in|tmp) ' /proc/self/mountinfo").splitlines()
    assert [line.split(" - ")[1].split()[1] for line in lines] == ["first", "second", "third", "fourth"]


@covers("mounts", "mounts[].source", "rule:mount-order")
@pytest.mark.parametrize("users", [False, True])
def test_a_source_in_the_root(box, folder, users):
    """The same: a source below the container's own root is what the mounts before have made of it, be it a
    directory or a file."""
    if users:
        use_user_namespace(box)
    (folder / "data/in").mkdir(parents=True)
    (folder / "data/in/file").write_text("of the mount")
    (box.rootfs / "home/seen").mkdir()
    for path in (box.rootfs / "home/seen", folder / "data/in"):
        os.chown(path, 100000, 100000)
    box.mount("/mnt", "bind", folder / "data", "rbind")
    box.mount("/home/seen", "bind", box.rootfs / "mnt/in", "rbind")
    box.mount("/home/file", "bind", box.rootfs / "home/seen/file", "bind", "ro")
    box.mount("/home/missing", "bind", box.rootfs / "home/seen", "bind")
    assert box.output("cat /home/seen/file /home/file /home/missing/file") == "of the mount" * 3


@covers("mounts", "mounts[].source", "mounts[].uidMappings", "mounts[].gidMappings")
def test_a_mapped_source_in_the_root(box, folder):
    """The same where its owners are mapped."""
    (folder / "data").mkdir()
    (folder / "data/file").write_text("of the mount")
    os.chown(folder / "data/file", 0, 0)
    box.mount("/mnt", "bind", folder / "data", "rbind")
    maps = {"uidMappings": MAPPED, "gidMappings": MAPPED}
    box.mount("/home/seen", "bind", box.rootfs / "mnt", "rbind", **maps)
    assert box.output("stat -c %u:%g /mnt/file /home/seen/file").split() == ["0:0", "100000:100000"]


@covers("mounts[].source")
@pytest.mark.parametrize("users", [False, True])
@pytest.mark.parametrize("options", [["rbind"], ["rbind", "ro"], ["bind"]], ids=",".join)
def test_the_root_as_a_source(box, users, options):
    """The same: the root itself may be mounted in it, and stays what it is."""
    if users:
        use_user_namespace(box)
    (box.rootfs / "home/file").write_text("of the root")
    box.mount("/mnt", "bind", box.rootfs, *options)
    text = "touch /new && cat /mnt/home/file && ! test -e /mnt/mnt/home && touch /mnt/other || echo refused"
    said = box.output(text + " 2>/dev/null")
    assert said == "of the root" + ("refused\n" if "ro" in options else "")


@covers("mounts[].source", "linux.uidMappings")
def test_a_source_that_is_mounted_twice(box, folder):
    """config.md, Mounts: each entry is mounted. In a user namespace too, whose root can't go to the source.
    One mount's options are not another's."""
    use_user_namespace(box)
    (folder / "closed/data").mkdir(parents=True)
    (folder / "closed").chmod(0o700)
    os.chown(folder / "closed/data", 100000, 100000)
    for name, option in [("one", "ro"), ("two", "rw"), ("three", "ro")]:
        box.mount(f"/tmp/{name}", "bind", folder / "closed/data", "rbind", option)
    text = "for name in one two three; do touch /tmp/$name/$name 2>/dev/null; done; ls /tmp/three"
    assert box.output(text) == "two\n"


@covers("linux.maskedPaths", "linux.readonlyPaths")
@pytest.mark.parametrize("name", ["maskedPaths", "readonlyPaths"])
def test_a_path_that_leads_to_a_mount(box, name):
    """config-linux.md, Masked and Readonly Paths: a link of the image's is followed, also to a mount."""
    (box.rootfs / "link").symlink_to("/mnt")
    box.mount("/mnt", "tmpfs", "tmpfs")
    box.linux[name] = ["/link", "/mnt/."]
    assert box.output("touch /mnt/new 2>/dev/null || echo refused") == "refused\n"


@covers("mounts[].source")
def test_a_source_in_the_root_that_is_not_there_is_an_error(box):
    """The same: nothing is there when it is to be mounted."""
    box.mount("/mnt", "tmpfs", "tmpfs")
    box.mount("/home/seen", "bind", box.rootfs / "mnt/nothing", "bind")
    box.refused()


@covers("mounts[].destination*")
def test_a_destination_is_made(box, folder):
    """config.md, Mounts: the destination is made where it is missing: a directory, or a file for a file."""
    (folder / "file").write_text("content")
    box.mount("/new/dir", "tmpfs", "tmpfs")
    box.mount("/new2/file", "bind", folder / "file", "bind", "ro")
    assert box.output("ls -d /new/dir; cat /new2/file") == "/new/dir\ncontent"


@covers("mounts[].destination*", "rule:destinations-stay-inside")
@pytest.mark.parametrize("target", ["../run/resolved/{name}", "/run/resolved/{name}", "../../../tmp/{name}"])
def test_a_destination_that_is_a_link_to_nothing(box, folder, target):
    """The same: a link to what isn't there, as /etc/resolv.conf may be, leads to what is made."""
    (folder / "file").write_text("content")
    (box.rootfs / "etc/resolv.conf").symlink_to("other")
    (box.rootfs / "etc/other").symlink_to(target.format(name=box.id))
    box.mount("/etc/resolv.conf", "bind", folder / "file", "bind", "ro")
    assert box.output("cat /etc/resolv.conf") == "content"
    assert not pathlib.Path(f"/tmp/{box.id}").exists()


@covers("mounts[].destination*", "rule:destinations-stay-inside")
@pytest.mark.parametrize("target", ["{outside}", "../../../../../../../../{outside}"])
def test_a_link_does_not_lead_out(box, folder, target):
    """config.md, Mounts: destination is a path inside the container: links are followed below its root."""
    outside = folder / "outside"
    outside.mkdir()
    (box.rootfs / "link").symlink_to(
        target.format(outside=str(outside).lstrip("/") if ".." in target else outside)
    )
    box.mount("/link/in", "tmpfs", "tmpfs")
    box.run()
    assert list(outside.iterdir()) == []


@covers("mounts[].source")
def test_a_relative_source_is_below_the_bundle(box):
    """config.md, Mounts: for bind mounts, source is absolute or relative to the bundle."""
    (box.folder / "data").mkdir()
    (box.folder / "data/file").write_text("of the bundle")
    box.mount("/mnt", "bind", "data", "bind")
    assert box.output("cat /mnt/file") == "of the bundle"


@covers("mounts[].source")
def test_a_missing_source_is_an_error(box):
    """config.md, Mounts: a source that isn't there cannot be mounted: an error."""
    box.mount("/mnt", "bind", "/no/such/place", "bind")
    box.refused()


@covers("mounts[].type")
@pytest.mark.parametrize(
    ("destination", "kind"),
    [
        ("/proc", "proc"),
        ("/sys", "sysfs"),
        ("/dev/pts", "devpts"),
        ("/dev/shm", "tmpfs"),
        ("/dev/mqueue", "mqueue"),
    ],
)
def test_the_filesystems_of_linux(box, destination, kind):
    """config-linux.md, Default Filesystems: proc, sysfs, devpts and tmpfs; config.md, Mounts: type is the
    filesystem's name."""
    if kind == "mqueue":
        box.mount("/dev/mqueue", "mqueue", "mqueue", "nosuid", "noexec", "nodev")
    mounts = box.output("cat /proc/self/mountinfo").splitlines()
    assert [line.split(" - ")[1].split()[0] for line in mounts if line.split()[4] == destination] == [kind]


@covers("mounts[].type", "rule:cgroup-mount")
def test_a_cgroup_mount_shows_the_containers_own(box):
    """config-linux.md, Control groups: a mount of type cgroup shows cgroups; with a cgroup namespace its own
    as the root."""
    box.linux["namespaces"].append({"type": "cgroup"})
    box.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro")
    text = box.output(
        "cat /proc/self/mountinfo; cd /sys/fs/cgroup; cat pids/cgroup.procs cgroup.procs 2>/dev/null; true"
    )
    mounts = [line.split() for line in text.splitlines() if " - cgroup" in line]
    assert mounts != []
    for fields in mounts:
        assert fields[3] == "/", "the cgroup namespace has another root"
        assert "ro" in fields[5].split(",")
    assert "1" in text.splitlines(), "its own process is not in the cgroup that it sees"


@covers("rule:cgroup-mount")
@pytest.mark.needs("cgroup v1")
def test_a_cgroup_mount_without_a_namespace(box):
    """config-linux.md, Control groups: without a cgroup namespace the container still sees its own cgroup
    there only."""
    box.mount("/sys/fs/cgroup", "cgroup", "cgroup", "nosuid", "noexec", "nodev", "ro")
    assert (
        "1"
        in box.output(
            "cat /sys/fs/cgroup/pids/cgroup.procs /sys/fs/cgroup/cgroup.procs 2>/dev/null; true"
        ).split()
    )
    assert len(box.output("find /sys/fs/cgroup/memory/ -type d; ls -d /sys/fs/cgroup").split()) == 2


@covers("linux.rootfsPropagation")
@pytest.mark.parametrize(
    ("value", "seen"),
    [("shared", {"shared"}), ("slave", {"master"}), ("private", set()), ("unbindable", {"unbindable"})],
)
def test_the_propagation_of_the_root(box, folder, value, seen):
    """config-linux.md, Rootfs Mount Propagation: shared, slave, private or unbindable."""
    subprocess.run(["mount", "--bind", folder, folder], check=True)
    subprocess.run(["mount", "--make-shared", folder], check=True)
    try:
        box.linux["rootfsPropagation"] = value
        box.sleeps().up()
        found = {field.split(":")[0] for field in box.mounts()["/"].optional}
        # A shared mount may be the slave of another one.
        assert found - ({"master"} if value == "shared" else set()) == seen
        box.delete("--force")
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@covers("linux.maskedPaths")
def test_masked_paths_cannot_be_read(box):
    """config-linux.md, Masked Paths: the paths are masked over so that they cannot be read."""
    (box.rootfs / "secret").write_text("secret")
    (box.rootfs / "hidden").mkdir()
    (box.rootfs / "hidden/file").write_text("hidden")
    box.linux["maskedPaths"] = ["/secret", "/hidden", "/proc/kcore", "/not/there"]
    assert box.output("cat /secret; ls /hidden; head -c 1 /proc/kcore | wc -c").split() == ["0"]
    assert (box.rootfs / "secret").read_text() == "secret"
    assert not (box.rootfs / "not").exists()


@covers("linux.maskedPaths", "rule:masked-directories-take-no-file")
def test_a_masked_directory_takes_nothing(box):
    """config-linux.md, Masked Paths: what masks a directory is not the container's to write to."""
    (box.rootfs / "hidden").mkdir()
    box.linux["maskedPaths"] = ["/hidden"]
    assert box.output("touch /hidden/new 2>/dev/null || echo refused") == "refused\n"


@covers("linux.readonlyPaths")
def test_readonly_paths_cannot_be_written(box):
    """config-linux.md, Readonly Paths: the paths are read-only inside the container."""
    (box.rootfs / "fixed").mkdir()
    (box.rootfs / "file").write_text("fixed")
    box.linux["readonlyPaths"] = ["/fixed", "/file", "/proc/sys", "/not/there"]
    places = "/fixed/new /file /proc/sys/kernel/domainname"
    text = f"for p in {places}; do (echo x > $p) 2>/dev/null || echo refused; done; cat /file"
    assert box.output(text) == "refused\nrefused\nrefused\nfixed"


@covers("linux.mountLabel")
@pytest.mark.needs("SELinux")
def test_the_label_of_mounts(box):
    """config-linux.md, Mount Label: it is the SELinux context of the mounts in the container."""
    label = os.getxattr(box.rootfs, "security.selinux").decode().rstrip("\0")
    box.linux["mountLabel"] = label
    box.mount("/mnt", "tmpfs", "tmpfs")
    assert f"context={label}" in box.output("grep ' /mnt ' /proc/self/mountinfo").replace('"', "")


@covers("rule:host-mounts-are-not-seen")
def test_nothing_of_the_hosts_mounts_is_seen(box, folder):
    """config-linux.md, Namespaces: the container has an isolated mount table."""
    lines = box.output("cat /proc/self/mountinfo").splitlines()
    assert {line.split()[4] for line in lines} <= {
        "/",
        "/proc",
        "/dev",
        "/dev/pts",
        "/dev/shm",
        "/sys",
        "/dev/console",
        *[f"/dev/{name}" for name in ("null", "zero", "full", "tty", "random", "urandom", "ptmx")],
    }
    assert str(folder) not in os.listdir("/")


@covers("linux.rootfsPropagation")
def test_the_hosts_mounts_stay_where_they_are(box):
    """config-linux.md, Rootfs Mount Propagation: shared lets mounts of the container be seen outside, and
    takes none away there: on a machine whose root is shared the container's old root is not unmounted."""
    box.script("true").linux["rootfsPropagation"] = "shared"
    box.save()
    run = f"{box.runtime.path} --root {box.runtime.state} run --bundle {box.folder} {box.id}"
    count = "wc -l < /proc/self/mountinfo"
    script = f"mount --make-rshared / && {count} && {run} </dev/null && {count}"
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=True)
    before, after = done.stdout.split()
    assert before == after
