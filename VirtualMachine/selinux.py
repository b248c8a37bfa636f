"""selinux.py: loads a policy for tests alone, and has it enforced (kernel with security=selinux).

Everything is allowed but one thing: what runs as cooper_u:cooper_r:contained_t doesn't read a file of the
type refused_t. Labels are valid if the policy knows them; without a policy the kernel takes any.
"""

import subprocess
import tempfile
from pathlib import Path

SELINUX = Path("/sys/fs/selinux")
# The kernel's initial labels: the policy numbers them in this order (flask/initial_sid_to_string.h).
INITIAL = """kernel security unlabeled fs file file_labels init any_socket port netif netmsg node igmp_packet
icmp_socket tcp_socket sysctl_modprobe sysctl sysctl_fs sysctl_kernel sysctl_net sysctl_net_unix sysctl_vm
sysctl_dev kmod policy scmp_packet devnull""".split()
RULES = """
class file { read }
class process { transition dyntransition }
policycap nnp_nosuid_transition;
type machine_t;
type contained_t;
type other_t;
type refused_t;
role cooper_r;
role cooper_r types { machine_t contained_t };
allow machine_t { machine_t contained_t other_t refused_t }:file read;
allow contained_t { machine_t contained_t other_t }:file read;
allow machine_t { machine_t contained_t }:process { transition dyntransition };
user cooper_u roles { cooper_r };
"""
FILES = """
fs_use_xattr ext4 cooper_u:object_r:other_t;
fs_use_trans tmpfs cooper_u:object_r:other_t;
"""


def policy():
    """In checkpolicy's language, whose statements have a fixed order."""
    yield "class file\nclass process\n"
    yield from (f"sid {name}\n" for name in INITIAL)
    yield RULES
    for name in INITIAL:
        label = "cooper_r:machine_t" if name == "kernel" else "object_r:other_t"
        yield f"sid {name} cooper_u:{label}\n"
    yield FILES


def main():
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder, "policy.conf"), Path(folder, "policy")
        source.write_text("".join(policy()))
        subprocess.run(["checkpolicy", "-U", "allow", "-o", made, source], check=True)
        (SELINUX / "load").write_bytes(made.read_bytes())
    (SELINUX / "enforce").write_text("1")


if __name__ == "__main__":
    main()
