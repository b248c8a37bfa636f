"""What every container of the suite is held to, on one that is not attacked, and with what would break it."""

import pytest
from arena import harm

attack = pytest.mark.attack


@attack(
    "common (a) (e)",
    "a plain container leaves the host as it is",
    control=("cooper-runtime:resolve", "cooper:resolve"),
)
def test_the_host_is_as_it_was(arena):
    with arena() as a:
        a.link("data", a.canary)
        a.tmpfs("/data/new")
        a.checks_mounts = False  # the link leads to such a folder of the image's, or to none
        a.run("sh", "-c", "touch /data/new/x")


@attack(
    "common (b)",
    "no descriptor but 0, 1 and 2, whatever the caller has open",
    control=("cooper-runtime:descriptors",),
)
def test_descriptors(arena):
    with arena() as a, open(a.canary / "sentinel") as leaked:
        done = a.run(pass_fds=[leaked.fileno()])
        assert done.has_run, done
        harm(set(done.inside.descriptors) != {0, 1, 2}, f"descriptors: {done.inside.descriptors}")


@attack(
    "common (c)",
    "the five sets of capabilities are those of the configuration",
    control=("cooper-runtime:inheritable", "cooper:inheritable"),
)
@pytest.mark.parametrize("uid", [0, 1000])
def test_capabilities(arena, uid):
    with arena() as a:
        a.user(uid)
        done = a.run()
        assert done.has_run, done
        a.look_inside(done.inside)


@attack(
    "common (d)",
    "the mounts are those of the configuration",
    control=("cooper-runtime:old-root", "cooper:old-root"),
)
def test_mounts(arena):
    with arena() as a:
        a.tmpfs("/mnt/empty")
        a.volume(a.shared, "/mnt/volume")
        done = a.run()
        assert done.has_run, done
        a.look_at_mounts(done.inside)


@attack("common (f)", "a refusal leaves nothing", control=("cooper-runtime:remains",))
@pytest.mark.parametrize("how", ["no such command", "no such directory", "a mount that fails"])
def test_a_refusal_leaves_nothing(arena, how):
    with arena() as a:
        if how == "no such directory":
            a.cwd("/proc/self/fd/77")
        if how == "a mount that fails":
            a.tmpfs("/bin/inside/x")
        if how == "no such command":
            (a.rootfs / "bin/inside").unlink()
        done = a.run()
        assert not done.has_run, done
        harm(a.remains(), f"left: {a.remains()}")
