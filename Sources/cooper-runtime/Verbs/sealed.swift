import Containers
import Linux

/// Before a process of a container could see this one: see `sealOwnExecutable`.
func sealed(_ context: Context) throws {
  try sealOwnExecutable("cooper-runtime", isRoot: geteuid() == 0)
  context.runtime.debug?("nobody in a container can write to this program's file")
}

/// What the caller has open beside what is to be kept is nobody's whom this process makes.
func closeOnExec(keeping preserved: Int) throws {
  let listened = max(0, environmentVariable("LISTEN_FDS").flatMap { Int($0) } ?? 0)
  // As many as nobody can have are refused later.
  guard preserved < Int32.max, listened < Int32.max else { return }
  try close_range(UInt32(3 + preserved + listened), flags: .cloExec)
}
