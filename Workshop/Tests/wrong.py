"""The mistakes of test_checker_wrong.py, levels 00 to 12."""

from dataclasses import dataclass


@dataclass
class Mistake:
    level: int
    name: str
    # What the Python solution has, and what stands there instead.
    edits: list
    # The properties that fail, and a part of what was seen.
    seen: dict


WAIT = "    _, status = os.waitpid(child, 0)\n    return shell_status(status)"
EXEC = "os.execvp(options.command[0], options.command)"
FAIL = '        fail(127, f"{options.command[0]}: {error.strerror}")\n'
PRIVATE = '    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE, None)\n'
SAFE_DEV = '"tmpfs", linux.MS_NOSUID | linux.MS_NOEXEC, "mode=755,size=64k"'
PIVOT = '    linux.pivot_root(".", ".")\n'
DETACH = '    linux.umount2(".", linux.MNT_DETACH)\n'
LAYERS = 'f"lowerdir={image},upperdir=/run/upper,workdir=/run/work"'
CLOSE = "    linux.close_range(3, 2**32 - 1)\n"
HOSTNAME = "    if options.hostname:\n        linux.sethostname(options.hostname)\n"
NEW_05 = "    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC)\n"
MQUEUE = '    linux.mount("mqueue", f"{root}/dev/mqueue", "mqueue", safe, None)\n'
COMMAND = "    command = os.fork()\n    if command == 0:\n        become()\n    return supervise(command)\n"
ENTER = '        enter_cgroup(cgroup, child)\n        os.write(opener, b"g")\n'
CGROUP_NS = "    linux.unshare(linux.CLONE_NEWCGROUP)\n"
GATE = "    if not os.read(gate, 1):\n        os._exit(125)\n"
CAPSET = "    linux.capset(kept, kept, 0)\n"
AMBIENT = "    linux.prctl(linux.PR_CAP_AMBIENT, linux.PR_CAP_AMBIENT_CLEAR_ALL)\n"

# The parent waits until the command's program, or its end, is there.
LATE = """        shares, options.cpu_shares = options.cpu_shares, None
        enter_cgroup(cgroup, child)
        os.write(opener, b"g")

        def has_begun():
            with contextlib.suppress(OSError, IndexError):
                with open(f"/proc/{child}/task/{child}/children") as file:
                    command = file.read().split()[0]
                return os.readlink(f"/proc/{command}/exe") != os.readlink("/proc/self/exe")
            with open(f"/proc/{child}/stat") as file:
                return ") Z " in file.read()

        while not has_begun():
            pass
        if shares is not None:
            name = "cpu.weight" if IS_V2 else "cpu.shares"
            write_file(f"{TREES[0]}/{cgroup}/{name}", 50 if IS_V2 else shares)
"""
# Signals without a handler, its own too, don't reach pid 1; and it doesn't wait for others.
PID_1 = {
    "signal": "rd ended with status 0",
    "sigterm": "didn't end in 20 seconds",
    "zombies": "nobody has waited for it",
}


WRONG = [
    # 00
    Mistake(
        0,
        "status-is-not-given-on",
        [("return shell_status(status)", "return 0")],
        {"status": "status 0", "signal": "status 0", "no-command": "status 0"},
    ),
    Mistake(
        0,
        "only-the-exit-status",
        [("return shell_status(status)", "return status >> 8")],
        {"signal": "status 0"},
    ),
    Mistake(0, "no-fork", [("child = os.fork()", "child = 0")], {"child": "they have the same pid"}),
    Mistake(
        0,
        "a-shell-splits-the-arguments",
        [(EXEC, 'os.execvp("sh", ["sh", "-c", " ".join(options.command)])')],
        {"arguments": "it got"},
    ),
    Mistake(
        0,
        "it-talks",
        [("    child = os.fork()\n", '    print("starting")\n    child = os.fork()\n')],
        {"output": "starting"},
    ),
    Mistake(
        0,
        "the-child-goes-on-as-the-parent",
        [(FAIL, "        print(error)\n")],
        {"no-command": "status 125"},
    ),
    # 01
    Mistake(1, "no-chdir", [('        os.chdir("/")\n', "")], {"directory": "which the host knows as"}),
    Mistake(
        1,
        "looked-for-on-the-host",
        [
            (
                "    child = os.fork()\n",
                '    if not os.path.exists(options.command[0]):\n        fail(127, "")\n'
                "    child = os.fork()\n",
            )
        ],
        {"command": "/in-image, which only the image has"},
    ),
    Mistake(
        1,
        "a-file-stays",
        [("    child = os.fork()\n", '    open("/tmp/rd.log", "w").close()\n    child = os.fork()\n')],
        {"no-file": "changed: /tmp/rd.log"},
    ),
    Mistake(
        1,
        "a-directory-stays",
        [("    child = os.fork()\n", '    os.mkdir("/var/rd")\n    child = os.fork()\n')],
        {"no-file": "changed: /var/rd"},
    ),
    # 02
    Mistake(
        2, "no-private", [(PRIVATE, "")], {"host-table": "their propagation is shared", "no-mount": "left: "}
    ),
    Mistake(
        2,
        "no-recursive",
        [("linux.MS_REC | linux.MS_PRIVATE", "linux.MS_PRIVATE")],
        {"host-table": "/images/small/proc", "no-mount": "/images/small/proc"},
    ),
    Mistake(
        2,
        "no-unshare",
        [("    linux.unshare(linux.CLONE_NEWNS)\n", "")],
        {
            "own-table": "in the host's",
            "host-table": "aren't shared any more",
            "no-mount": "/images/small/proc",
        },
    ),
    Mistake(
        2,
        "no-proc",
        [('    linux.mount("proc", f"{root}/proc", "proc", safe, None)\n', "")],
        {"proc": "nothing of type proc"},
    ),
    Mistake(2, "sys-can-be-written", [("linux.MS_RDONLY | safe", "safe")], {"sys": "it can be written to"}),
    Mistake(
        2,
        "umask",
        [("    mask = os.umask(0)\n", "    mask = os.umask(0o022)\n")],
        {"devices": "/dev/null has mode 644: the umask"},
    ),
    Mistake(
        2,
        "nodev",
        [(SAFE_DEV, SAFE_DEV.replace("MS_NOEXEC", "MS_NODEV"))],
        {"devices": "/dev/null can't be opened: is the mount nodev?"},
    ),
    Mistake(2, "no-tty", [('    devices["tty"] = (5, 0)\n', "")], {"devices": "there is no /dev/tty"}),
    Mistake(
        2,
        "a-wrong-device",
        [('"zero": (1, 5)', '"zero": (1, 3)')],
        {"devices": "/dev/zero is device 1:3, not 1:5"},
    ),
    Mistake(
        2,
        "the-hosts-terminals",
        [
            (
                '"devpts", f"{root}/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, terminals)',
                '"/dev/pts", f"{root}/dev/pts", None, linux.MS_BIND, None)',
            )
        ],
        {"terminals": "it is the host's"},
    ),
    Mistake(
        2,
        "the-hosts-shm",
        [
            (
                '    linux.mount("shm", f"{root}/dev/shm", "tmpfs", safe, "mode=1777,size=64m")\n',
                '    linux.mount("/dev/shm", f"{root}/dev/shm", None, linux.MS_BIND, None)\n',
            )
        ],
        {"shm": "it is the host's"},
    ),
    Mistake(
        2, "shm-for-root-alone", [("mode=1777,size=64m", "mode=755,size=64m")], {"shm": "its mode is 755"}
    ),
    # 03
    Mistake(
        3,
        "chroot",
        [
            (
                "        change_root(options.image)\n",
                '        os.chroot(options.image)\n        os.chdir("/")\n',
            )
        ],
        {"no-escape": "stood in the host's /"},
    ),
    Mistake(
        3,
        "put-old-stays",
        [(PIVOT, '    os.makedirs("old", exist_ok=True)\n    linux.pivot_root(".", "old")\n'), (DETACH, "")],
        {"no-old-root": "mounts of the host are still there: /old"},
    ),
    Mistake(
        3,
        "the-hosts-files-are-bound",
        [
            (
                "        change_root(options.image)\n",
                '        linux.mount("/usr", f"{options.image}/usr", None, linux.MS_BIND, None)\n'
                "        change_root(options.image)\n",
            )
        ],
        {"no-old-root": "/usr"},
    ),
    # 04
    Mistake(
        4,
        "nothing-above",
        [(LAYERS, 'f"lowerdir={image}:/run/work"')],
        {"changes": "it makes no file"},
    ),
    Mistake(
        4,
        "the-wrong-layer-on-top",
        [(LAYERS, LAYERS.replace("{image}", "{':'.join(reversed(image.split(':')))}"))],
        {"layers": '"base", "top", "base"'},
    ),
    Mistake(
        4,
        "changes-stay-on-the-host",
        [('    linux.mount("tmpfs", "/run", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, None)\n', "")],
        {"no-file": "/run/"},
    ),
    Mistake(4, "a-descriptor-of-the-hosts-root", [(CLOSE, "")], {"descriptors": "20 /"}),
    # 05
    Mistake(
        5,
        "named-before-unshare",
        [(NEW_05 + HOSTNAME, HOSTNAME + NEW_05)],
        {"host-hostname": "it became cask"},
    ),
    Mistake(
        5,
        "no-ipc",
        [(" | linux.CLONE_NEWIPC", "")],
        {"own-ipc": "in the host's", "mqueue": "it shows the host's"},
    ),
    Mistake(
        5,
        "queues-before-unshare",
        [(" | linux.CLONE_NEWIPC", ""), (CLOSE, "    linux.unshare(linux.CLONE_NEWIPC)\n" + CLOSE)],
        {"mqueue": "the mount came before the new namespace"},
    ),
    Mistake(5, "no-queues", [(MQUEUE, "")], {"mqueue": "nothing of type mqueue"}),
    # 06
    Mistake(
        6,
        "proc-of-the-wrong-pids",
        [
            (" | linux.CLONE_NEWPID", ""),
            ("    command = os.fork()\n", "    linux.unshare(linux.CLONE_NEWPID)\n    command = os.fork()\n"),
        ],
        {
            "proc": "it is of another pid namespace",
            "processes": "and /proc/self is",
            "killed": "still there: probe",
            **PID_1,
        },
    ),
    Mistake(6, "the-command-is-pid-1", [(COMMAND, "    become()\n")], PID_1),
    Mistake(
        6,
        "no-signal-is-passed-on",
        [("            os.kill(child, info.si_signo)\n", "            pass\n")],
        {"sigterm": "didn't end in 20 seconds"},
    ),
    Mistake(
        6,
        "orphans-stay",
        [("os.waitpid(-1, os.WNOHANG)", "os.waitpid(child, os.WNOHANG)")],
        {"zombies": "nobody has waited for it"},
    ),
    Mistake(
        6,
        "pid-1-stays-when-rd-is-killed",
        [("    linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)\n", "")],
        {"killed": "still there: "},
    ),
    # 07
    Mistake(7, "loopback-down", [("    raise_loopback()\n", "")], {"loopback": "lo is down"}),
    # 08
    Mistake(
        8,
        "the-weight-comes-after-exec",
        [(ENTER, LATE)],
        {"cpu": "when the command begins"},
    ),
    Mistake(
        8,
        "the-parent-enters",
        [("enter_cgroup(cgroup, child)", "enter_cgroup(cgroup, os.getpid())")],
        {"own-cgroup": "in the caller's cgroup", "cpu": "no cgroup of its own", "no-cgroup": "still there"},
    ),
    Mistake(
        8,
        "the-callers-own",
        [('/{cgroup}/{setting}"', '/{setting}"')],
        {"cpu": "when the command begins", "host-cgroups": "changed: /sys/fs/cgroup"},
    ),
    Mistake(
        8,
        "cgroup-stays",
        [("        remove_cgroup(cgroup)\n", "        pass\n")],
        {"no-cgroup": "still there: /sys/fs/cgroup"},
    ),
    # 09
    Mistake(
        9,
        "namespace-before-the-gate",
        [
            (CGROUP_NS, ""),
            (GATE, CGROUP_NS + GATE),
        ],
        {"cgroup-root": "the namespace was made before the cgroup was entered"},
    ),
    Mistake(
        9,
        "no-pids-limit",
        [('        write_file(file("pids.max", name), options.pids_limit)\n', "        pass\n")],
        {"pids": "it made 100", "limits": "pids.max is max"},
    ),
    # 10
    Mistake(
        10,
        "user-before-group",
        [
            (
                "    os.setgid(user.gid)\n    os.setuid(user.uid)\n",
                "    os.setuid(user.uid)\n    os.setgid(user.gid)\n",
            )
        ],
        dict.fromkeys(["uid", "gid", "groups", "no-return"], "Operation not permitted"),
    ),
    Mistake(10, "groups-kept", [("    os.setgroups([])\n", "")], {"groups": "4, 24, 27"}),
    Mistake(10, "group-kept", [("    os.setgid(user.gid)\n", "")], {"gid": "are 0 0 0 0"}),
    Mistake(
        10,
        "only-the-effective-ids",
        [("os.setuid(user.uid)", "os.seteuid(user.uid)")],
        {"uid": "are 0 1000 1000 1000", "no-return": "it could"},
    ),
    # 11
    Mistake(
        11,
        "bounding-set-kept",
        [("            linux.prctl(linux.PR_CAPBSET_DROP, capability)\n", "            pass\n")],
        {"CapBnd": "CAP_SYS_ADMIN"},
    ),
    Mistake(
        11,
        "ambient-set-kept",
        [
            (AMBIENT, ""),
            (
                CAPSET,
                "    admin = 1 << linux.CAP_NET_ADMIN\n    linux.capset(kept | admin, kept | admin, admin)\n",
            ),
        ],
        dict.fromkeys(["CapAmb", "CapInh", "CapPrm", "CapEff"], "it has CAP_NET_ADMIN"),
    ),
    Mistake(
        11,
        "inheritable-set-kept",
        [(CAPSET, "    linux.capset(kept, kept, 1 << linux.CAP_NET_ADMIN)\n")],
        {"CapInh": "it has CAP_NET_ADMIN"},
    ),
    Mistake(
        11,
        "new-privileges",
        [("    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)\n", "")],
        {"no-new-privs": "NoNewPrivs is 0"},
    ),
    Mistake(
        11, "too-little-kept", [("KEPT = [linux.CAP_CHOWN, ", "KEPT = [")], {"kept": "it lacks CAP_CHOWN"}
    ),
    # 12
    Mistake(12, "a-filter-that-allows-all", [("FILTER)", "FILTER[-8:])")], {"refused": "unshare worked"}),
]
