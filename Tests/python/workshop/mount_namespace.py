"""An early level: a forked child in a mount namespace of its own, in a new root by chroot.

python3 mount_namespace.py ROOT COMMAND…
"""

import os
import sys

import linux


def contain(root, command):
    linux.unshare(linux.CLONE_NEWNS)
    linux.mount(None, "/", None, linux.MS_PRIVATE | linux.MS_REC, None)
    linux.mount("proc", os.path.join(root, "proc"), "proc", 0, "")
    linux.mount(
        "tmpfs", os.path.join(root, "dev"), "tmpfs", linux.MS_NOSUID | linux.MS_STRICTATIME, "mode=755"
    )
    linux.mount("sysfs", os.path.join(root, "sys"), "sysfs", 0, "")
    linux.umount(os.path.join(root, "sys"))
    os.chroot(root)
    os.chdir("/")
    os.execvp(command[0], command)


pid = os.fork()
if pid == 0:
    try:
        contain(sys.argv[1], sys.argv[2:])
    except RuntimeError as error:
        number, text = error.args[:2]
        print("could not contain: {} ({})".format(text, number), file=sys.stderr)
    os._exit(1)
_, status = os.waitpid(pid, 0)
print("{} exited with status {}".format(pid, status))
