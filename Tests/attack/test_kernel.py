"""Faults of the kernel: what they were reached by is closed to a container that asks for nothing."""

import platform
import subprocess

import pytest
from arena import NUMBERED, harm

attack = pytest.mark.attack
FAULTS = {
    "CVE-2017-7308 CVE-2020-14386": ["a socket of AF_PACKET", "a socket of AF_PACKET with a high half"],
    "CVE-2021-22555 CVE-2022-25636 CVE-2022-32250 CVE-2023-32233 CVE-2024-1086": [
        "unshare of a user namespace", "clone of a user namespace", "clone of a network namespace", "clone3",
        "setns",
    ],
    "CVE-2022-0185": ["fsopen", "fsconfig", "fspick", "open_tree", "move_mount", "mount_setattr"],
    "CVE-2023-0386 CVE-2023-2640": ["unshare of a mount namespace", "mount", "umount2", "pivot_root"],
    "keyrings": ["keyctl", "add_key", "request_key"],
    "bpf and perf": ["bpf", "perf_event_open"],
    "userfaultfd and io_uring": [
        "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register",
    ],
    "open_by_handle_at": ["open_by_handle_at"],
    "modules and kexec": ["kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module"],
    "families of sockets": [
        "a socket of AF_ALG", "a socket of AF_VSOCK", "a socket of AF_KEY", "a socket of AF_TIPC",
        "a socket of AF_CAN",
    ],
    "personality": ["personality without random addresses", "personality that executes what it reads"],
    "the machine": [
        "fanotify_init", "quotactl", "swapon", "acct", "iopl", "reboot", "syslog", "kcmp", "pidfd_getfd",
        "move_pages",
    ],
}  # fmt: skip
UNCONFINED = ["--cap-add", "ALL", "--security-opt", "seccomp=unconfined"]


def results(a, options=()):
    a.put("gates")
    done = a.run("/bin/gates", options=options)
    assert done.has_run and "ended" in done.inside.after, done
    lines = [line.split("\t") for line in done.inside.after.splitlines() if "\t" in line]
    return {(way, name): result for way, name, result in lines}


@attack(
    "section 3", "the gates of the kernel's faults are closed", on=("cooper",), control=("cooper:unconfined",)
)
@pytest.mark.parametrize("fault", FAULTS)
def test_gates(arena, fault, target):
    with arena() as a:
        found = results(a, UNCONFINED if target.is_control else ())
    ways = {way for way, _ in found}
    assert "64" in ways
    if target.is_control and all(found.get(("64", name)) == "ENOSYS" for name in FAULTS[fault]):
        pytest.skip("missing requirement: kernel modules (machine)")
    for way in sorted(ways):
        for name in FAULTS[fault]:
            result = found.get((way, name))
            harm(result not in (None, "EPERM", "ENOSYS"), f"{name} by the {way}-bit way: {result}")


def one(*names, args=(), errno=1):
    return {"names": list(names), "action": "SCMP_ACT_ERRNO", "errnoRet": errno, "args": list(args)}


def bits(index, *values):
    """A condition for each flag: any of them is enough."""
    return [[{"index": index, "value": v, "valueTwo": v, "op": "SCMP_CMP_MASKED_EQ"}] for v in values]


def low(index, value):
    return [{"index": index, "value": (1 << 32) - 1, "valueTwo": value, "op": "SCMP_CMP_MASKED_EQ"}]


# What closes the gates in a bundle, where root has every capability: a profile that says what is refused.
CLOSED = {
    "defaultAction": "SCMP_ACT_ALLOW",
    "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]
    if platform.machine() == "x86_64"
    else ["SCMP_ARCH_AARCH64"],
    "syscalls": [
        one(
            "setns", "keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd",
            "open_by_handle_at", "fsopen", "fsconfig", "fspick", "open_tree", "move_mount", "mount_setattr",
            "mount", "umount2", "pivot_root", "io_uring_setup", "io_uring_enter", "io_uring_register",
            "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "fanotify_init",
            "quotactl", "swapon", "acct", "iopl", "reboot", "syslog", "kcmp", "pidfd_getfd", "move_pages",
            "socketcall",
        ),
        one("clone3", errno=38),
        *[one("clone", "unshare", args=args) for args in bits(0, 0x10000000, 0x40000000, 0x20000)],
        *[one("socket", args=low(0, family)) for family in (38, 40, 17, 15, 30, 29)],
        *[one("personality", args=args) for args in bits(0, 0x0040000, 0x0400000)],
    ],
}  # fmt: skip


@attack("section 3", "the same in a bundle with all capabilities, by what its profile says", on=("runtime",),
        control=("cooper-runtime:edited",))  # fmt: skip
@pytest.mark.parametrize("fault", FAULTS)
def test_gates_of_a_profile(arena, fault, target):
    with arena() as a:
        with open("/proc/self/status", encoding="utf-8") as status:
            own = int(next(line.split()[1] for line in status if line.startswith("CapEff")), 16)
        every = [f"CAP_{name}" for number, name in enumerate(NUMBERED) if own >> number & 1]
        a.box.process["capabilities"] = {kind: every for kind in ("bounding", "permitted", "effective")}
        if not target.is_control:
            a.box.linux["seccomp"] = CLOSED
        found = results(a)
    if target.is_control and all(found.get(("64", name)) == "ENOSYS" for name in FAULTS[fault]):
        pytest.skip("missing requirement: kernel modules (machine)")
    for way in sorted({way for way, _ in found}):
        for name in FAULTS[fault]:
            result = found.get((way, name))
            harm(result not in (None, "EPERM", "ENOSYS"), f"{name} by the {way}-bit way: {result}")


@attack("section 3", "clone3 tells that it is not there, so that C libraries take clone", on=("cooper",),
        control=("cooper:unconfined",))  # fmt: skip
def test_clone3(arena, target):
    with arena() as a:
        found = results(a, UNCONFINED if target.is_control else ())
        harm(found["64", "clone3"] != "ENOSYS", f"clone3: {found['64', 'clone3']}")


@attack("section 3", "a process traces only those with the same rights: not the init", on=("cooper",),
        control=("cooper:unconfined",))  # fmt: skip
def test_tracing(arena, target, programs):
    with arena() as a:
        a.put("watch")
        options = ["--init", "-i", *(UNCONFINED if target.is_control else ())]
        looks = "cat /proc/1/environ /proc/1/maps; ls /proc/1/root/; readlink /proc/1/exe /proc/1/fd/0"
        words = ["/bin/sh", "-c", f"{looks}; echo over"]
        done = subprocess.run(
            a.command(*words, options=options), capture_output=True, text=True, check=False, timeout=60,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
        assert "over" in done.stdout, done
        harm(done.stdout != "over\n", f"of the init is read: {done}")


@attack(
    "CVE-2022-0492",
    "release_agent: no cgroup mounted in a namespace of the container's own, none writable",
    on=("cooper",),
    control=("cooper:unconfined",),
)
def test_release_agent(arena, target):
    script = (
        "unshare -UrC true && echo namespace; mkdir /c /c2; mount -t cgroup -o pids x /c && echo mounted;"
        "mount -t cgroup2 x /c2 && echo mounted;"
        "for f in $(find /sys/fs/cgroup -name release_agent -o -name cgroup.procs);"
        "do echo 1 >$f && echo wrote $f; done;"
        "for d in /sys/fs/cgroup /sys/fs/cgroup/*; do mkdir $d/pwned && echo made $d; done; true"
    )
    with arena() as a:
        a.checks_mounts = False
        done = a.run("sh", "-c", script, options=UNCONFINED if target.is_control else ())
        assert done.has_run, done
        harm(done.inside.after.strip(), done.inside.after)
