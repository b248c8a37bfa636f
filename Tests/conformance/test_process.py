"""The process: config.md, "Process", "POSIX process", "Linux Process" and "User"."""

import os

import pytest
from bundles import CGROUPS

covers = pytest.mark.covers
needs = pytest.mark.needs


@covers("process", "process.args")
def test_args_are_the_program_and_its_arguments(box):
    """config.md, POSIX process: args have the semantics of execvp's argv, and the first is the executable."""
    box.process["args"] = ["/bin/printf2", "x"]
    box.process["args"] = ["/bin/sh", "-c", 'echo $#; for a; do echo "<$a>"; done', "name", "a b", "", "*"]
    assert box.output() == "3\n<a b>\n<>\n<*>\n"


@covers("process.args")
def test_a_name_without_a_slash_is_looked_up_in_path(box):
    """config.md, POSIX process: execvp semantics: PATH of the process is searched."""
    (box.rootfs / "opt").mkdir()
    (box.rootfs / "opt/special").write_text("#!/bin/sh\necho found\n")
    (box.rootfs / "opt/special").chmod(0o755)
    box.process.update(args=["special"], env=["PATH=/bin:/opt"])
    assert box.output() == "found\n"


@covers("process.args")
@pytest.mark.parametrize("verb", ["run", "create"])
def test_a_missing_program_is_an_error(box, verb):
    """config.md, POSIX process: args is required and names an executable; one that isn't there is an error.
    config.md, POSIX process: args is required and names an executable; one that isn't there is an error."""
    box.process["args"] = ["/no/such/program"]
    if verb == "run":
        assert box.run().returncode != 0
    else:
        done = box.attempt()
        assert done.returncode != 0 or box.runtime("start", box.id).returncode != 0


@covers("process.args")
def test_empty_args_are_an_error(box):
    """config.md, POSIX process: args needs at least one entry."""
    box.process["args"] = []
    assert box.run().returncode != 0


@covers("process.commandLine")
def test_command_line_is_not_for_linux(box):
    """config.md, Windows process: commandLine is Windows' alone; on Linux args decide."""
    box.process["commandLine"] = "cmd /c echo windows"
    assert box.output("echo linux") == "linux\n"


@covers("process.env")
def test_env_is_the_environment(box):
    """config.md, Process: env has the semantics of environ: these variables and no others of the caller's."""
    box.process["env"] = ["PATH=/bin", "ONE=1", "TWO=a b=c", "EMPTY="]
    lines = set(box.output("env").splitlines())
    assert {"PATH=/bin", "ONE=1", "TWO=a b=c", "EMPTY="} <= lines
    # The shell's own, and HOME, which runtimes set for engines.
    assert {line.split("=")[0] for line in lines} <= {
        "PATH",
        "ONE",
        "TWO",
        "EMPTY",
        "HOME",
        "PWD",
        "SHLVL",
        "_",
        "OLDPWD",
    }


@covers("process.env")
@pytest.mark.parametrize(("uid", "home"), [(0, "/root"), (1000, "/home/cask")])
def test_home_is_found_in_passwd(box, uid, home):
    """What engines rely on: HOME is the user's of /etc/passwd where env has none."""
    box.process["user"] = {"uid": uid, "gid": uid}
    assert box.output("echo $HOME").strip() == home


@covers("process.cwd*")
def test_cwd_is_the_working_directory(box):
    """config.md, Process: cwd is the working directory that will be set for the executable."""
    box.process["cwd"] = "/home/cask"
    assert box.output("pwd; readlink /proc/self/cwd") == "/home/cask\n/home/cask\n"


@covers("process.cwd*")
def test_a_relative_cwd_is_an_error(box):
    """config.md, Process: cwd MUST be an absolute path."""
    box.process["cwd"] = "home"
    box.refused()


@covers("process.terminal")
def test_without_a_terminal_the_streams_are_the_callers(box):
    """config.md, Process: terminal defaults to false: no terminal is attached."""
    box.script("test -t 1 && echo terminal || echo file; cat; echo err >&2")
    done = box.run(input="through\n")
    assert (done.stdout, done.stderr) == ("file\nthrough\n", "err\n")


@covers("process.user", "process.user.uid", "process.user.gid")
def test_the_user_and_the_group(box):
    """config.md, POSIX-platform User: uid and gid are the ids in the container namespace."""
    box.process["user"] = {"uid": 1000, "gid": 1001}
    box.process["cwd"] = "/"
    assert box.output("grep -E '^(Uid|Gid)' /proc/self/status").split() == [
        "Uid:",
        *["1000"] * 4,
        "Gid:",
        *["1001"] * 4,
    ]


@covers("process.user.additionalGids")
def test_additional_groups(box):
    """config.md, POSIX-platform User: additionalGids are added to the process, and no others are kept."""
    box.process["user"] = {"uid": 1000, "gid": 1001, "additionalGids": [5, 6, 70000]}
    groups = box.output("grep Groups /proc/self/status").split()[1:]
    assert set(groups) - {"1001"} == {"5", "6", "70000"}


@covers("process.user.additionalGids")
def test_without_additional_groups_there_are_none(box):
    """config.md, POSIX-platform User: additionalGids is optional; the caller's groups are not inherited."""
    box.process["user"] = {"uid": 1000, "gid": 1001}
    groups = box.output("grep Groups /proc/self/status", extra_groups=[4, 24]).split()[1:]
    assert set(groups) <= {"1001"}


@covers("process.user.additionalGids")
def test_the_callers_groups_by_an_annotation(box):
    """The engines' annotation run.oci.keep_original_groups: then the caller's groups are kept."""
    box.config["annotations"] = {"run.oci.keep_original_groups": "1"}
    groups = box.output("grep Groups /proc/self/status", extra_groups=[4, 24]).split()[1:]
    assert set(groups) == {"4", "24"}


@covers("process.user.umask")
@pytest.mark.parametrize(("mask", "seen"), [(0o077, "0077"), (0o002, "0002")])
def test_the_umask(box, mask, seen):
    """config.md, POSIX-platform User: umask is the umask of the user."""
    box.process["user"]["umask"] = mask
    assert box.output("umask").strip() == seen


@covers("process.user.username")
def test_a_user_name_is_not_for_linux(box):
    """config.md, Windows User: username is Windows' alone; on Linux uid decides."""
    box.process["user"] = {"uid": 1000, "gid": 1000, "username": "root"}
    assert box.output("id -u") == "1000\n"


@covers(
    "process.capabilities",
    "process.capabilities.bounding",
    "process.capabilities.permitted",
    "process.capabilities.effective",
    "process.capabilities.inheritable",
    "process.capabilities.ambient",
)
def test_each_set_of_capabilities_is_its_own(box):
    """config.md, Linux Process: bounding, effective, inheritable, permitted and ambient are the process's
    sets."""
    kill, chown, setuid, net = 1 << 5, 1 << 0, 1 << 7, 1 << 10
    box.process["user"] = {"uid": 1000, "gid": 1000}
    box.process["capabilities"] = {
        "bounding": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_NET_BIND_SERVICE"],
        "permitted": ["CAP_KILL", "CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
        "inheritable": ["CAP_KILL", "CAP_NET_BIND_SERVICE"],
        "effective": ["CAP_KILL"],
        "ambient": ["CAP_KILL"],
    }
    # Of a user other than root, exec leaves the ambient ones.
    sets = sets_of(box.output("grep Cap /proc/self/status"))
    assert sets == {
        "CapBnd": kill | chown | setuid | net,
        "CapPrm": kill,
        "CapInh": kill | net,
        "CapEff": kill,
        "CapAmb": kill,
    }


def sets_of(text):
    return {line.split(":")[0]: int(line.split()[1], 16) for line in text.splitlines()}


@covers("process.capabilities.bounding")
def test_root_has_what_the_bounding_set_has(box):
    """config.md, Linux Process: what is not in the bounding set, no program gets."""
    box.process["capabilities"] = {kind: ["CAP_KILL"] for kind in ("bounding", "permitted", "effective")}
    sets = sets_of(box.output("grep Cap /proc/self/status"))
    assert (sets["CapBnd"], sets["CapEff"], sets["CapPrm"]) == (1 << 5, 1 << 5, 1 << 5)
    assert sets["CapAmb"] == 0


@covers("process.capabilities")
def test_without_capabilities_there_are_none(box):
    """config.md, Linux Process: capabilities is an object with the sets; an empty one leaves none."""
    box.process["capabilities"] = {}
    assert set(sets_of(box.output("grep Cap /proc/self/status")).values()) == {0}


@covers("process.capabilities")
def test_an_unknown_capability_is_not_granted(box):
    """config.md, Linux Process: a value that cannot be mapped to the kernel is warned of and otherwise
    ignored, or refused."""
    for kind in ("bounding", "permitted", "effective"):
        box.process["capabilities"][kind] = ["CAP_KILL", "CAP_NONSENSE"]
    box.script("grep CapEff /proc/self/status")
    done = box.run()
    assert done.returncode != 0 or int(done.stdout.split()[1], 16) == 1 << 5


@covers("process.rlimits", "process.rlimits[].hard*", "process.rlimits[].soft*", "process.rlimits[].type*")
@pytest.mark.parametrize(
    ("kind", "words", "unit"),
    [
        ("RLIMIT_NOFILE", "Max open files", 1),
        ("RLIMIT_CORE", "Max core file size", 1),
        ("RLIMIT_NPROC", "Max processes", 1),
        ("RLIMIT_FSIZE", "Max file size", 1),
        ("RLIMIT_AS", "Max address space", 1),
        ("RLIMIT_CPU", "Max cpu time", 1),
        ("RLIMIT_DATA", "Max data size", 1),
        ("RLIMIT_LOCKS", "Max file locks", 1),
        ("RLIMIT_MEMLOCK", "Max locked memory", 1),
        ("RLIMIT_MSGQUEUE", "Max msgqueue size", 1),
        ("RLIMIT_NICE", "Max nice priority", 1),
        ("RLIMIT_RSS", "Max resident set", 1),
        ("RLIMIT_RTPRIO", "Max realtime priority", 1),
        ("RLIMIT_RTTIME", "Max realtime timeout", 1),
        ("RLIMIT_SIGPENDING", "Max pending signals", 1),
        ("RLIMIT_STACK", "Max stack size", 1),
    ],
)
def test_each_limit(box, kind, words, unit):
    """config.md, POSIX process: rlimits: type is a RLIMIT_ of getrlimit(3), with the soft and the hard
    value."""
    import resource

    number = getattr(resource, kind, 10)  # Python has no RLIMIT_LOCKS
    hard = resource.getrlimit(number)[1]
    wanted = 1 << 28 if hard == resource.RLIM_INFINITY else hard
    wanted = min(wanted, 1 << 28)
    soft = wanted // 2
    box.process["rlimits"] = [{"type": kind, "hard": wanted, "soft": soft}]
    line = box.output(f"grep '{words}' /proc/self/limits")
    assert [int(field) for field in line.replace(words, "").split()[:2]] == [soft, wanted]


@covers("process.rlimits[].type*")
def test_an_unknown_limit_is_an_error(box):
    """config.md, POSIX process: a type that cannot be mapped to a kernel interface MUST be an error."""
    box.process["rlimits"] = [{"type": "RLIMIT_NONSENSE", "hard": 1, "soft": 1}]
    box.refused()


@covers("process.rlimits")
def test_two_limits_of_one_type_are_an_error(box):
    """config.md, POSIX process: if rlimits has duplicated entries with the same type, the runtime MUST
    generate an error."""
    box.process["rlimits"] = [{"type": "RLIMIT_CORE", "hard": 0, "soft": 0}] * 2
    box.refused()


@covers("process.noNewPrivileges")
@pytest.mark.parametrize("value", [True, False])
def test_no_new_privileges(box, value):
    """config.md, Linux Process: noNewPrivileges set to true keeps the process from gaining more privileges.
    config.md, Linux Process: noNewPrivileges set to true keeps the process from gaining more privileges."""
    box.process["noNewPrivileges"] = value
    assert box.output("grep NoNewPrivs /proc/self/status").split()[1] == str(int(value))


@covers("process.oomScoreAdj")
def test_oom_score_adj(box):
    """config.md, Linux Process: oomScoreAdj adjusts the oom-killer score of the container's process."""
    box.process["oomScoreAdj"] = 321
    assert box.output("cat /proc/self/oom_score_adj") == "321\n"


@covers("process.oomScoreAdj")
def test_without_oom_score_adj_it_is_the_callers(box):
    """config.md, Linux Process: if oomScoreAdj is not set, the runtime MUST NOT change the value."""
    with open("/proc/self/oom_score_adj", encoding="utf-8") as file:
        own = file.read()
    assert box.output("cat /proc/self/oom_score_adj") == own


@covers("process.apparmorProfile")
@needs("AppArmor")
def test_the_apparmor_profile(box):
    """config.md, Linux Process: apparmorProfile is the name of the profile for the process."""
    box.process["apparmorProfile"] = "unconfined"
    assert box.output("cat /proc/self/attr/current").split()[0] == "unconfined"


@covers("process.selinuxLabel")
@needs("SELinux")
def test_the_selinux_label(box):
    """config.md, Linux Process: selinuxLabel is the label with which the process runs."""
    with open("/proc/self/attr/current", encoding="utf-8") as file:
        own = file.read()
    box.process["selinuxLabel"] = own.rstrip("\0")
    assert box.output("cat /proc/self/attr/current").rstrip("\0") == own.rstrip("\0")


@covers("process.ioPriority", "process.ioPriority.class*", "process.ioPriority.priority")
@pytest.mark.parametrize(
    ("kind", "priority", "seen"),
    [
        ("IOPRIO_CLASS_BE", 6, "best-effort: prio 6"),
        ("IOPRIO_CLASS_RT", 2, "realtime: prio 2"),
        ("IOPRIO_CLASS_IDLE", 0, "idle"),
    ],
)
def test_the_io_priority(box, kind, priority, seen):
    """config.md, Linux Process: ioPriority has a class and a priority from 0 to 7."""
    box.process["ioPriority"] = {"class": kind, "priority": priority}
    assert box.output("ionice -p $$").strip().startswith(seen)


@covers("process.ioPriority.class*")
def test_an_unknown_io_class_is_an_error(box):
    """config.md, Valid values: a class that isn't one is an error."""
    box.process["ioPriority"] = {"class": "IOPRIO_CLASS_NONSENSE", "priority": 1}
    box.refused()


def scheduling(box):
    """policy, nice and priority of the process, from its /proc/self/stat."""
    fields = box.output("cat /proc/$$/stat").rsplit(")", 1)[1].split()
    return {"nice": int(fields[16]), "priority": int(fields[37]), "policy": int(fields[38])}


@covers("process.scheduler", "process.scheduler.policy*", "process.scheduler.nice")
@pytest.mark.parametrize(
    ("policy", "number"), [("SCHED_OTHER", 0), ("SCHED_BATCH", 3), ("SCHED_IDLE", 5), ("SCHED_ISO", None)]
)
def test_policies_with_a_nice_value(box, policy, number):
    """config.md, Linux Process: scheduler.policy is the scheduling policy, nice the nice value."""
    box.process["scheduler"] = {"policy": policy, "nice": 7}
    if number is None:
        box.refused()  # the kernel has the name only
    else:
        seen = scheduling(box)
        # The kernel has no nice value for what is idle.
        assert (seen["policy"], seen["nice"]) == (number, 0 if policy == "SCHED_IDLE" else 7)


def allow_realtime(box):
    """A cgroup of v1 has no time for such processes, unless it is given some."""
    if (CGROUPS / "cpu/cpu.rt_runtime_us").exists():
        box.linux["resources"]["cpu"] = {"realtimeRuntime": 10000, "realtimePeriod": 1000000}


@covers("process.scheduler", "process.scheduler.priority")
@pytest.mark.parametrize(("policy", "number"), [("SCHED_FIFO", 1), ("SCHED_RR", 2)])
def test_policies_with_a_priority(box, policy, number):
    """config.md, Linux Process: scheduler.priority is the static priority for SCHED_FIFO and SCHED_RR."""
    box.process["scheduler"] = {"policy": policy, "priority": 11}
    allow_realtime(box)
    seen = scheduling(box)
    assert (seen["policy"], seen["priority"]) == (number, 11)


@covers("process.scheduler.flags")
def test_the_flags_of_the_scheduler(box):
    """config.md, Linux Process: scheduler.flags: with SCHED_FLAG_RESET_ON_FORK children get the default
    policy."""
    box.process["scheduler"] = {"policy": "SCHED_FIFO", "priority": 5, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}
    allow_realtime(box)
    text = box.output("cat /proc/$$/stat; cat /proc/self/stat; true").splitlines()
    assert [line.rsplit(")", 1)[1].split()[38] for line in text] == ["1", "0"]


@covers("process.scheduler.runtime", "process.scheduler.deadline", "process.scheduler.period")
@needs("a C compiler")
def test_the_deadline_scheduler(box, compiled):
    """config.md, Linux Process: runtime, deadline and period are those of SCHED_DEADLINE, in nanoseconds."""
    box.process["scheduler"] = {
        "policy": "SCHED_DEADLINE",
        "runtime": 2_000_000,
        "deadline": 50_000_000,
        "period": 100_000_000,
    }
    (box.rootfs / "attributes").write_bytes(compiled("attributes", ATTRIBUTES).read_bytes())
    (box.rootfs / "attributes").chmod(0o755)
    box.process["args"] = ["/attributes"]
    assert box.output() == "6 2000000 50000000 100000000\n"


# Prints the policy and the times that sched_getattr(2) gives.
ATTRIBUTES = """
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  struct {
    unsigned size, policy;
    unsigned long flags;
    int nice;
    unsigned priority;
    unsigned long times[3];
  } own = {0};
  syscall(SYS_sched_getattr, 0, &own, 48, 0);
  printf("%u %lu %lu %lu\\n", own.policy, own.times[0], own.times[1], own.times[2]);
}
"""


@covers("process.execCPUAffinity", "process.execCPUAffinity.initial", "process.execCPUAffinity.final")
@needs("two processors")
def test_the_processors_of_exec(box):
    """config.md, Linux Process: execCPUAffinity.final is the affinity of what exec runs, initial the one
    before."""
    box.process["execCPUAffinity"] = {"initial": "0", "final": "1"}
    box.sleeps().up()
    assert box.execs("grep Cpus_allowed_list /proc/self/status").split()[1] == "1"
    # The program of the container itself keeps all of them.
    assert box.field("Cpus_allowed_list") != "1"


@covers("rule:descriptors")
def test_only_the_streams_stay_open(box):
    """runtime-linux.md, File descriptors: by default only stdin, stdout and stderr are kept open."""
    read, write = os.pipe()
    os.set_inheritable(read, True)
    os.set_inheritable(write, True)
    box.script("for f in /proc/$$/fd/*; do readlink $f >/dev/null && echo ${f##*/}; done; true")
    try:
        seen = box.output(close_fds=False).split()
    finally:
        os.close(read)
        os.close(write)
    # The shell may keep one for itself, above 9.
    assert [number for number in seen if int(number) < 10] == ["0", "1", "2"]
    assert str(read) not in seen
    assert str(write) not in seen


@covers("rule:descriptor-links")
def test_the_links_in_dev(box):
    """runtime-linux.md, Dev symbolic links: /dev/fd, stdin, stdout and stderr are links into /proc/self/fd.
    runtime-linux.md, Dev symbolic links: /dev/fd, stdin, stdout and stderr are links into /proc/self/fd."""
    text = box.output("for n in fd stdin stdout stderr; do readlink /dev/$n; done")
    assert text.split() == ["/proc/self/fd", "/proc/self/fd/0", "/proc/self/fd/1", "/proc/self/fd/2"]


@covers("hostname")
def test_the_hostname(box):
    """config.md, Hostname: hostname is the container's, as its processes see it."""
    import socket

    before = socket.gethostname()
    box.config["hostname"] = "cask.example"
    assert box.output("hostname") == "cask.example\n"
    assert socket.gethostname() == before


@covers("domainname")
def test_the_domainname(box):
    """config.md, Domainname: domainname is the container's NIS domain name."""
    box.config["domainname"] = "hoops.example"
    assert box.output("cat /proc/sys/kernel/domainname") == "hoops.example\n"


@covers("rule:a-hostname-needs-its-namespace")
def test_a_hostname_needs_its_namespace(box):
    """config.md, Hostname: without a UTS namespace of its own a container has no hostname to set."""
    import socket

    before = socket.gethostname()
    box.mask("uts")
    box.config["hostname"] = "cask.example"
    box.refused()
    assert socket.gethostname() == before
