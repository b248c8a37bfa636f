"""Old levels 00 to 03 and 05: fork; what is new for the child, by unshare."""

import os
import traceback
import uuid

import click
import image
import linux


@click.group()
def cli():
    pass


def contain(command, level, image_name, image_dir, container_dir):
    container_id = str(uuid.uuid4())
    if level >= 2:
        try:
            linux.unshare(linux.CLONE_NEWNS | (linux.CLONE_NEWUTS if level >= 5 else 0))
        except RuntimeError as error:
            if error.args == (1, "Operation not permitted"):
                print("it takes root", flush=True)
            raise
        linux.mount(None, "/", None, linux.MS_PRIVATE | linux.MS_REC, None)
    if level >= 5:
        linux.sethostname(container_id)
        root = image.mount_overlay(image_name, image_dir, container_dir, container_id)
    elif level >= 3:
        root = image.container_path(container_dir, container_id, "rootfs")
        linux.mount("tmpfs", root, "tmpfs", 0, None)
        image.unpack(image_name, image_dir, root)
    elif level >= 1:
        root = image.unpack(image_name, image_dir, os.path.join(container_dir, container_id, "rootfs"))
    if level >= 2:
        image.mount_filesystems(root)
    if level >= 3:
        image.change_root(root)
    elif level >= 1:
        os.chroot(root)
        os.chdir("/")
    os.execvp(command[0], command)


@cli.command(context_settings={"ignore_unknown_options": True})
@click.option("--level", default=0)
@click.option("--image-name", "-i", default="ubuntu")
@click.option("--image-dir", default="/workshop/images")
@click.option("--container-dir", default="/workshop/containers")
@click.argument("Command", required=True, nargs=-1)
def run(command, level, image_name, image_dir, container_dir):
    pid = os.fork()
    if pid == 0:
        try:
            contain(command, level, image_name, image_dir, container_dir)
        except Exception:
            traceback.print_exc()
            os._exit(1)
    _, status = os.waitpid(pid, 0)
    print("{} exited with status {}".format(pid, status))


if __name__ == "__main__":
    cli()
