"""Where containers have their directories: this user's, and those of users in whose name tests run cooper."""

import os
import tempfile

IS_ROOT = os.geteuid() == 0

if not IS_ROOT and "XDG_RUNTIME_DIR" not in os.environ:
    RUNTIME = tempfile.TemporaryDirectory(prefix="cooper-runtime-")  # for its owner only
    os.environ["XDG_RUNTIME_DIR"] = RUNTIME.name

DIRECTORY = "/run/cooper" if IS_ROOT else f"{os.environ['XDG_RUNTIME_DIR']}/cooper"

OTHERS = []


def all_of_users():
    """All but root's."""
    return OTHERS if IS_ROOT else [DIRECTORY, *OTHERS]


def environment():
    """What cooper needs of the environment."""
    return {} if IS_ROOT else {"XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"]}
