import Linux

let options = Options()

/// What the child does: at the end of it this process is the command.
func contain() throws -> Never {
  // It returns only when it fails: when there is no such command.
  do { try exec(options.command) } catch { fail(127, error) }
}

/// What the parent does: it makes the child, and waits for its status.
func run() throws -> Int32 {
  // From here on there are two processes, and both go on. The child gets 0, the parent the child's pid.
  let child = try fork()
  if child == 0 { try contain() }
  return shellStatus(try waitpid(child))
}

end(run)
