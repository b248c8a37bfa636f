import Containers
import Linux

/// Before a process of a container could see this one: see `sealOwnExecutable`.
func sealed(_ context: Context) throws {
  try sealOwnExecutable("cooper-runtime", isRoot: geteuid() == 0)
  context.runtime.debug?("nobody in a container can write to this program's file")
}
