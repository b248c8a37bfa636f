import Containers
import Linux

/// Before a process of a container could see this one: see `sealOwnExecutable`.
func sealed() throws { try sealOwnExecutable("cooper-runtime", isRoot: geteuid() == 0) }
