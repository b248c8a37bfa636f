import Linux

let options = Options()

/// What the child does: at the end of it this process is the command.
func contain() throws -> Never {
  fail(125, "the child has nothing to do yet: exec the command, \(options.command)")
}

/// What the parent does: it makes the child, and waits for its status.
func run() throws -> Int32 {
  fail(125, "there is no child yet: fork one, in it contain(), and waitpid for its status")
}

end(run)
