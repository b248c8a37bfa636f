"""Level 15: volumes, and one more process in a container that runs."""

import os
import pathlib
import shutil
import signal
import subprocess

import pytest
from ordinary import UID, Ordinary
from running import children, shell, started


@pytest.fixture(name="folder")
def folder_fixture(tmp_path):
    """With a file, and a filesystem of its own below."""
    (tmp_path / "file").write_text("the host's\n")
    (tmp_path / "below").mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "nosuid,nodev,noexec", "x", tmp_path / "below"], check=True)
    yield tmp_path
    subprocess.run(["umount", tmp_path / "below"], check=True)


def status(rd, image, script, *options):
    return rd.run("--image", image, *options, "--", "sh", "-c", script)[0]


@pytest.mark.levels(15)
def test_a_volume_is_the_hosts(rd, image, folder):
    script = "cat /data/dir/file; echo inside >/data/dir/new; touch /data/dir/below/new"
    assert shell(rd, image, script, "--volume", f"{folder}:/data/dir") == "the host's\n"
    assert (folder / "new").read_text() == "inside\n" and (folder / "below/new").exists()
    assert not (image / "data").exists()
    # A file, in the place of one, and where there is none.
    for place in ("/etc/passwd", "/new/place"):
        assert shell(rd, image, f"cat {place}", "--volume", f"{folder}/file:{place}") == "the host's\n"
    assert (image / "etc/passwd").read_text().startswith("root:")
    # By a path that is relative, and one that has a space.
    shutil.copytree(folder / "below", folder / "a b")
    output = rd.output(
        "--image", image, "--volume", "a b:/a b:ro", "--", "ls", "/a b", cwd=folder
    )  # fmt: skip
    assert output == "new\n"
    assert status(rd, image, "touch '/a b/x'", "--volume", f"{folder}/a b:/a b:ro") == 1


@pytest.mark.levels(15)
def test_read_only_of_a_folder_with_a_mount_that_another_covers(rd, image, folder):
    (folder / "below/deep").mkdir()
    for place in ("below/deep", "below"):
        subprocess.run(["mount", "-t", "tmpfs", "x", folder / place], check=True)
    try:
        volume = ["--volume", f"{folder}:/data:ro"]
        assert shell(rd, image, "cat /data/file", *volume) == "the host's\n"
        assert status(rd, image, "touch /data/below/new", *volume) != 0
    finally:
        subprocess.run(["umount", folder / "below"], check=True)
        subprocess.run(["umount", folder / "below/deep"], check=True)


@pytest.mark.levels(15)
def test_read_only_is_so_for_all_below(rd, image, folder):
    volume = ["--volume", f"{folder}:/data:ro"]
    assert shell(rd, image, "cat /data/file", *volume) == "the host's\n"
    for script in ("touch /data/new", "touch /data/below/new", "mount -o remount,rw /data", "rm /data/file"):
        assert status(rd, image, script, *volume) != 0, script
    found = [line for line in shell(rd, image, "cat /proc/mounts", *volume).splitlines() if " /data" in line]
    assert [line.split()[1] for line in found] == ["/data", "/data/below"]
    assert [line.split()[3].split(",")[0] for line in found] == ["ro", "ro"]
    assert {"nosuid", "nodev", "noexec"} <= set(found[1].split()[3].split(","))
    # The host's own mounts are as they were.
    (folder / "new").touch()
    (folder / "below/new").touch()


@pytest.mark.levels(15)
def test_a_link_of_the_image_leads_nowhere_else(rd, image, folder, tmp_path_factory):
    """It is followed inside: the host's directories are neither covered nor changed."""
    bad, host = tmp_path_factory.mktemp("bad") / "image", tmp_path_factory.mktemp("host")
    shutil.copytree(image, bad, symlinks=True)
    (bad / "absolute").symlink_to(host)
    (bad / "upward").symlink_to("../../../../../../.." + str(host))
    (bad / "loop").symlink_to("loop")
    for link in ("absolute", "upward"):
        script = f"cat /{link}/new/file; cat {host}/new/file"
        assert shell(rd, bad, script, "--volume", f"{folder}:/{link}/new") == "the host's\n" * 2
    # A descriptor of the host's that the caller left open.
    directory = os.open("/", os.O_RDONLY)
    try:
        (bad / "open").symlink_to(f"/proc/self/fd/{directory}{host}")
        rd.run("--image", bad, "--volume", f"{folder}:/open/new", "--", "true", pass_fds=[directory])
    finally:
        os.close(directory)
    assert list(host.iterdir()) == []
    line = rd.refusal(125, "--image", bad, "--volume", f"{folder}:/loop/new", "--", "true")
    assert "too many symbolic links" in line


@pytest.mark.levels(15)
def test_a_source_that_is_missing_is_told(rd, image):
    line = rd.refusal(125, "--image", image, "--volume", "/no/such:/data", "--", "true")
    assert "/no/such" in line


@pytest.mark.levels(15)
def test_a_source_below_run(rd, image):
    folder = pathlib.Path("/run/cooper-workshop-test")
    folder.mkdir()
    try:
        (folder / "file").write_text("the host's\n")
        assert shell(rd, image, "cat /data/file", "--volume", f"{folder}:/data") == "the host's\n"
    finally:
        shutil.rmtree(folder)


# exec


NAMESPACES = ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"]


def entered(rd, pid, *command, options=(), **others):
    return rd.output("--pid", pid, *options, "--", *command, verb="exec", **others)


@pytest.mark.levels(15)
def test_exec_is_in_all_that_the_command_is_in(rd, image):
    script = "echo x >/tmp/mine; echo ready; read line"
    process, _ = started(rd, image, script, "--hostname", "cask", stdin=subprocess.PIPE)
    init = children(process.pid)[0]
    # Any process of the container will do.
    for pid in (init, children(init)[0]):
        assert entered(rd, pid, "sh", "-c", "cat /tmp/mine; hostname; pwd; echo /proc/1 /proc/2") == (
            "x\ncask\n/\n/proc/1 /proc/2\n"
        )
        links = [f"/proc/self/ns/{name}" for name in NAMESPACES]
        found = entered(rd, pid, "sh", "-c", f"for link in {' '.join(links)}; do readlink $link; done")
        assert found.split() == [os.readlink(f"/proc/{init}/ns/{name}") for name in NAMESPACES]
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


@pytest.mark.levels(15)
def test_exec_has_no_more_rights_than_the_command(rd, image):
    wanted = "grep -E 'Cap|NoNewPrivs|Seccomp:|Uid|Groups' /proc/self/status; "
    wanted += "ls /proc/self/fd; cat /proc/self/cgroup"
    script = f"{wanted}; echo end; read line"
    process = rd.start("--image", image, "--", "sh", "-c", script, stdin=subprocess.PIPE)
    expected = "".join(iter(process.stdout.readline, "end\n"))
    init = children(process.pid)[0]
    directory = os.open("/", os.O_RDONLY)
    try:
        found = entered(rd, init, "sh", "-c", wanted, pass_fds=[directory])
    finally:
        os.close(directory)
    assert found == expected
    assert entered(rd, init, "id", "-u", options=["--user", "1000:1001"]) == "1000\n"
    process.communicate("\n", timeout=60)


@pytest.mark.levels(15)
def test_exec_counts_for_the_containers_limits(rd, image):
    process, _ = started(rd, image, "echo ready; read line", "--pids-limit", 10, stdin=subprocess.PIPE)
    init = children(process.pid)[0]
    script = "n=0; while [ $n -lt 50 ]; do n=$((n+1)); sleep 100 >/dev/null 2>&1 & done; echo all"
    found, output, errors = rd.run("--pid", init, "--", "sh", "-c", script, verb="exec")
    assert (found, output) == (2, "") and "can't fork" in errors
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.levels(15)
def test_exec_gives_the_status_and_passes_signals_on(rd, image):
    process, _ = started(rd, image, "echo ready; read line", stdin=subprocess.PIPE)
    init = children(process.pid)[0]
    assert rd.run("--pid", init, "--", "sh", "-c", "exit 7", verb="exec")[0] == 7
    assert "no-such" in rd.refusal(127, "--pid", init, "--", "no-such", verb="exec")
    inner = rd.start("--pid", init, "--", "sh", "-c", "echo ready; exec sleep 100", verb="exec")
    assert inner.stdout.readline() == "ready\n"
    inner.terminate()
    inner.communicate(timeout=60)
    assert inner.returncode == 128 + signal.SIGTERM
    # With the container ends what was added to it.
    inner = rd.start("--pid", init, "--", "sh", "-c", "echo ready; sleep 100", verb="exec")
    assert inner.stdout.readline() == "ready\n"
    process.communicate("\n", timeout=60)
    inner.communicate(timeout=60)
    assert (process.returncode, inner.returncode) == (0, 128 + signal.SIGKILL)


@pytest.mark.levels(15)
def test_exec_into_what_is_gone(rd):
    process = subprocess.Popen(["true"])
    process.wait()
    rd.refusal(125, "--pid", process.pid, "--", "true", verb="exec")


# The same of a user who isn't root


@pytest.fixture(scope="module", name="user")
def user_fixture(image):
    user = Ordinary(image)
    (user.folder / "data").mkdir()
    os.chown(user.folder / "data", UID, -1)
    yield user
    user.close()


@pytest.mark.levels(15)
@pytest.mark.parametrize("ranges", [True, False])
def test_a_user_has_volumes_and_exec(rd, user, ranges):
    edition = "python" if rd.environment else "swift"
    before = f"mount -t tmpfs -o nosuid,nodev,noexec,mode=777 x {user.folder}/data"
    own = user.program(edition, rd.level, ranges=ranges, before=before)
    assert status(own, user.image, "touch /data/x", "--volume", "data:/data") == 0
    options = ["--volume", "data:/data:ro"]
    assert status(own, user.image, "touch /data/x", *options) == 1
    script = "grep /data /proc/mounts; read line"
    process, line = started(own, user.image, script, *options, stdin=subprocess.PIPE)
    assert line.split()[3].startswith("ro,nosuid,nodev,noexec")
    init = children(process.pid)[0]
    entering = user.program(edition, rd.level, ranges=ranges)
    script = "id -u; cat /etc/image; grep CapBnd /proc/self/status; echo $PPID"
    kept = sum(1 << number for number in (0, 1, 3, 4, 5, 6, 7, 10))
    assert entered(entering, init, "sh", "-c", script) == f"0\nbusybox\nCapBnd:\t{kept:016x}\n0\n"
    process.communicate("\n", timeout=60)
    own.close()
