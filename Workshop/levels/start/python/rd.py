from options import Options, end, fail

options = Options()


def contain():
    """What the child does: at the end of it this process is the command."""
    fail(125, f"the child has nothing to do yet: exec the command, {options.command}")


def run():
    """What the parent does: it makes the child, and waits for its status."""
    fail(125, "there is no child yet: fork one, in it contain(), and waitpid for its status")


end(run)
