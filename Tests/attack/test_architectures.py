"""A filter holds by every way into the kernel: 64-bit calls, int 0x80, and x32's numbers."""

import json
import os
import platform
import random

import pytest
from arena import harm
from test_filters import ACTIONS, OPERATORS, VALUES, condition, conditions, holds

pytestmark = pytest.mark.skipif(
    platform.machine() != "x86_64", reason="missing requirement: x86_64 (machine)"
)
attack = pytest.mark.attack
SHORT = os.environ.get("SHORT") == "1"
LOW = (1 << 32) - 1
WAYS = {"64": "SCMP_ARCH_X86_64", "32": "SCMP_ARCH_X86", "x32": "SCMP_ARCH_X32"}
ALL = tuple(WAYS.values())
ALLOWED = {"64": {"errno 9"}, "32": {"errno 9", "errno 38"}, "x32": {"errno 9", "errno 38"}}


def rule(action="SCMP_ACT_ERRNO", args=()):
    made = {"names": ["getdents"], "action": action, "args": list(args)}
    if action == "SCMP_ACT_ERRNO":
        made["errnoRet"] = 42
    return made


def narrowed(entry):
    """The same rule where arguments have 32 bits."""
    args = [{**arg, "value": arg["value"] & LOW, "valueTwo": arg["valueTwo"] & LOW} for arg in entry["args"]]
    return {**entry, "args": args}


def wanted(way, rules, pair):
    if way != "64":
        rules, pair = [narrowed(entry) for entry in rules], [value & LOW for value in pair]
    found = [entry for entry in rules if holds(entry, pair)]
    # What is traced without a tracer, and what the kernel hasn't, is ENOSYS.
    return (
        {ACTIONS[found[0]["action"]]} if found and ACTIONS[found[0]["action"]] != "errno 9" else ALLOWED[way]
    )


def compare(a, rules, pairs, architectures=ALL):
    a.put("filtered")
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": list(architectures), "syscalls": rules}
    expected = {
        f"{way}:{x},{y}": wanted(way, rules, (x, y)) if name in architectures else {"signal 31"}
        for way, name in WAYS.items()
        for x, y in pairs
    }
    if a.target.is_control:
        # Its profile is another one: for the machine's own calls alone, and then the others are let through.
        profile = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": list(WAYS.values()), "syscalls": []}
    a.box.linux["seccomp"] = profile
    file = a.folder / "profile.json"
    file.write_text(json.dumps(profile))
    a.made.add(file.name)
    a.options += ["--security-opt", f"seccomp={file}"]
    done = a.run("/bin/filtered", *expected)
    assert done.has_run, done
    said = dict(line.split(" ", 1) for line in done.inside.after.splitlines())
    assert said.keys() == expected.keys(), done
    for word, answers in expected.items():
        harm(said[word] not in answers, f"{rules} of {word}: {said[word]}, not {answers}")


@attack("GHSA libseccomp 2.6.1", "each operator, by 32-bit calls and x32's too",
        control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("operator", OPERATORS)
def test_operators(arena, operator):
    for value in VALUES[:: 5 if SHORT else 2]:
        second = value & 0xFFFF0000FFFF0000 if operator == "SCMP_CMP_MASKED_EQ" else 0
        with arena() as a:
            compare(a, [rule(args=[condition(1, operator, value, second)])], [(x, 7) for x in VALUES])


@attack("GHSA libseccomp 2.6.1", "each action, by 32-bit calls and x32's too",
        control=("cooper-runtime:edited",), once=True)  # fmt: skip
@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "SCMP_ACT_ALLOW"])
def test_actions(arena, action):
    with arena() as a:
        compare(a, [rule(action)], [(1, 2)])


@attack("GHSA libseccomp 2.6.1", "several rules and conditions, by 32-bit calls and x32's too",
        control=("cooper-runtime:edited",))  # fmt: skip
def test_rules(arena):
    source = random.Random(20262)
    for _ in range(3 if SHORT else 25):
        rules = [rule(args=conditions(source)) for _ in range(source.randint(1, 5))]
        with arena() as a:
            compare(a, rules, [(x, y) for x in VALUES[::2] for y in VALUES[1::4]])


@attack("GHSA libseccomp 2.6.1", "a way that the profile doesn't name is closed", on=("runtime", "cooper"),
        control=("cooper-runtime:edited",))  # fmt: skip
def test_a_way_that_is_not_named(arena):
    with arena() as a:
        compare(a, [rule()], [(1, 2)], ["SCMP_ARCH_X86_64"])
