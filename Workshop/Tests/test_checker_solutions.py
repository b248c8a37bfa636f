"""The checker and the course's programs: each solution passes, each start fails with what is missing."""

import pytest
from checker import STARTERS, command_of, failures, to_be_seen
from conftest import EDITIONS, LEVELS

# What a learner reads at the beginning of a level: a property, and what was seen instead.
MISSING = {
    0: ("status", 'rd ended with status 125 and said "rd: there is no child yet: fork one, in it contain()'),
    1: ("root", "its / is the host's: /THIS-IS-THE-HOST is there"),
    2: ("proc", "nothing of type proc is mounted on /proc"),
    3: ("no-escape", "it did: the command stood in the host's /, beside /THIS-IS-THE-HOST"),
    4: ("image", "changed: /images/small/etc/issue, /images/small/etc/motd, /images/small/new-file"),
    5: ("hostname", "it is workshop-host"),
    6: ("kill-all", "a process of the host's was ended"),
    7: ("own-net", "it is in the host's: /proc/PID/ns/net is the same file for both"),
    8: ("own-cgroup", "its process is in the caller's cgroup when it begins"),
    9: ("pids", "it made 100"),
    10: ("uid", "the real, effective, saved and filesystem ids are 0 0 0 0"),
    11: ("CapEff", "it has CAP_NET_ADMIN | "),
    12: ("refused", "unshare worked"),
    13: ("user", "the command said nothing: rd ended with status 125"),
    14: ("net-out", "no answer came from 192.0.2.2"),
    15: ("exec", "it is in another namespace than the first: cgroup, ipc, mnt"),
    16: ("bundle-command", "the command said nothing: rd ended with status "),
}
BUNDLE = ["command", "place", "home", "closed", "user", "capabilities", "limits", "raise", "masked"]
BUNDLE += ["read-only", "sysctl", "refused"]
FAILING = {
    0: {"status", "signal", "no-command", "arguments", "output", "child"},
    1: {"root", "directory", "command"},
    2: {"own-table", "proc", "sys", "devices", "terminals", "shm"},
    3: {"no-escape", "root-mount"},
    4: {"image", "layers", "descriptors"},
    5: {"own-uts", "hostname", "own-ipc", "mqueue"},
    6: {"own-pid", "kill-all", "end", "killed"},
    7: {"own-net"},
    8: {"own-cgroup", "cpu"},
    9: {"memory", "pids", "limits", "own-cgroup-ns", "cgroup-root"},
    10: {"uid", "gid", "groups", "no-return"},
    11: {"CapBnd", "CapAmb", "CapInh", "CapPrm", "CapEff", "no-new-privs"},
    12: {"filter", "refused"},
    13: {f"user{what}" for what in ("", "-same", "-image", "-range", "-other", "-groups", "-alone")},
    14: {"net-out", "net-port", "net-user"},
    15: {"volume", "read-only", "volume-run", "volume-link", "exec", "exec-user"},
    16: {f"bundle-{what}" for what in BUNDLE},
}
numbers = pytest.mark.parametrize("level", range(len(LEVELS)), ids=[level.name[:2] for level in LEVELS])
editions = pytest.mark.parametrize("edition", EDITIONS)


@numbers
@editions
def test_the_solution_passes(level, edition):
    assert failures(level, command_of(edition, LEVELS[level])) == {}


@numbers
@editions
def test_the_start_fails_with_what_is_missing(level, edition):
    found = failures(level, command_of(edition, STARTERS[level]))
    name, sentence = MISSING[level]
    assert set(found) == to_be_seen(FAILING[level])
    assert found[name].startswith(sentence)


def test_every_level_has_a_start_that_is_tried():
    assert set(MISSING) == set(FAILING) == set(range(len(LEVELS)))
