"""Each option of cooper run, and each refusal."""

import os
import re
import shutil
import subprocess

import pytest
import state

pytestmark = pytest.mark.requires("containers")

# Combines with what is before it into one letter.
ACCENT = "\u0301"


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
        env={"FROM_CALLER": "yes", "NOT_PASSED": "x", **state.environment()},
    )
    lines = [line.split("=", 1) for line in listing.splitlines()]
    variables = dict(lines)
    assert len(variables) == len(lines)
    assert variables["A"] == "option"
    assert variables["B"] == "file"
    assert variables["FROM_CALLER"] == "yes"
    assert variables["HOME"] == "/root"
    assert not {"NOT_PASSED", "MISSING_IN_CALLER", "TERM"} & set(variables)


def environment(cooper, rootfs, *arguments, **options):
    """The variables in a container, as bytes."""
    done = subprocess.run(
        [cooper.path, "run", *arguments, rootfs, "cat", "/proc/self/environ"],
        capture_output=True, check=False, timeout=60, **options,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.split(b"\0")[:-1]


def test_variables_are_taken_byte_by_byte(cooper, rootfs):
    texts = [f"X={ACCENT}abc", f"A{ACCENT}=1", "\u00e9=composed", "e\u0301=decomposed", "N=a\r\nb", "D=-1"]
    arguments = [word for text in texts for word in ("-e", text)]
    variables = environment(cooper, rootfs, *arguments)
    assert [variable for variable in variables if variable.decode() in texts] == [
        text.encode() for text in texts
    ]


def test_lines_of_an_environment_file_may_end_as_on_windows(cooper, rootfs, tmp_path):
    (tmp_path / "env").write_bytes(f"A=1\r\n# no\r\n\r\nB=2\n{ACCENT}C=3\nD=\r4".encode())
    variables = environment(cooper, rootfs, "--env-file", tmp_path / "env")
    assert {b"A=1", b"B=2", f"{ACCENT}C=3".encode(), b"D=\r4"} <= set(variables)
    assert not [variable for variable in variables if b"no" in variable]


def test_an_environment_file_may_be_a_pipe(cooper, rootfs):
    reading, writing = os.pipe()
    os.write(writing, b"FROM=pipe\n")
    os.close(writing)
    variables = environment(cooper, rootfs, "--env-file", f"/proc/self/fd/{reading}", pass_fds=[reading])
    os.close(reading)
    assert b"FROM=pipe" in variables


def test_a_long_environment_file_takes_no_longer_for_each_line(cooper, rootfs, tmp_path):
    lines = [f"V{number}={number}" for number in range(20000)]
    (tmp_path / "env").write_text("\n".join([*lines, "V7=again"]))
    # explain makes no container, which would refuse so many only by their size.
    done = cooper.run("explain", "--env-file", tmp_path / "env", rootfs, "true", timeout=5)
    assert (done.returncode, done.stderr) == (0, "")


def test_thousands_of_words_reach_the_command(cooper, rootfs):
    assert cooper.output(rootfs, "sh", "-c", "echo $#", "sh", *["x"] * 20000, timeout=5) == "20000\n"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"A=1\nB=x\0y\n", "line 2: there is a NUL byte"),
        (b"A=1\nB=\xff\n", "line 2: it is not UTF-8"),
        (b"A=1\n\n=x\n", "line 3: =x: a name is missing"),
        (b"A=" + b"x" * (1 << 20), "longer than 1 MiB"),
    ],
    ids=["NUL", "Latin", "nameless", "long"],
)
def test_a_bad_environment_file_is_refused(cooper, rootfs, tmp_path, content, words):
    (tmp_path / "env").write_bytes(content)
    line = cooper.refusal("--env-file", tmp_path / "env", rootfs, "true")
    assert f"--env-file {tmp_path}/env" in line
    assert words in line


def refusal_of_bytes(cooper, *arguments, **options):
    done = subprocess.run(
        [cooper.path, "run", *arguments], capture_output=True, check=False, timeout=60, **options
    )
    assert (done.returncode, done.stdout) == (125, b"")
    return done.stderr.decode()


def test_what_is_not_utf8_is_refused_and_not_repaired(cooper, rootfs):
    assert refusal_of_bytes(cooper, rootfs, "echo", b"\xff") == "cooper: argument 4, \ufffd, is not UTF-8\n"
    assert "argument 3, A=\ufffd," in refusal_of_bytes(cooper, "-e", b"A=\xff", rootfs, "true")
    line = refusal_of_bytes(cooper, "-e", "LATIN", rootfs, "true", env={"LATIN": b"\xe9"})
    assert line == "cooper: --env LATIN: its value is not UTF-8\n"
    # What isn't passed on does no harm.
    assert cooper.output(rootfs, "echo", "good", env={b"LATIN": b"\xe9"} | state.environment()) == "good\n"


def test_a_working_directory_that_is_not_utf8_is_refused_where_it_matters(cooper, rootfs, tmp_path):
    folder = os.fsencode(tmp_path) + b"/\xff"
    os.mkdir(folder)
    os.mkdir(folder + b"/data")
    line = refusal_of_bytes(cooper, "-v", "data:/data", rootfs, "true", cwd=folder)
    assert line == "cooper: --volume data: the name of the working directory is not UTF-8\n"
    assert cooper.output("-v", f"{tmp_path}:/data", rootfs, "echo", "good", cwd=folder) == "good\n"


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
@pytest.mark.requires("ids of a container")
def test_user(cooper, rootfs, user, uid, gid, groups, home):
    script = "id -u; id -g; id -G; echo $HOME"
    assert cooper.output("--user", user, rootfs, "sh", "-c", script) == f"{uid}\n{gid}\n{groups}\n{home}\n"


@pytest.mark.parametrize(
    "user", ["nobody", "-1", "4294967295", "4294967296", ":", "1:", ":1", "", "cask:nogroup"]
)
def test_unknown_users_are_refused(cooper, rootfs, user):
    assert f"--user {user}" in cooper.refusal("--user", user, rootfs, "id")


@pytest.mark.requires("ids of a container")
def test_users_of_a_file_with_other_line_ends_and_spellings(cooper, rootfs, tmp_path):
    image = tmp_path / "image"
    shutil.copytree(rootfs, image, symlinks=True)
    (image / "etc/passwd").write_bytes(
        "root:x:0:0:root:/root:/bin/sh\r\n"
        "e\u0301:x:7:7::/decomposed:/bin/sh\r\n\u00e9:x:8:8::/composed:/bin/sh\r\n".encode()
    )
    (image / "etc/group").write_bytes(b"hoops:x:9:\r\nstaves:x:10:e\xcc\x81\r\n")
    script = "id -u; id -g; echo $HOME"
    assert cooper.output("-u", "\u00e9", image, "sh", "-c", script) == "8\n8\n/composed\n"
    assert cooper.output("-u", "e\u0301", image, "sh", "-c", script) == "7\n7\n/decomposed\n"
    assert cooper.output("-u", "e\u0301", image, "id", "-G") == "7 10\n"
    assert cooper.output("-u", "e\u0301:hoops", image, "id", "-G") == "9\n"


@pytest.mark.requires("ids of a container")
def test_users_of_an_image_that_is_a_symbolic_link(cooper, rootfs, tmp_path):
    (tmp_path / "link").symlink_to(rootfs)
    for image in [tmp_path / "link", f"{tmp_path}/link/"]:
        assert cooper.output("--user", "cask", image, "id", "-u") == "1000\n"


@pytest.mark.requires("strace")
def test_a_passwd_that_is_no_regular_file_is_not_opened(cooper, rootfs, tmp_path):
    image = tmp_path / "image"
    shutil.copytree(rootfs, image, symlinks=True)
    (image / "etc/passwd").unlink()
    os.mkfifo(image / "etc/passwd")
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/stderr", "-e", "trace=openat,openat2",
         cooper.path, "explain", image, "true"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    opened = [line for line in done.stderr.splitlines() if "openat2(" in line and '"etc/' in line]
    assert len(opened) == 2
    assert all("O_PATH" in line for line in opened)
    # Only the group.
    assert done.stderr.count('"/proc/self/fd/') == 1


@pytest.mark.requires("ids of a container")
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


@pytest.mark.requires("root")
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
    assert "ENOTDIR" in cooper.refusal(rootfs, "/etc/passwd/x", status=127)
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
        (["x" * 300, "true"], f"the image {'x' * 300}: file name too long (ENAMETOOLONG)"),
        (["--volume", f"/{'x' * 300}:/x", "host", "true"], "file name too long (ENAMETOOLONG)"),
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
        (["-v", "/etc:/.", "host", "true"], "over the root"),
        (["-v", "/etc:/./", "host", "true"], "over the root"),
        (["-v", f"/etc:/bin/../{ACCENT}q", "host", "true"], ".. has no place"),
        (["-v", f"/etc:/x/{ACCENT}/..", "host", "true"], ".. has no place"),
        (["--tmpfs", f"/bin/../{ACCENT}q", "host", "true"], ".. has no place"),
        (["--tmpfs", "/x:bind", "host", "true"], "--tmpfs /x:bind: bind means nothing"),
        (["--tmpfs", "/x:size=1m,rbind", "host", "true"], "rbind means nothing"),
        (["-v", "/etc:/data", "--tmpfs", "/x:=1", "host", "true"], '--tmpfs /x: invalid mount: "=1" is'),
        (["--tmpfs", "/x:no-such=1", "host", "true"], "mount tmpfs on /x"),
        (["--cap-add", "FLY", "host", "true"], "no capability CAP_FLY"),
        (["-e", "=x", "host", "true"], "--env =x"),
        (["--env-file", "/nowhere", "host", "true"], "--env-file /nowhere: no such file"),
        (["--env-file", "/etc", "host", "true"], "--env-file /etc: is a directory"),
        (["--env-file", "/dev/zero", "host", "true"], "--env-file /dev/zero: it is longer than 1 MiB"),
        (["--hostname", "a\nb", "host", "true"], "control characters"),
        (["--hostname", "a\x1bb", "host", "true"], "--hostname a\\u{1B}b: "),
        (["--cap-add", "\u017fys_admin", "host", "true"], "no capability"),
        (["--root", "", "host", "true"], "--root is empty"),
        (["--memory", "-1", "host", "true"], "--memory -1: a size is"),
        (["--cpus", "-1", "host", "true"], "--cpus -1: it is a number"),
        (["--cpu-shares", "-5", "host", "true"], "--cpu-shares -5: it is a number"),
        (["--name", "--rm", "host", "true"], "'--name <name>'"),
        (["--name"], "'--name <name>'"),
        (["no\r\nimage", "true"], "there is no image no image"),
        (["no\x1b]0;image", "true"], "there is no image no\\u{1B}]0;image"),
        (["--bogus", "host", "true"], "unknown option --bogus"),
        (["--rm", "-xyz", "host", "true"], "unknown option -xyz"),
        (["--rm=true", "host", "true"], "--rm takes no value"),
        (["--bogus=x", "host", "true"], "unknown option --bogus"),
        (["-t", "host", "true"], "standard output is no terminal"),
        (["/etc/passwd", "true"], "/etc/passwd"),
    ],
)
def test_bad_input_gets_one_clear_line(cooper, arguments, words):
    assert words in cooper.refusal(*arguments)


def options_of(cooper):
    """Each long option in the help, with whether it takes a value."""
    lines = cooper.run("run", "--help").stdout.split("OPTIONS:")[1].splitlines()
    found = [re.match(r"  (?:-\w, )?(--[a-z-]+)( <)?", line) for line in lines]
    return {match[1]: match[2] is not None for match in found if match}


def test_each_option_is_told_from_the_image(cooper):
    options = options_of(cooper)
    assert {"--rm": False, "--trace": False, "--name": True, "--tmpfs": True}.items() <= options.items()
    for option in options.keys() - {"--help", "--version"}:
        if options[option]:
            assert cooper.refusal(f"{option}=", "host", "true") == f"{option}= has no value behind it"
        else:
            assert cooper.refusal(option, "no-such-image", "true") in (
                "there is no image no-such-image: an image is host, a directory, or a tar",
                "--tty: standard output is no terminal",
            )


@pytest.mark.requires("root")
def test_limits_may_be_minus_one(cooper, rootfs):
    cooper.output("--pids-limit", "-1", rootfs, "true")
    cooper.output("--memory", "64m", "--memory-swap", "-1", rootfs, "true")
    cooper.output("--pids-limit=-1", rootfs, "true")


@pytest.mark.requires("ids of a container")
def test_where_the_options_end(cooper, rootfs):
    assert cooper.output("--", rootfs, "echo", "--rm", "--", "---x", "--name=") == "--rm -- ---x --name=\n"
    assert cooper.output("--rm", "--", rootfs, "echo", "a") == "a\n"
    assert "there is no image --rm" in cooper.refusal("--", "--rm", "true")
    assert cooper.output("-iu", "7", rootfs, "id", "-u", input="") == "7\n"
    assert cooper.output("-u=7", rootfs, "id", "-u") == "7\n"


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


@pytest.mark.requires("root")
def test_in_a_chroot_whose_root_is_no_mount_the_error_says_so(cooper, rootfs, tmp_path):
    (tmp_path / "run").mkdir()
    assert "no mount point, as in a chroot" in run_in_chroot(cooper, rootfs, tmp_path)
    # Compiled seccomp filters are kept on purpose.
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["cooper-seccomp"]


@pytest.mark.requires("root")
def test_without_a_place_for_its_directory_the_error_says_so(cooper, rootfs, tmp_path):
    # The keeper tried to make it again and again.
    assert "make the directory /run/cooper/" in run_in_chroot(cooper, rootfs, tmp_path)


def test_a_second_container_of_the_same_name_is_refused(cooper, rootfs):
    with cooper.start(
        "--name", "only", "-i", rootfs, "sh", "-c", "echo up; cat", stdin=subprocess.PIPE
    ) as first:
        assert first.stdout.readline() == "up\n"
        assert cooper.refusal("--name", "only", rootfs, "true") == "a container named only exists already"
        assert os.path.isdir(f"{state.DIRECTORY}/only")
        first.communicate("")
        assert first.returncode == 0
    assert cooper.output("--name", "only", rootfs, "echo", "again") == "again\n"


def test_an_unknown_command_is_refused_by_its_name(cooper):
    assert cooper.refusal("host", verb="rnu") == "there is no command rnu: it is run, explain or help"


def test_version_and_help(cooper):
    assert cooper.run("--version").stdout.strip()
    for verb in ["run", "explain"]:
        for words in (["--help"], ["-h"], ["--rm", "--help"], ["--name", "x", "-h", "host"], ["-ih"]):
            done = cooper.run(verb, *words)
            assert (done.returncode, done.stderr) == (0, "")
            assert f"cooper {verb}" in done.stdout
            assert "--memory-swap" in done.stdout
    assert "--memory-swap" in cooper.run("run", "--trace", "--help").stdout
