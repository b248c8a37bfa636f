"""Old levels 06 to 10: clone with a function; cgroups, into which the child goes by itself; another user."""

import os
import uuid

import click
import image
import linux

CPU_BASE = "/sys/fs/cgroup/cpu"
MEMORY_BASE = "/sys/fs/cgroup/memory"


@click.group()
def cli():
    pass


def enter(base, container_id, settings):
    cgroup = os.path.join(base, "cooper-classic." + container_id)
    if not os.path.exists(cgroup):
        os.makedirs(cgroup)
    for name, value in settings.items():
        if value:
            open(os.path.join(cgroup, name), "w").write(str(value))
    open(os.path.join(cgroup, "tasks"), "w").write(str(os.getpid()))


def contain(command, image_name, image_dir, container_id, container_dir, limits, user):
    cpu_shares, memory, memory_swap = limits
    if cpu_shares:
        enter(CPU_BASE, container_id, {"cpu.shares": cpu_shares})
    if memory:
        settings = {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory_swap}
        enter(MEMORY_BASE, container_id, settings)
    linux.sethostname(container_id)
    linux.mount(None, "/", None, linux.MS_PRIVATE | linux.MS_REC, None)
    root = image.mount_overlay(image_name, image_dir, container_dir, container_id)
    image.mount_filesystems(root)
    image.change_root(root)
    if user:
        uid, _, gid = user.partition(":")
        if gid:
            os.setgid(int(gid))
        os.setuid(int(uid))
    os.execvp(command[0], command)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.option("--memory", default=None)
@click.option("--memory-swap", default=None)
@click.option("--cpu-shares", default=0)
@click.option("--user", default="")
@click.option("--image-name", "-i", default="ubuntu")
@click.option("--image-dir", default="/workshop/images")
@click.option("--container-dir", default="/workshop/containers")
@click.argument("Command", required=True, nargs=-1)
def run(command, memory, memory_swap, cpu_shares, user, image_name, image_dir, container_dir):
    flags = linux.CLONE_NEWPID | linux.CLONE_NEWNS | linux.CLONE_NEWUTS | linux.CLONE_NEWNET
    limits = (cpu_shares, memory, memory_swap)
    arguments = (command, image_name, image_dir, str(uuid.uuid4()), container_dir, limits, user)
    pid = linux.clone(contain, flags, arguments)
    _, status = os.waitpid(pid, 0)
    print("{} exited with status {}".format(pid, status))


if __name__ == "__main__":
    cli()
