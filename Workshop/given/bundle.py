"""What a bundle's config.json asks for beyond the command line. Given."""

import json
import os
import resource

import linux
from options import User, Volume, fail

# The fields that rd does. cgroupsPath and annotations are the engine's names for things: rd has its own.
FIELDS = """
    ociVersion root.path root.readonly hostname mounts annotations process.args process.cwd process.env
    process.terminal process.noNewPrivileges process.rlimits process.user.uid process.user.gid
    process.user.umask process.user.additionalGids process.capabilities.bounding
    process.capabilities.effective
    process.capabilities.permitted linux.namespaces linux.cgroupsPath linux.sysctl linux.maskedPaths
    linux.readonlyPaths linux.resources.devices linux.resources.memory.limit linux.resources.cpu.shares
    linux.resources.pids.limit
""".split()

# What is there in every container of rd's, whatever the bundle wants. There is no cgroup filesystem.
OWN = ["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue", "/sys", "/sys/fs/cgroup"]


class Bundle:
    """Without a bundle it asks for nothing."""

    environment = capabilities = cwd = None
    is_read_only = False
    groups = limits = masked = read_only = ()
    sysctls = {}


def read_bundle(options):
    """Puts what the bundle of these options asks for into them. What rd doesn't do is refused by its name."""
    bundle = Bundle()
    if options.bundle is None:
        return options, bundle
    # The caller's isn't the container's.
    os.umask(0o022)
    path = f"{options.bundle}/config.json"
    try:
        with open(path, encoding="utf-8") as file:
            config = json.load(file)
    except OSError:
        fail(125, f"{path} can't be read")
    except ValueError:
        fail(125, f"{path} isn't JSON")
    try:
        fill(config, options, bundle)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        fail(125, f"config.json isn't as the specification has it: {error}")
    return options, bundle


def fill(config, options, bundle):
    check_fields(config, "")
    if not config.get("ociVersion", "").startswith("1."):
        refuse("ociVersion")
    options.image = os.path.join(options.bundle, config.get("root", {}).get("path", ""))
    bundle.is_read_only = config.get("root", {}).get("readonly", False)
    options.hostname = config.get("hostname")
    read_mounts(config.get("mounts", []), options)
    read_process(config.get("process", {}), options, bundle)
    read_linux(config.get("linux", {}), options, bundle)


def refuse(field):
    fail(125, f"config.json: rd doesn't do {field}")


def check_fields(value, path):
    for name, member in sorted(value.items()):
        field = f"{path}.{name}" if path else name
        if field in FIELDS:
            continue
        if not any(known.startswith(f"{field}.") for known in FIELDS):
            refuse(field)
        check_fields(member, field)


def read_mounts(mounts, options):
    for mount in mounts:
        target = mount.get("destination", "")
        if target in OWN:
            continue
        # Nobody can make devices here, or get rights by set-user-ID.
        flags = mount.get("options", [])
        for flag in flags:
            if flag not in ("bind", "rbind", "ro", "rw", "private", "rprivate", "nosuid", "nodev"):
                refuse(f"the option {flag} of the mount {target}")
        if mount.get("type") != "bind" and not {"bind", "rbind"} & set(flags):
            refuse(f"the mount {target}")
        options.volumes.append(Volume(mount.get("source", ""), target, "ro" in flags))


def read_process(process, options, bundle):
    if process.get("terminal"):
        refuse("process.terminal")
    options.command = options.command or process.get("args", [])
    if not options.command:
        fail(125, "config.json: process.args is empty")
    bundle.environment = dict(entry.split("=", 1) for entry in process.get("env", []))
    bundle.cwd = process.get("cwd", "/")
    user = process.get("user", {})
    options.user = User(user.get("uid", 0), user.get("gid", 0))
    bundle.groups = user.get("additionalGids", [])
    if user.get("umask", 0o022) != 0o022:
        refuse("process.user.umask, unless it is 18")
    sets = process.get("capabilities", {})
    names = sets.get("bounding", [])
    bundle.capabilities = [getattr(linux, name, None) for name in names]
    if None in bundle.capabilities:
        refuse(names[bundle.capabilities.index(None)])
    # rd changes the user after it has dropped the others.
    for name in ("CAP_SETGID", "CAP_SETUID"):
        if name not in names:
            refuse(f"process.capabilities.bounding without {name}")
    for name in ("effective", "permitted"):
        if set(sets.get(name, [])) != set(names) and options.user.uid == 0:
            refuse(f"process.capabilities.{name}, which isn't bounding")
    limits = [(limit["type"], (limit["soft"], limit["hard"])) for limit in process.get("rlimits", [])]
    for name, (soft, hard) in limits:
        if soft > hard:
            fail(125, f"config.json: {name}: the soft limit is above the hard one")
    bundle.limits = [
        (getattr(resource, name, None) or refuse(f"the limit {name}"), pair) for name, pair in limits
    ]


def read_linux(section, options, bundle):
    made = ["mount", "uts", "ipc", "pid", "network", "cgroup"] + ([] if os.geteuid() == 0 else ["user"])
    namespaces = section.get("namespaces", [])
    for namespace in namespaces:
        if "path" in namespace:
            refuse(f"linux.namespaces with a path: {namespace['path']}")
    if {namespace["type"] for namespace in namespaces} != set(made):
        refuse(f"linux.namespaces, unless they are {', '.join(made)}")
    resources = section.get("resources", {})
    # No process of the container can make a device, and it has no other than the harmless ones.
    if resources.get("devices") not in (None, [{"allow": False, "access": "rwm"}]):
        refuse("linux.resources.devices")
    options.memory = resources.get("memory", {}).get("limit")
    options.cpu_shares = resources.get("cpu", {}).get("shares")
    options.pids_limit = resources.get("pids", {}).get("limit")
    options.has_limits = any(
        limit is not None for limit in (options.memory, options.cpu_shares, options.pids_limit)
    )
    for name in section.get("sysctl", {}):
        if not name.startswith("net."):
            refuse(f"linux.sysctl {name}")
    bundle.sysctls = {
        "/proc/sys/" + name.replace(".", "/"): value for name, value in section.get("sysctl", {}).items()
    }
    bundle.masked = section.get("maskedPaths", [])
    bundle.read_only = section.get("readonlyPaths", [])
