"""The mistakes of test_checker_wrong.py, from level 13 on."""

from wrong import CLOSE, Mistake

USERS = ["", "-same", "-image", "-range", "-other", "-groups", "-alone"]
PLACE = "        place = volumes.place_inside(root, volume.target, stat.S_ISDIR(os.stat(source).st_mode))\n"
ARGV = "options.command[0], options.command"
BUNDLE = "from bundle import read_bundle\n"
OPEN = "    sources = [os.open(volume.source, os.O_PATH) for volume in options.volumes]\n"
LIMITS = "    for number, limit in bundle.limits:\n        resource.setrlimit(number, limit)\n"
DROP = "    drop_capabilities()\n"
USER = "    change_user(options.user)\n"
ENTER = "    if bundle.cwd:\n        os.chdir(bundle.cwd)\n"
CHANGE = '        change_root("/run/root")\n'

WRONG = [
    # 13
    Mistake(
        13,
        "a-range-that-isnt-taken",
        [("RANGES = None if IS_ROOT else host.subordinate_ids()", "RANGES = None")],
        {"user-range": "0 61234 1", "user-other": "nvalid argument", "user-groups": "4, 24, 27"},
    ),
    Mistake(
        13,
        "groups-kept",
        [("    if IS_ROOT or RANGES:\n", "    if IS_ROOT:\n")],
        {"user-groups": "4, 24, 27"},
    ),
    Mistake(
        13,
        "setgroups-isnt-denied",
        [('        write_file(f"/proc/{process}/setgroups", "deny")\n', "")],
        {"user-alone": "Operation not permitted"},
    ),
    Mistake(
        13,
        "root-inside-is-somebody-else",
        [(f"0 {{os.get{kind}()}} 1 1 {{", "0 {") for kind in ("uid", "gid")],
        dict.fromkeys([f"user{what}" for what in USERS[:-1]], ""),
    ),
    Mistake(
        13,
        "devices-are-made",
        [("        if not IS_ROOT:\n", "        if False:\n")],
        dict.fromkeys([f"user{what}" for what in USERS], "Operation not permitted"),
    ),
    Mistake(
        13,
        "devices-arent-bound",
        [('            linux.mount(f"/dev/{name}", f"{dev}/{name}", None, linux.MS_BIND, None)\n', "")],
        {"user-same": "level 02, devices: /dev/null is device"},
    ),
    Mistake(
        13,
        "a-limit-is-forgotten",
        [
            (
                '        fail(125, "limits take a cgroup, and none is delegated to you")\n',
                "        options.memory = None\n",
            )
        ],
        {"user-limits": "status 0"},
    ),
    # 14
    Mistake(
        14,
        "no-route",
        [('        host.call(f"{inside} route add default via 10.88.0.1")\n', "")],
        {"net-out": "no answer came from", "net-port": "no answer came to"},
    ),
    Mistake(
        14,
        "no-port",
        [("firewall.translate(number, options.ports)", "firewall.translate(number, [])")],
        {"net-port": "no answer came to"},
    ),
    Mistake(
        14,
        "bridge-left",
        [('        host.remove_device("rd0")\n', "        pass\n")],
        {"net-clean": "left: the device rd0"},
    ),
    Mistake(
        14,
        "rules-left",
        [("    firewall.stop_translating(number)\n", "")],
        {"net-clean": "left: table ip rd2"},
    ),
    Mistake(
        14,
        "always-connected",
        [("        if options.has_network:\n", "        if IS_ROOT:\n")],
        {"net-alone": "it has eth0, lo"},
    ),
    # 15
    Mistake(
        15,
        "not-recursive",
        [
            (
                "place, None, linux.MS_BIND | linux.MS_REC, None)\n        #",
                "place, None, linux.MS_BIND, None)\n        #",
            )
        ],
        dict.fromkeys(["volume", "read-only", "volume-link"], "below isn't there"),
    ),
    Mistake(
        15,
        "not-read-only",
        [(" if volume.is_read_only else []", " if False else []")],
        {"read-only": "made a file in it"},
    ),
    Mistake(
        15,
        "read-only-but-not-below",
        [("in volumes.mounts(place) if", "in list(volumes.mounts(place))[:1] if")],
        {"read-only": "made a file in the filesystem below"},
    ),
    Mistake(
        15,
        "read-only-for-all",
        [("flags | linux.MS_BIND | linux.MS_REMOUNT", "flags | linux.MS_REMOUNT")],
        {"volume-host": "without MS_BIND it is for all"},
    ),
    Mistake(
        15,
        "a-link-leads-out",
        [
            (
                PLACE,
                "        place = root + volume.target\n        os.makedirs(place, exist_ok=True)\n",
            )
        ],
        {"volume-link": "changed: /etc/data"},
    ),
    Mistake(
        15,
        "sources-opened-too-late",
        [(OPEN, ""), ("    make_place()\n", "    make_place()\n" + OPEN)],
        {"volume-run": "/run/volume"},
    ),
    Mistake(
        15,
        "the-place-is-made-in-the-image",
        [
            (
                "        mount_layers(options.image)\n",
                "        for volume in options.volumes:\n"
                "            os.makedirs(options.image + volume.target, exist_ok=True)\n"
                "        mount_layers(options.image)\n",
            )
        ],
        {"volume-image": "changed: /images/small/data", "volume-link": "changed: /etc/data"},
    ),
    Mistake(
        15,
        "exec-elsewhere",
        [
            (
                "namespaces = linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWIPC\n    linux.setns",
                "namespaces = linux.CLONE_NEWNS | linux.CLONE_NEWIPC\n    linux.setns",
            )
        ],
        dict.fromkeys(["exec", "exec-user"], "than the first: uts"),
    ),
    Mistake(
        15,
        "exec-outside-of-the-cgroup",
        [('        write_file(f"{cgroup}/cgroup.procs", command)\n', "        pass\n")],
        {"exec": "it isn't in the first's cgroup"},
    ),
    Mistake(
        15,
        "exec-with-a-descriptor",
        [(CLOSE + "    become()\n", "    become()\n")],
        dict.fromkeys(["exec-rights", "exec-user"], "it has descriptor"),
    ),
    Mistake(
        15,
        "exec-with-all-rights",
        [(CLOSE + "    become()\n", CLOSE + "    os.execvp(options.command[0], options.command)\n")],
        dict.fromkeys(["exec-rights", "exec-user"], "CapBnd is"),
    ),
    Mistake(
        15,
        "exec-without-status",
        [('g")\n    return supervise(command)', 'g")\n    supervise(command)\n    return 0')],
        {"exec-status": "status 0"},
    ),
    Mistake(
        15,
        "exec-as-root-alone",
        [(" | (0 if is_ours else linux.CLONE_NEWUSER)", "")],
        {"exec-user": "rd exec ended with status 125"},
    ),
    # 16
    Mistake(
        16,
        "environment-of-the-caller",
        [(f"os.execvpe({ARGV}, bundle.environment or os.environ)", f"os.execvp({ARGV})")],
        {"bundle-command": "its environment is"},
    ),
    Mistake(
        16,
        "directory-forgotten",
        [(ENTER, "")],
        {
            "bundle-place": "its working directory is /",
            "bundle-home": "its working directory is /",
            "bundle-closed": "in a directory of root's",
        },
    ),
    Mistake(
        16,
        "directory-before-the-rights-go",
        [(ENTER, ""), (DROP, ENTER + DROP)],
        {"bundle-closed": "in a directory of root's"},
    ),
    Mistake(
        16,
        "directory-before-the-user",
        [(ENTER, ""), (USER, ENTER + USER)],
        {"bundle-home": "Permission denied", "bundle-closed": "in a directory of root's"},
    ),
    Mistake(
        16,
        "limits-after-the-rights",
        [(LIMITS, ""), (USER, USER + LIMITS)],
        {"bundle-raise": "status 125"},
    ),
    Mistake(
        16,
        "groups-dropped",
        [("os.setgroups(bundle.groups)", "os.setgroups([])")],
        {"bundle-user": "it has no groups"},
    ),
    Mistake(
        16,
        "usual-capabilities",
        [("KEPT = USUAL if bundle.capabilities is None else bundle.capabilities", "KEPT = USUAL")],
        {"bundle-capabilities": "CapBnd is 00000000000004fb"},
    ),
    Mistake(
        16,
        "limits-forgotten",
        [("        resource.setrlimit(number, limit)\n", "        pass\n")],
        dict.fromkeys(["bundle-limits", "bundle-raise"], "the limits of open files are"),
    ),
    Mistake(
        16,
        "masked-before-the-root-changes",
        [(CHANGE + "        mask_paths()\n", "        mask_paths()\n" + CHANGE)],
        {"bundle-masked": "/proc/keys can be read", "bundle-read-only": "/proc/sys can be written"},
    ),
    Mistake(
        16,
        "only-directories-masked",
        [('            linux.mount("/dev/null", path, None, linux.MS_BIND, None)\n', "            pass\n")],
        {"bundle-masked": "/proc/keys can be read"},
    ),
    Mistake(
        16,
        "settings-forgotten",
        [("    for path, value in bundle.sysctls.items():\n        write_file(path, value)\n", "")],
        {"bundle-sysctl": "ip_unprivileged_port_start is 1024"},
    ),
    Mistake(
        16,
        "root-that-can-be-written",
        [("    if bundle.is_read_only:\n", "    if False:\n")],
        {"bundle-read-only": "the command made a file in /"},
    ),
    Mistake(
        16,
        "fields-ignored",
        [(BUNDLE, f"import bundle as given\n{BUNDLE}given.check_fields = lambda config, path: None\n")],
        {"bundle-refused": "the command ran, without linux.intelRdt"},
    ),
]
