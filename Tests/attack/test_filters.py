"""A filter that is loaded does what its profile says: told by calls, not by its instructions."""

import itertools
import json
import os
import platform
import random

import pytest
from arena import harm

attack = pytest.mark.attack
SHORT = os.environ.get("SHORT") == "1"
ALL = (1 << 64) - 1
VALUES = [0, 1, 2, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, (1 << 32) + 1, 1 << 63, ALL - 1, ALL]
OPERATORS = {
    "SCMP_CMP_NE": lambda x, a, b: x != a,
    "SCMP_CMP_LT": lambda x, a, b: x < a,
    "SCMP_CMP_LE": lambda x, a, b: x <= a,
    "SCMP_CMP_EQ": lambda x, a, b: x == a,
    "SCMP_CMP_GE": lambda x, a, b: x >= a,
    "SCMP_CMP_GT": lambda x, a, b: x > a,
    "SCMP_CMP_MASKED_EQ": lambda x, a, b: x & a == b,
}
ACTIONS = {
    "SCMP_ACT_ERRNO": "errno 42",
    "SCMP_ACT_KILL_PROCESS": "signal 31",
    "SCMP_ACT_KILL_THREAD": "signal 31",
    "SCMP_ACT_KILL": "signal 31",
    "SCMP_ACT_TRAP": "signal 31",
    "SCMP_ACT_LOG": "errno 9",
    "SCMP_ACT_ALLOW": "errno 9",
    "SCMP_ACT_TRACE": "errno 38",
}
MACHINE = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}.get(platform.machine())
ALLOWED = "errno 9"


def condition(index, operator, value, second=0):
    return {"index": index, "op": operator, "value": value, "valueTwo": second}


def holds(rule, pair):
    return all(
        OPERATORS[entry["op"]](pair[entry["index"] - 1], entry["value"], entry["valueTwo"])
        for entry in rule["args"]
    )


def rule(action="SCMP_ACT_ERRNO", args=()):
    made = {"names": ["fadvise64"], "action": action, "args": list(args)}
    if action == "SCMP_ACT_ERRNO":
        made["errnoRet"] = 42
    return made


def conditions(source):
    """One or two that a source of random numbers chooses."""
    made = []
    for index in source.sample([1, 2], source.randint(1, 2)):
        operator = source.choice(list(OPERATORS))
        value = source.choice(VALUES)
        second = value & source.choice(VALUES) if operator == "SCMP_CMP_MASKED_EQ" else 0
        made.append(condition(index, operator, value, second))
    return made


def compare(a, rules, pairs):
    """The container under this profile, against what the profile says of each pair of arguments."""
    a.put("filtered")
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": [MACHINE], "syscalls": rules}
    wanted = []
    for pair in pairs:
        found = [entry for entry in rules if holds(entry, pair)]
        wanted.append(ACTIONS[found[0]["action"]] if found else ALLOWED)
    if a.target.is_control:
        # Its profile is another one: without the last rule.
        profile["syscalls"] = rules[:-1]
    a.box.linux["seccomp"] = profile
    file = a.folder / "profile.json"
    file.write_text(json.dumps(profile))
    a.made.add(file.name)
    a.options += ["--security-opt", f"seccomp={file}"]
    done = a.run("/bin/filtered", *[f"{x},{y}" for x, y in pairs])
    assert done.has_run, done
    said = dict(line.split(" ", 1) for line in done.inside.after.splitlines())
    assert len(said) == len(set(pairs)), done
    for (x, y), answer in zip(pairs, wanted):
        harm(said[f"{x},{y}"] != answer, f"{rules} of {x:#x}, {y:#x}: {said[f'{x},{y}']}, not {answer}")


@attack("GHSA libseccomp 2.6.1", "each operator, at the edges of 32 and 64 bits",
        control=("cooper-runtime:edited",))  # fmt: skip
@pytest.mark.parametrize("operator", OPERATORS)
def test_operators(arena, operator):
    values = VALUES[:: 3 if SHORT else 1]
    for value in values:
        second = value & 0xFFFF0000FFFF0000 if operator == "SCMP_CMP_MASKED_EQ" else 0
        with arena() as a:
            compare(a, [rule(args=[condition(1, operator, value, second)])], [(x, 7) for x in VALUES])


@attack("GHSA libseccomp 2.6.1", "each action", control=("cooper-runtime:edited",))
def test_actions(arena, target):
    for action in ACTIONS:
        if target.is_control and ACTIONS[action] == ALLOWED:
            continue
        with arena() as a:
            if action == "SCMP_ACT_ALLOW":
                compare(a, [], [(1, 2)])
            else:
                compare(a, [rule(action)], [(1, 2)])


@attack(
    "GHSA libseccomp 2.6.1",
    "several rules, and several conditions in one",
    control=("cooper-runtime:edited",),
)
def test_rules(arena):
    source = random.Random(20261)
    pairs = list(itertools.product(VALUES[::2], VALUES[1::3]))
    for _ in range(5 if SHORT else 60):
        rules = [rule(args=conditions(source)) for _ in range(source.randint(1, 6))]
        with arena() as a:
            compare(a, rules, pairs)
