"""cooper explain prints the plan and does nothing; cooper run --trace prints its steps as they are done."""

import json
import re
import subprocess

import conftest
import pytest
import state

OPTIONS = ["--name", "shown", "--user", "7:8", "--read-only", "--init", "--cap-drop", "ALL"]


def explain(cooper, *arguments, **options):
    done = cooper.run("explain", *arguments, **options)
    assert (done.returncode, done.stderr) == (0, ""), done
    return done.stdout.splitlines()


@pytest.mark.requires("ids of a container")
def test_explain_prints_one_line_a_step_in_the_order_of_doing(cooper, rootfs):
    lines = explain(cooper, *OPTIONS, "-v", "/etc:/data:ro", rootfs, "echo", "two words")
    places = {}
    for number, line in enumerate(lines):
        assert re.match(r"(note  |host  |child ) \S", line), line
        places.setdefault(re.sub(r"filter of \d+", "filter of N", line[7:]), number)
    in_order = [
        f"start the keeper: it makes and locks {state.DIRECTORY}/shown, and removes everything when this"
        " process ends",
        "let the child go",
        "wait for the host side",
        "make every mount private (MS_REC | MS_PRIVATE)",
        *([] if state.IS_ROOT else ["open what will be bound, and become root of the user namespace"]),
        f"mount overlay of {rootfs} as the root ({'nodev' if state.IS_ROOT else 'nodev,userxattr'})",
        "mount proc on /proc (nosuid,nodev,noexec)",
        "bind /etc on /data (rbind,rro,rnosuid,rnodev)",
        "make the root read-only",
        "pivot_root into the root, and detach the old one",
        "set the host name shown",
        "drop all from the bounding set but none",
        "become uid 7, gid 8, groups []",
        "set no_new_privs",
        "load a seccomp filter of N instructions",
        "stay as pid 1: reap, forward signals, and run the command in a child",
        "execve echo 'two words'",
    ]
    assert sorted(in_order, key=places.__getitem__) == in_order
    assert lines[-1] == "child  execve echo 'two words'"


@pytest.mark.requires("strace")
def test_explain_does_nothing(cooper, rootfs):
    explain(cooper, "--init", rootfs, "touch", "/made")
    assert not (rootfs / "made").exists()
    assert conftest.remains() == []
    done = subprocess.run(
        ["strace", "-f", "-qq", "-o", "/dev/stderr", "-e",
         "trace=mkdir,mkdirat,mount,clone,clone3,fork,vfork,unshare,fsopen,open_tree,unlinkat,renameat2",
         cooper.path, "explain", str(rootfs), "true"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stderr == ""


def test_a_step_stays_one_line_whatever_is_in_it(cooper, rootfs):
    lines = explain(cooper, "-v", "/etc:/a\nb", rootfs, "echo", "\x1b]0;x\r\ny")
    assert "child  bind /etc on /a\\nb (rbind,rnosuid,rnodev)" in lines
    assert lines[-1] == "child  execve echo '\\u{1B}]0;x\\r\\ny'"


def test_explain_refuses_what_run_refuses(cooper, rootfs):
    assert "--user nobody" in cooper.refusal("--user", "nobody", rootfs, "true", verb="explain")
    assert "no image" in cooper.refusal("no-such-image", verb="explain")


@pytest.mark.requires("root")
def test_the_keeper_of_a_bundle_is_dismissed(cooper, rootfs, tmp_path):
    """The container of `create` outlives who makes it; that of `run` doesn't."""
    config = {
        "ociVersion": "1.2.0",
        "root": {"path": str(rootfs)},
        "process": {"cwd": "/", "args": ["true"]},
        "linux": {"namespaces": [{"type": "mount"}]},
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    lines = [line for line in explain(cooper, "--bundle", tmp_path) if line.startswith("host")]
    assert lines[-1] == "host   dismiss the keeper once the child waits to be started: the container stays"
    assert not any("dismiss" in line for line in explain(cooper, rootfs, "true"))


@pytest.mark.requires("containers")
@pytest.mark.requires("ids of a container")
def test_trace_prints_each_step_as_it_is_done(cooper, rootfs):
    done = cooper.run("run", "--trace", *OPTIONS, rootfs, "sh", "-c", "echo out")
    assert (done.returncode, done.stdout) == (0, "out\n")
    traced = [
        re.fullmatch(r" *(\d+\.\d{3}) ms (\w+) +(.*)", line).groups() for line in done.stderr.splitlines()
    ]
    steps = [
        tuple(line.split(maxsplit=1)) for line in explain(cooper, *OPTIONS, rootfs, "sh", "-c", "echo out")
    ]
    # The child goes on while the host side still prints.
    for side in ["host", "child"]:
        assert [step for _, who, step in traced if who == side] == [
            step for who, step in steps if who == side
        ]
        times = [float(time) for time, who, _ in traced if who == side]
        assert times == sorted(times)
    assert len(traced) == len([step for step in steps if step[0] != "note"])
