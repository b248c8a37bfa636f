import os

from options import Options, end, fail, shell_status

options = Options()


def contain():
    """What the child does: at the end of it this process is the command."""
    # It returns only when it fails: when there is no such command.
    try:
        os.execvp(options.command[0], options.command)
    except OSError as error:
        fail(127, f"{options.command[0]}: {error.strerror}")


def run():
    """What the parent does: it makes the child, and waits for its status."""
    # From here on there are two processes, and both go on. The child gets 0, the parent the child's pid.
    child = os.fork()
    if child == 0:
        contain()
    _, status = os.waitpid(child, 0)
    return shell_status(status)


end(run)
