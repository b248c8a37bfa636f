"""The command features: features.md and features-linux.md."""

import json

import pytest

covers = pytest.mark.covers


def each(names, prefix, suffix=""):
    return [pytest.param(name, marks=covers(f"{prefix}{name}", f"{prefix}{name}{suffix}")) for name in names]


HOOKS = ["prestart", "createRuntime", "createContainer", "startContainer", "poststart", "poststop"]


@pytest.fixture(name="features")
def features_fixture(runtime):
    done = runtime("features")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


@covers("command:features", "features:ociVersionMin", "features:ociVersionMax")
def test_the_versions(features):
    """features.md, Specification version: ociVersionMin and ociVersionMax are required, in SemVer's format.
    features.md, Specification version: ociVersionMin and ociVersionMax are required, in SemVer's format."""
    lowest, highest = (
        tuple(int(n) for n in features[name].split("-")[0].split("."))
        for name in ("ociVersionMin", "ociVersionMax")
    )
    assert (1, 0, 0) <= lowest <= highest


@covers("features:hooks")
def test_the_hooks(features):
    """features.md, Hooks: the names of the hooks that the runtime recognizes: all six are the
    specification's."""
    assert sorted(features["hooks"]) == sorted(HOOKS)


@covers("features:mountOptions")
@pytest.mark.parametrize("option", ["ro", "rbind", "nosuid", "rshared", "relatime", "tmpcopyup"])
def test_the_mount_options(features, option):
    """features.md, Mount options: the names that the runtime recognizes, without those that the kernel
    reads."""
    assert option in features["mountOptions"]
    assert "size" not in features["mountOptions"]


@covers("features:mountOptions", "rule:features-say-what-is-so")
def test_a_named_option_works(features, box):
    """features.md, Mount options: what is named is recognized: a mount with it is made."""
    for number, option in enumerate(["nosuid", "noatime", "sync", "lazytime", "nosymfollow"]):
        if option in features["mountOptions"]:
            box.mount(f"/mnt/{number}", "tmpfs", "tmpfs", option)
    assert box.output("echo fine") == "fine\n"


@covers("features:annotations")
def test_the_annotations(features):
    """features.md, Annotations: arbitrary metadata, a string for each name."""
    assert all(isinstance(value, str) for value in features.get("annotations", {}).values())


@covers("features:potentiallyUnsafeConfigAnnotations")
def test_the_unsafe_annotations(features):
    """features.md, Unsafe annotations in config.json: names, or their beginnings that end in a dot, which
    change the runtime."""
    found = features["potentiallyUnsafeConfigAnnotations"]
    assert all(isinstance(name, str) for name in found)


@covers("features:linux", "features:linux.namespaces")
@pytest.mark.parametrize("kind", ["cgroup", "ipc", "mount", "network", "pid", "user", "uts"])
def test_the_namespaces(features, kind):
    """features-linux.md, Namespaces: the types that the runtime recognizes."""
    assert kind in features["linux"]["namespaces"]


@covers("features:linux.namespaces", "rule:features-say-what-is-so")
def test_time_is_named_where_it_works(features, box):
    """features-linux.md, Namespaces: the time namespace is named if and only if a container can have one."""
    box.linux["namespaces"].append({"type": "time"})
    assert (box.run().returncode == 0) == ("time" in features["linux"]["namespaces"])


@covers("features:linux.capabilities")
def test_the_capabilities(features):
    """features-linux.md, Capabilities: the names that the runtime recognizes."""
    assert {"CAP_CHOWN", "CAP_SYS_ADMIN", "CAP_CHECKPOINT_RESTORE"} <= set(features["linux"]["capabilities"])


@covers("features:linux.cgroup")
@pytest.mark.parametrize(
    "name", each(["v1", "v2", "systemd", "systemdUser", "rdma"], "features:linux.cgroup.")
)
def test_cgroups(features, name):
    """features-linux.md, Cgroup: v1, v2, systemd, systemdUser and rdma are yes or no."""
    assert isinstance(features["linux"]["cgroup"][name], bool)


@covers("features:linux.cgroup.v1", "rule:features-say-what-is-so")
@pytest.mark.needs("cgroup v1")
def test_v1_is_supported_where_it_is_used(features, box):
    """features-linux.md, Cgroup: v1 says that the runtime uses cgroup v1."""
    box.linux["resources"]["pids"] = {"limit": 20}
    box.sleeps().up()
    assert features["linux"]["cgroup"]["v1"] == (box.cgroup("pids.max") == "20")


LISTS = {
    "actions": {
        "SCMP_ACT_ALLOW",
        "SCMP_ACT_ERRNO",
        "SCMP_ACT_KILL",
        "SCMP_ACT_KILL_PROCESS",
        "SCMP_ACT_NOTIFY",
        "SCMP_ACT_LOG",
    },
    "operators": {f"SCMP_CMP_{name}" for name in ("NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ")},
    "archs": {"SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"},
    "knownFlags": {"SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_TSYNC"},
    "supportedFlags": {"SECCOMP_FILTER_FLAG_LOG"},
}


@covers("features:linux.seccomp", "features:linux.seccomp.enabled")
@pytest.mark.parametrize("name", each(LISTS, "features:linux.seccomp."))
def test_seccomp(features, name):
    """features-linux.md, Seccomp: enabled, and the recognized actions, operators, architectures and flags."""
    assert features["linux"]["seccomp"]["enabled"] is True
    assert LISTS[name] <= set(features["linux"]["seccomp"][name])


@pytest.mark.parametrize(
    "name", each(["apparmor", "selinux", "intelRdt", "netDevices"], "features:linux.", ".enabled")
)
def test_what_is_compiled_in(features, name):
    """features-linux.md, AppArmor, SELinux, Intel RDT and Net devices: enabled is yes or no, whatever the
    host has."""
    assert isinstance(features["linux"][name]["enabled"], bool)


@covers(
    "features:linux.mountExtensions",
    "features:linux.mountExtensions.idmap",
    "features:linux.mountExtensions.idmap.enabled",
    "rule:features-say-what-is-so",
)
def test_idmapped_mounts(features, box, folder):
    """features-linux.md, Mount extensions: idmap.enabled says whether idmapped mounts are recognized; it is
    so."""
    (folder / "data").mkdir()
    mapping = [{"containerID": 0, "hostID": 1000, "size": 1}]
    box.mount("/mnt", "bind", folder / "data", "bind", "idmap", uidMappings=mapping, gidMappings=mapping)
    box.script("stat -c %u /mnt")
    assert features["linux"]["mountExtensions"]["idmap"]["enabled"] == (box.run().stdout == "1000\n")


@covers("features:linux.memoryPolicy.modes", "features:linux.memoryPolicy.flags")
def test_memory_policies(features):
    """features-linux.md, Memory policy: the modes and the flags that the runtime recognizes."""
    policy = features["linux"]["memoryPolicy"]
    assert {"MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_PREFERRED"} <= set(policy["modes"])
    assert "MPOL_F_STATIC_NODES" in policy["flags"]


@covers("features:linux.intelRdt.schemata", "features:linux.intelRdt.monitoring")
def test_intel_rdt(features):
    """features-linux.md, Intel RDT: schemata and monitoring say whether these properties are recognized."""
    found = features["linux"]["intelRdt"]
    assert isinstance(found["schemata"], bool)
    assert isinstance(found["monitoring"], bool)
