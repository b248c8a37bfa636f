"""System call filters: config-linux.md, "Seccomp" and "The Container Process State"."""

import fcntl
import json
import os
import platform
import shutil
import signal
import struct
import threading

import pytest
from bundles import wait_until

covers = pytest.mark.covers
needs = pytest.mark.needs
ARCHITECTURE = {"x86_64": "SCMP_ARCH_X86_64", "aarch64": "SCMP_ARCH_AARCH64"}[platform.machine()]
# Those whose bytes have the order of x86_64's and aarch64's: one filter holds for one order.
ARCHITECTURES = "X86 X86_64 X32 ARM AARCH64 MIPSEL MIPSEL64 MIPSEL64N32 PPC64LE RISCV64".split()
CHMOD = ["chmod", "fchmodat"]
# What runtimes and a shell need at least.
NEEDED = (
    "access arch_prctl bind brk capget capset chdir chown clock_gettime clone clone3 close "
    "close_range connect dup dup2 dup3 epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd2 execve "
    "execveat exit exit_group faccessat faccessat2 fchdir fchmod fchown fchownat fcntl fgetxattr "
    "fstat fstatfs futex getcwd getdents64 getegid geteuid getgid getitimer getpeername getpgid "
    "getpgrp getpid getppid getrandom getsockopt gettid getuid getxattr ioctl keyctl kill lchown "
    "lseek lstat madvise membarrier mmap mount mprotect munmap nanosleep newfstatat open openat "
    "openat2 pipe pipe2 poll ppoll prctl pread64 prlimit64 pselect6 read readlink readlinkat recvfrom "
    "recvmsg restart_syscall rseq rt_sigaction rt_sigprocmask rt_sigreturn sched_getaffinity "
    "sched_yield seccomp select sendmsg sendto set_robust_list set_tid_address setgid setgroups "
    "setitimer setpgid setresgid setresuid setsid setsockopt setuid sigaltstack socket socketpair "
    "stat statfs statx tgkill time timer_create timer_delete timer_settime umask umount2 uname unlink "
    "unlinkat utimensat vfork wait4 waitid write writev "
).split()
TRY = "touch /f; chmod 600 /f 2>&1 && echo done"


def use(box, *syscalls, action="SCMP_ACT_ALLOW", **more):
    box.linux["seccomp"] = {
        "defaultAction": action,
        "architectures": [ARCHITECTURE],
        "syscalls": list(syscalls),
        **more,
    }
    return box


def rule(names, action="SCMP_ACT_ERRNO", **more):
    return {"names": names, "action": action, **more}


@covers("linux.seccomp", "linux.seccomp.defaultAction*")
def test_a_default_that_allows(box):
    """config-linux.md, Seccomp: defaultAction is what holds for calls without a rule."""
    assert use(box).output(TRY + "; grep Seccomp: /proc/self/status").split() == ["done", "Seccomp:", "2"]


@covers("linux.seccomp", "hooks.startContainer")
def test_a_hook_in_the_container_is_filtered(box):
    """The same for a program that the container has for a hook: what the process may not do it may not."""
    box.hook("startContainer", "mkdir /made")
    use(box, rule(["mkdir", "mkdirat"], "SCMP_ACT_KILL")).script("true")
    assert box.run().returncode != 0
    assert not (box.rootfs / "made").exists()


@covers("linux.seccomp")
def test_without_seccomp_there_is_no_filter(box):
    """config-linux.md, Seccomp: it is optional; without it the program is not filtered."""
    assert box.output("grep Seccomp: /proc/self/status").split()[1] == "0"


@covers("linux.seccomp.syscalls", "linux.seccomp.syscalls[].names*", "linux.seccomp.syscalls[].action*")
def test_a_rule_with_an_error(box):
    """config-linux.md, Seccomp: SCMP_ACT_ERRNO's errno is EPERM where none is given."""
    assert "not permitted" in use(box, rule(CHMOD)).output(TRY + "; true")


@covers("linux.seccomp.syscalls[].errnoRet")
@pytest.mark.parametrize(("number", "words"), [(38, "not implemented"), (28, "No space"), (13, "denied")])
def test_the_error_of_a_rule(box, number, words):
    """config-linux.md, Seccomp: errnoRet is the errno to use."""
    assert words in use(box, rule(CHMOD, errnoRet=number)).output(TRY + "; true")


@covers("linux.seccomp.syscalls[].errnoRet", "rule:an-errno-needs-an-action-with-one")
def test_an_error_of_an_action_without_one_is_an_error(box):
    """config-linux.md, Seccomp: when the action doesn't support an errno, the runtime MUST print an error
    and fail."""
    use(box, rule(CHMOD, action="SCMP_ACT_KILL_PROCESS", errnoRet=5)).refused()


@covers("linux.seccomp.defaultErrnoRet", "linux.seccomp.defaultAction*")
def test_the_error_of_the_default(box):
    """config-linux.md, Seccomp: defaultErrnoRet is the errno of the default action."""
    use(box, rule(NEEDED, "SCMP_ACT_ALLOW"), action="SCMP_ACT_ERRNO", defaultErrnoRet=28)
    assert "No space" in box.output("touch /f; chmod 600 /f 2>&1; true")


@covers("linux.seccomp.syscalls[].names*")
def test_an_unknown_name_does_no_harm(box):
    """config-linux.md, Seccomp: profiles name calls of other kernels; those that are unknown are passed
    over."""
    text = use(box, rule(["no_such_system_call", *CHMOD])).output(TRY + "; true")
    assert "not permitted" in text


@covers("linux.seccomp.syscalls[].action*")
@pytest.mark.parametrize(
    ("action", "number"),
    [
        ("SCMP_ACT_KILL", signal.SIGSYS),
        ("SCMP_ACT_KILL_THREAD", signal.SIGSYS),
        ("SCMP_ACT_KILL_PROCESS", signal.SIGSYS),
        ("SCMP_ACT_TRAP", signal.SIGSYS),
    ],
)
def test_an_action_that_ends_the_program(box, action, number):
    """config-linux.md, Seccomp: SCMP_ACT_KILL, KILL_THREAD, KILL_PROCESS and TRAP end it by SIGSYS."""
    text = use(box, rule(CHMOD, action)).output("touch /f; chmod 600 /f; echo $?")
    assert text.split()[-1] == str(128 + number)


@covers("linux.seccomp.syscalls[].action*")
@pytest.mark.parametrize(
    ("action", "words"),
    [("SCMP_ACT_LOG", "done"), ("SCMP_ACT_ALLOW", "done"), ("SCMP_ACT_TRACE", "not implemented")],
)
def test_an_action_that_goes_on(box, action, words):
    """config-linux.md, Seccomp: LOG and ALLOW let the call through; TRACE without a tracer fails with
    ENOSYS."""
    assert words in use(box, rule(CHMOD, action)).output(TRY + "; true")


@covers("linux.seccomp.syscalls[].action*")
def test_an_unknown_action_is_an_error(box):
    """config-linux.md, Seccomp: action is one of the constants."""
    use(box, rule(CHMOD, "SCMP_ACT_NONSENSE")).refused()


@covers("linux.seccomp.syscalls", "rule:a-rule-wins-over-the-default")
def test_rules_of_one_call(box):
    """config-linux.md, Seccomp: each rule has its own arguments; one without a match leaves the default."""
    first = rule(["setpriority"], args=[{"index": 2, "value": 5, "op": "SCMP_CMP_EQ"}], errnoRet=13)
    second = rule(["setpriority"], args=[{"index": 2, "value": 6, "op": "SCMP_CMP_EQ"}], errnoRet=38)
    use(box, first, second)
    text = box.output("for n in 5 6 7; do /bin/busybox renice -n $n -p $$ 2>&1; done; true")
    assert [word in text for word in ("denied", "not implemented")] == [True, True]


@covers(
    "linux.seccomp.syscalls[].args",
    "linux.seccomp.syscalls[].args[].index*",
    "linux.seccomp.syscalls[].args[].value*",
    "linux.seccomp.syscalls[].args[].valueTwo",
    "linux.seccomp.syscalls[].args[].op*",
)
@pytest.mark.parametrize(
    ("operator", "value", "second", "refused"),
    [
        ("SCMP_CMP_EQ", 10, 0, [10]),
        ("SCMP_CMP_NE", 10, 0, [9, 11, 26]),
        ("SCMP_CMP_LT", 10, 0, [9]),
        ("SCMP_CMP_LE", 10, 0, [9, 10]),
        ("SCMP_CMP_GE", 10, 0, [10, 11, 26]),
        ("SCMP_CMP_GT", 10, 0, [11, 26]),
        ("SCMP_CMP_MASKED_EQ", 15, 10, [10, 26]),
    ],
)
@needs("a C compiler")
def test_each_operator(box, compiled, operator, value, second, refused):
    """config-linux.md, Seccomp: args compare the argument at index with value, by op; MASKED_EQ has a mask
    and a value."""
    program = compiled("alarms", ALARMS)
    (box.rootfs / "alarms").write_bytes(program.read_bytes())
    (box.rootfs / "alarms").chmod(0o755)
    box.process["args"] = ["/alarms"]
    use(
        box,
        rule(
            ["getpriority"],
            args=[{"index": 1, "value": value, "valueTwo": second, "op": operator}],
            errnoRet=97,
        ),
    )
    assert [int(number) for number in box.output().split()] == refused


# Prints for which second arguments the call is refused.
ALARMS = """
#include <errno.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(void) {
  int values[] = {9, 10, 11, 26};
  for (int i = 0; i < 4; i++) {
    errno = 0;
    syscall(SYS_getpriority, 0, values[i]);
    if (errno == 97) printf("%d\\n", values[i]);
  }
}
"""


@covers("linux.seccomp.syscalls[].args[].op*")
def test_an_unknown_operator_is_an_error(box):
    """config-linux.md, Seccomp: op is one of the constants."""
    use(box, rule(CHMOD, args=[{"index": 1, "value": 1, "op": "SCMP_CMP_NONSENSE"}])).refused()


@covers("linux.seccomp.syscalls[].args[].index*")
def test_a_seventh_argument_is_an_error(box):
    """config-linux.md, Seccomp: a system call has six arguments: an index above 5 cannot be applied."""
    use(box, rule(CHMOD, args=[{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}])).refused()


@covers("linux.seccomp.architectures")
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_each_architecture_is_known(box, name):
    """config-linux.md, Seccomp: architectures has SCMP_ARCH_ constants, of other processors too."""
    use(box, rule(CHMOD), architectures=sorted({ARCHITECTURE, f"SCMP_ARCH_{name}"}))
    assert "not permitted" in box.output(TRY + "; true")


# What a program without shared libraries calls.
OWN = (
    "access arch_prctl brk execve exit exit_group fstat getrandom mprotect newfstatat prlimit64 readlink "
    "readlinkat rseq set_robust_list set_tid_address write"
).split()


@covers("linux.seccomp", "linux.seccomp.defaultAction*", "linux.seccomp.syscalls[].action*")
@pytest.mark.parametrize("action", ["SCMP_ACT_ERRNO", "SCMP_ACT_KILL_PROCESS"])
def test_a_profile_of_what_the_command_calls(box, compiled, action):
    """config-linux.md, Seccomp: it is for the process in the container; the runtime needs no more of it
    than execve."""
    program = compiled(
        "hello", '#include <unistd.h>\nint main(void) { return write(1, "hello\\n", 6) != 6; }'
    )
    shutil.copy(program, box.rootfs / "hello")
    user = {"uid": 0, "gid": 0, "umask": 0o77}
    box.process.update(args=["/hello"], noNewPrivileges=True, cwd="/", user=user)
    use(box, rule(OWN, "SCMP_ACT_ALLOW"), action=action)
    box.create()
    box.start()
    wait_until(lambda: box.out() == "hello\n")


@covers("linux.seccomp.syscalls[].action*", "linux.seccomp.listenerPath")
@pytest.mark.parametrize("asked", [["execve"], ["execve", "sendto"]], ids=",".join)
def test_who_listens_is_asked_about_the_command(box, listener, asked):
    """config-linux.md, Seccomp: SCMP_ACT_NOTIFY is for any call; what the runtime does beside is not the
    process's, and may be forbidden."""
    socket = listener()
    forbidden = [] if "sendto" in asked else [rule(["sendto"])]
    use(box, rule(asked, "SCMP_ACT_NOTIFY"), *forbidden, listenerPath=str(socket.path))
    received = []
    thread = threading.Thread(target=lambda: received.append(socket.receive()))
    thread.start()
    box.script("echo up; read line").create()
    starting = threading.Thread(target=box.start)
    starting.start()
    thread.join()
    request = bytearray(80)
    fcntl.ioctl(received[0][1][0][0], RECEIVE, request)
    number, _, _, call = struct.unpack_from("=QIIi", request)
    assert call == {"x86_64": 59, "aarch64": 221}[platform.machine()]
    goes_on = 1
    fcntl.ioctl(received[0][1][0][0], SEND, struct.pack("=QqiI", number, 0, 0, goes_on))
    wait_until(lambda: box.out() == "up\n")
    starting.join()


@covers("linux.seccomp.architectures")
def test_an_unknown_architecture_is_an_error(box):
    """config-linux.md, Seccomp: an architecture that isn't one is an error."""
    use(box, rule(CHMOD), architectures=["SCMP_ARCH_NONSENSE"]).refused()


@covers("linux.seccomp.flags")
@pytest.mark.parametrize("flag", ["TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"])
def test_each_flag(box, flag, listener):
    """config-linux.md, Seccomp: flags are those of seccomp(2)."""
    if flag == "WAIT_KILLABLE_RECV":
        # The kernel takes it with a listener only.
        sockets = listener()
        use(
            box,
            rule(CHMOD, "SCMP_ACT_NOTIFY"),
            listenerPath=str(sockets.path),
            flags=[f"SECCOMP_FILTER_FLAG_{flag}"],
        )
        box.script("echo up; read line").up()
        assert sockets.receive()[1][0] != []
    else:
        use(box, rule(CHMOD), flags=[f"SECCOMP_FILTER_FLAG_{flag}"])
        assert "not permitted" in box.output(TRY + "; true")


@covers("linux.seccomp.flags")
def test_an_unknown_flag_is_an_error(box):
    """config-linux.md, Seccomp: a flag that isn't one is an error."""
    use(box, rule(CHMOD), flags=["SECCOMP_FILTER_FLAG_NONSENSE"]).refused()


@covers("linux.seccomp", "process.noNewPrivileges")
@pytest.mark.parametrize("value", [True, False])
def test_with_and_without_new_privileges(box, value):
    """config-linux.md, Seccomp: the filter is applied whether noNewPrivileges is set or not, to other users
    too."""
    box.process.update(noNewPrivileges=value, user={"uid": 1000, "gid": 1000})
    text = use(box, rule(["mkdir", "mkdirat"])).output(
        "mkdir /tmp/x 2>&1; grep -E 'Seccomp:|NoNew' /proc/self/status"
    )
    assert "not permitted" in text or "denied" in text
    assert text.split()[-1] == "2"


@covers("linux.seccomp")
def test_exec_is_filtered_too(box):
    """config-linux.md, Seccomp: it holds for the processes of the container, those of exec too."""
    use(box, rule(CHMOD)).sleeps().up()
    assert "not permitted" in box.execs(TRY + "; true")


NOTIFICATION = struct.Struct("=QIIiIQ6Q")
RECEIVE, SEND = 0xC0502100, 0xC0182101


@covers(
    "linux.seccomp.listenerPath",
    "linux.seccomp.listenerMetadata",
    "rule:seccomp-state",
    "rule:seccomp-state-one-per-connection",
    "rule:seccomp-descriptors-in-the-first-message",
)
def test_a_listener(box, listener):
    """config-linux.md, The Container Process State: one state per connection, the descriptor in the first
    message only."""
    socket = listener()
    box.config["annotations"] = {"org.example.key": "value"}
    box.script("echo up; touch /f; chmod 600 /f 2>&1; echo after; read line")
    use(box, rule(CHMOD, "SCMP_ACT_NOTIFY"), listenerPath=str(socket.path), listenerMetadata="what I said")
    received = []
    thread = threading.Thread(target=lambda: received.append(socket.receive()))
    thread.start()
    box.create()
    box.start()
    thread.join()
    data, batches = received[0]
    state = json.loads(data)
    assert (state["fds"], state["metadata"]) == (["seccompFd"], "what I said")
    assert (state["pid"], state["state"]["pid"]) == (box.pid, box.pid)
    assert (state["state"]["id"], state["state"]["bundle"]) == (box.id, str(box.folder))
    assert state["state"]["annotations"]["org.example.key"] == "value"
    assert state["ociVersion"].startswith("1.")
    assert (len(batches[0]), [batch for batch in batches[1:] if batch]) == (1, [])
    # The descriptor is a listener: the call waits until it is answered.
    request = bytearray(80)
    fcntl.ioctl(batches[0][0], RECEIVE, request)
    number = NOTIFICATION.unpack(request)[0]
    fcntl.ioctl(batches[0][0], SEND, struct.pack("=QqiI", number, 0, -28, 0))
    wait_until(lambda: "after" in box.out())
    assert "No space" in box.out()


@covers("linux.seccomp.listenerPath", "rule:seccomp-state-that-cannot-be-sent")
def test_a_listener_that_is_not_there_is_an_error(box, folder):
    """config-linux.md, Seccomp: if sending to this socket fails, the runtime MUST generate an error."""
    use(box, rule(CHMOD, "SCMP_ACT_NOTIFY"), listenerPath=str(folder / "nobody"))
    box.script("echo up; read line")
    done = box.attempt()
    if done.returncode == 0:
        assert box.runtime("start", box.id).returncode != 0


@covers("linux.seccomp.listenerPath")
def test_a_listener_without_its_action_is_ignored(box, folder):
    """config-linux.md, Seccomp: if SCMP_ACT_NOTIFY is not used, listenerPath is ignored."""
    use(box, rule(CHMOD), listenerPath=str(folder / "nobody"))
    assert "not permitted" in box.output(TRY + "; true")


@covers("linux.seccomp.listenerMetadata", "rule:metadata-needs-a-listener")
def test_metadata_without_a_listener_is_an_error(box):
    """config-linux.md, Seccomp: listenerMetadata MUST NOT be set if listenerPath is not set."""
    use(box, rule(CHMOD), listenerMetadata="nobody reads it").refused()


@covers("linux.seccomp.syscalls[].names*")
def test_a_rule_without_names_is_an_error(box):
    """config-linux.md, Seccomp: names MUST have at least one entry."""
    use(box, rule([])).refused()


@covers("rule:new-calls-fail-with-enosys")
@needs("a C compiler")
def test_a_call_that_the_profile_cannot_know(box, compiled):
    """What engines rely on: a call newer than the profile fails with ENOSYS, so that programs fall back,
    where EPERM is the default."""
    (box.rootfs / "newest").write_bytes(compiled("newest", NEWEST).read_bytes())
    (box.rootfs / "newest").chmod(0o755)
    box.process["args"] = ["/newest"]
    use(box, rule(NEEDED, "SCMP_ACT_ALLOW"), action="SCMP_ACT_ERRNO")
    assert box.output() == f"{os.strerror(38)}\n"


NEWEST = """
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  syscall(900);
  puts(strerror(errno));
}
"""
