"""Each option of cooper run, and each refusal."""

import os
import shutil
import subprocess

import pytest

pytestmark = pytest.mark.requires("root")


def test_hostname_and_name(cooper, rootfs):
    assert cooper.output("--hostname", "cask", rootfs, "hostname") == "cask\n"
    assert cooper.output("--name", "tub", rootfs, "hostname") == "tub\n"
    assert len(cooper.output(rootfs, "hostname").strip()) == 12


def test_environment(cooper, rootfs, tmp_path):
    (tmp_path / "env").write_text("# a comment\n\nA=file\nB=file\nFROM_CALLER\n")
    listing = cooper.output(
        "--env-file",
        tmp_path / "env",
        "--env",
        "A=option",
        "-e",
        "MISSING_IN_CALLER",
        rootfs,
        "env",
        env={"FROM_CALLER": "yes", "NOT_PASSED": "x"},
    )
    lines = [line.split("=", 1) for line in listing.splitlines()]
    variables = dict(lines)
    assert len(variables) == len(lines)
    assert variables["A"] == "option"
    assert variables["B"] == "file"
    assert variables["FROM_CALLER"] == "yes"
    assert variables["HOME"] == "/root"
    assert not {"NOT_PASSED", "MISSING_IN_CALLER", "TERM"} & set(variables)


def test_workdir(cooper, rootfs):
    assert cooper.output("-w", "/home/cask", rootfs, "pwd") == "/home/cask\n"
    assert "change the directory to /nowhere" in cooper.refusal("-w", "/nowhere", rootfs, "pwd")


@pytest.mark.parametrize(
    ("user", "uid", "gid", "groups", "home"),
    [
        ("0", "0", "0", "0", "/root"),
        ("cask", "1000", "1001", "1001 1002", "/home/cask"),
        ("1000", "1000", "1001", "1001 1002", "/home/cask"),
        ("1000:7", "1000", "7", "7", "/home/cask"),
        ("cask:staves", "1000", "1002", "1002", "/home/cask"),
        ("4242", "4242", "0", "0", "/"),
        ("01", "1", "0", "0", "/"),
    ],
)
def test_user(cooper, rootfs, user, uid, gid, groups, home):
    script = "id -u; id -g; id -G; echo $HOME"
    assert cooper.output("--user", user, rootfs, "sh", "-c", script) == f"{uid}\n{gid}\n{groups}\n{home}\n"


@pytest.mark.parametrize(
    "user", ["nobody", "-1", "4294967295", "4294967296", ":", "1:", ":1", "", "cask:nogroup"]
)
def test_unknown_users_are_refused(cooper, rootfs, user):
    arguments = [f"--user={user}"] if user.startswith("-") else ["--user", user]
    assert f"--user {user}" in cooper.refusal(*arguments, rootfs, "id")


def test_a_user_other_than_root_has_no_capabilities_after_exec(cooper, rootfs):
    status = cooper.output("--user", "1000", rootfs, "cat", "/proc/self/status")
    assert "CapEff:\t0000000000000000" in status
    assert "CapPrm:\t0000000000000000" in status


def test_volume(cooper, rootfs, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    (data / "in").write_text("from outside")
    cooper.output("-v", f"{data}:/deep/data", rootfs, "sh", "-c", "cp /deep/data/in /deep/data/out")
    assert (data / "out").read_text() == "from outside"
    done = cooper.run("run", "-v", f"{data}:/data:ro", rootfs, "sh", "-c", "echo x > /data/no")
    assert "Read-only file system" in done.stderr
    assert cooper.output("-v", f"{data}/in:/etc/one-file", rootfs, "cat", "/etc/one-file") == "from outside"
    assert cooper.output("-v", "data:/data", rootfs, "ls", "/data", cwd=tmp_path) == "in\nout\n"


def test_a_read_only_volume_is_so_below_its_mounts_too(cooper, rootfs, tmp_path):
    data = tmp_path / "data"
    (data / "sub").mkdir(parents=True)
    run = f"{cooper.path} run -v {data}:/data:ro {rootfs} touch /data/sub/file"
    script = f"mount -t tmpfs none {data}/sub && {run}"
    done = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Read-only file system" in done.stderr


def test_tmpfs_and_read_only_root(cooper, rootfs):
    done = cooper.run(
        "run",
        "--read-only",
        "--tmpfs",
        "/scratch:size=1m",
        rootfs,
        "sh",
        "-c",
        "touch /scratch/yes && touch /no",
    )
    assert "/no: Read-only file system" in done.stderr
    assert "/scratch" not in done.stderr
    assert "size=1024k" in cooper.output(
        "--tmpfs", "/scratch:size=1m", rootfs, "grep", "scratch", "/proc/mounts"
    )


def test_standard_input_is_dev_null_without_i(cooper, rootfs):
    assert cooper.output(rootfs, "cat", input="not read") == ""
    assert cooper.output("-i", rootfs, "cat", input="read") == "read"


def test_the_exit_status_is_the_commands_own(cooper, rootfs):
    assert cooper.run("run", rootfs, "sh", "-c", "exit 7").returncode == 7
    assert cooper.run("run", "--init", rootfs, "sh", "-c", "exit 8").returncode == 8
    assert cooper.run("run", "--init", rootfs, "sh", "-c", "kill -TERM $$").returncode == 128 + 15


def test_commands_that_cannot_be_executed(cooper, rootfs, tmp_path):
    assert "no directory of PATH has it" in cooper.refusal(rootfs, "no-such", status=127)
    assert "/bin/no-such" in cooper.refusal(rootfs, "/bin/no-such", status=127)
    assert "EACCES" in cooper.refusal(rootfs, "/etc/passwd", status=126)
    text = tmp_path / "text"
    text.write_text("no program")
    text.chmod(0o755)
    assert "ENOEXEC" in cooper.refusal("-v", f"{text}:/text", rootfs, "/text", status=126)
    script = tmp_path / "script"
    script.write_text("#!/no/interpreter\n")
    script.chmod(0o755)
    assert "interpreter" in cooper.refusal("-v", f"{script}:/script", rootfs, "/script", status=127)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no-such-image", "true"], "there is no image no-such-image"),
        (["--memory", "5q", "host", "true"], "--memory 5q"),
        (["--memory", "99999999999g", "host", "true"], "--memory 99999999999g"),
        (["--memory", "1k", "host", "true"], "less than a page"),
        (["--memory-swap", "1g", "host", "true"], "needs --memory"),
        (
            ["--memory", "1g", "--memory-swap", "1m", "host", "true"],
            "--memory-swap: it is memory and swap together",
        ),
        (["--cpus", "many", "host", "true"], "--cpus many"),
        (["--cpus", "0", "host", "true"], "--cpus 0"),
        (["--cpu-shares", "1", "host", "true"], "--cpu-shares 1"),
        (["--pids-limit", "0", "host", "true"], "--pids-limit 0"),
        (["--network", "bridge", "host", "true"], "--network bridge"),
        (["--name", "../x", "host", "true"], "--name ../x"),
        (["--name", "", "host", "true"], "--name"),
        (["--name", "a", "--name", "b", "host", "true"], "--name is given 2 times"),
        (["-w", "/", "--workdir", "/", "host", "true"], "--workdir is given 2 times"),
        (["--hostname", "x" * 65, "host", "true"], "--hostname"),
        (["-v", "/nowhere:/x", "host", "true"], "--volume /nowhere"),
        (["-v", "/etc", "host", "true"], "--volume /etc"),
        (["-v", "/etc:relative", "host", "true"], "begins with /"),
        (["-v", "/etc:/x:rx", "host", "true"], "rx is neither ro nor rw"),
        (["-v", "/etc:/../x", "host", "true"], ".. has no place"),
        (["-v", "/etc:/", "host", "true"], "over the root"),
        (["--tmpfs", "/x:no-such=1", "host", "true"], "mount tmpfs on /x"),
        (["--cap-add", "FLY", "host", "true"], "no capability CAP_FLY"),
        (["-e", "=x", "host", "true"], "--env =x"),
        (["--env-file", "/nowhere", "host", "true"], "--env-file /nowhere: no such file"),
        (["--bogus", "host", "true"], "--bogus"),
        (["-t", "host", "true"], "standard output is no terminal"),
        (["/etc/passwd", "true"], "/etc/passwd"),
    ],
)
def test_bad_input_gets_one_clear_line(cooper, arguments, words):
    assert words in cooper.refusal(*arguments)


def test_without_root_it_is_refused(cooper, rootfs):
    line = cooper.refusal(rootfs, "true", user=65534, group=65534, cwd="/")
    assert "root" in line


def run_in_chroot(cooper, rootfs, root):
    """The one line that cooper says in a chroot of nearly nothing."""
    shutil.copytree(rootfs, root, symlinks=True, dirs_exist_ok=True)
    shutil.copy(cooper.path, root / "cooper")
    script = f"mount --rbind /proc {root}/proc && exec chroot {root} /cooper run / true"
    done = subprocess.run(
        ["unshare", "-m", "--propagation", "private", "sh", "-c", script],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (125, "", 1)
    return done.stderr


def test_in_a_chroot_whose_root_is_no_mount_the_error_says_so(cooper, rootfs, tmp_path):
    (tmp_path / "run").mkdir()
    assert "no mount point, as in a chroot" in run_in_chroot(cooper, rootfs, tmp_path)
    assert list((tmp_path / "run").iterdir()) == []


def test_without_a_place_for_its_directory_the_error_says_so(cooper, rootfs, tmp_path):
    # The keeper tried to make it again and again.
    assert "make the directory /run/cooper/" in run_in_chroot(cooper, rootfs, tmp_path)


def test_a_second_container_of_the_same_name_is_refused(cooper, rootfs):
    with cooper.start(
        "--name", "only", "-i", rootfs, "sh", "-c", "echo up; cat", stdin=subprocess.PIPE
    ) as first:
        assert first.stdout.readline() == "up\n"
        assert cooper.refusal("--name", "only", rootfs, "true") == "a container named only is alive already"
        assert os.path.isdir("/run/cooper/only")
        first.communicate("")
        assert first.returncode == 0
    assert cooper.output("--name", "only", rootfs, "echo", "again") == "again\n"


def test_version_and_help(cooper):
    assert cooper.run("--version").stdout.strip()
    for verb in ["run", "explain"]:
        assert "--memory-swap" in cooper.run(verb, "--help").stdout
