"""How the tests run other programs."""

import os

# PYTHONUNBUFFERED for one would hide output that is printed twice.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
IN_MOUNT_NAMESPACE = ["unshare", "--mount", "--propagation", "private"]
