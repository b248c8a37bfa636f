"""What can't be applied, and what can't be read: neither is passed over in silence."""

import json
import os
import threading

import pytest

covers = pytest.mark.covers


@covers("linux.timeOffsets")
def test_a_clock_that_is_none(box):
    """config-linux.md, Offset for time namespaces: the clocks are boottime and monotonic; runtime.md, Create:
    a property that cannot be applied MUST be an error."""
    box.linux["namespaces"].append({"type": "time"})
    box.linux["timeOffsets"] = {"realtime": {"secs": 3600}}
    box.refused()


@covers("linux.resources.blockIO.weight", "linux.resources.blockIO.leafWeight")
@pytest.mark.parametrize("name", ["weight", "leafWeight"])
@pytest.mark.parametrize("weight", [5, 1001])
def test_a_weight_out_of_range(box, name, weight):
    """config-linux.md, Block IO: weights are from 10 to 1000."""
    box.linux["resources"]["blockIO"] = {name: weight}
    box.refused()


@covers("linux.maskedPaths")
@pytest.mark.parametrize("path", ["/", "/..", "/./../..", "/bin/..", "/link", "/link/proc/.."])
def test_the_root_cannot_be_masked(box, path):
    """config-linux.md, Masked paths: what is masked MUST NOT be read, and of the root something has to."""
    (box.rootfs / "link").symlink_to("/")
    box.linux["maskedPaths"] = [path]
    box.refused()


@covers("linux.readonlyPaths")
@pytest.mark.parametrize("path", ["/", "/.", "/..", "/./../.."])
def test_the_root_can_be_made_read_only(box, path):
    """config-linux.md, Readonly paths: what is named is read-only in the container."""
    box.linux["readonlyPaths"] = [path]
    assert box.output("touch /x || echo read-only; touch /dev/x") == "read-only\n"


@covers("linux.readonlyPaths")
@pytest.mark.parametrize("path", ["/bin/..", "/link", "/link/proc/.."])
def test_a_read_only_path_that_leads_to_the_root(box, path):
    """The same; runtime.md, Create: a property that cannot be applied MUST be an error."""
    (box.rootfs / "link").symlink_to("/")
    box.linux["readonlyPaths"] = [path]
    box.refused()


def tear(container):
    """Writes half of what a runtime keeps of a container."""
    for file in (container.runtime.state / container.id).iterdir():
        if file.is_file() and file.stat().st_size:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


@covers("command:list")
@pytest.mark.parametrize("flags", [(), ("--format", "json"), ("--quiet",)], ids=["table", "json", "quiet"])
def test_a_state_that_cannot_be_read_is_told(running, flags):
    """The command line: list prints the others, and of this one that it can't be read."""
    folder = running.runtime.state / running.id
    kept = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    tear(running)
    done = running.runtime("list", *flags)
    for file, text in kept.items():
        file.write_bytes(text)
    assert done.returncode == 0
    assert running.id in done.stderr and running.id not in done.stdout, done


@covers("global:--root")
def test_a_root_that_is_a_file(runtime, folder):
    """The command line: --root names a directory. One that isn't there has no containers."""
    (folder / "file").write_text("")
    assert runtime.bare("--root", folder / "file", "list").returncode != 0
    assert runtime.bare("--root", folder / "missing", "list", "-q").stdout == ""


@covers("global:--root")
@pytest.mark.parametrize(
    "verb", [("list",), ("state", "c"), ("delete", "--force", "c")], ids=lambda verb: verb[0]
)
def test_an_empty_root(runtime, verb):
    """The command line: --root names a directory."""
    assert runtime.bare("--root", "", *verb).returncode != 0


@covers("command:features", "command:spec")
@pytest.mark.parametrize("verb", ["features", "spec"])
def test_what_needs_no_containers_needs_no_place_for_them(runtime, folder, verb):
    """The command line: features and spec know no container; a caller without XDG_RUNTIME_DIR has them."""
    for above in (folder, *folder.parents[:-1]):
        above.chmod(above.stat().st_mode | 0o011)
    place = folder / "place"
    place.mkdir()
    os.chown(place, 1000, 1000)
    before = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
    flags = ["--bundle", place] if verb == "spec" else []
    done = runtime.bare(verb, *flags, before=before, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0, done


def configuration(box, word, length):
    """A configuration that says a word twice, with so much between."""
    box.config["annotations"] = {"first": word, "padding": "x" * length, "last": word}
    return json.dumps(box.config)


@covers("rule:config-is-read-once", "rule:create-error-leaves-nothing")
@pytest.mark.parametrize("length", [10, 60_000], ids=["short", "long"])
def test_a_configuration_that_is_written_meanwhile(box, length):
    """runtime.md, Create: the container is made of config.json. Who writes that file again and again gives
    one whole text or the other, or an error, and then nothing is left."""
    box.script("read line")
    texts = [configuration(box, word, length).encode() for word in ("one", "two")]
    file = box.folder / "config.json"
    file.write_bytes(texts[0])
    is_over = threading.Event()

    def rewrite():
        # In place, in two halves.
        with open(file, "r+b", buffering=0) as place:
            descriptor = place.fileno()
            while not is_over.is_set():
                for text in texts:
                    os.ftruncate(descriptor, 0)
                    os.pwrite(descriptor, text[: len(text) // 2], 0)
                    os.pwrite(descriptor, text[len(text) // 2 :], len(text) // 2)

    writer = threading.Thread(target=rewrite)
    writer.start()
    outcomes = set()
    try:
        for _ in range(100):
            done = box.runtime("create", "--bundle", box.folder, box.id)
            if done.returncode:
                outcomes.add("error")
                assert done.stderr, done
                assert box.runtime("state", box.id).returncode != 0 and box.cgroups() == []
                continue
            said = box.state()["annotations"]
            assert said["first"] == said["last"], "two texts are mixed"
            outcomes.add(said["first"])
            box.delete("--force")
    finally:
        is_over.set()
        writer.join()
    assert outcomes
