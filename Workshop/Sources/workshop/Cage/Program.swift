/// The learner's program: a command for the shell, which gets the arguments.
struct Program {
  let command: String

  func argv(_ arguments: [String]) -> [String] {
    ["/bin/sh", "-c", "exec \(command) \"$@\"", "rd"] + arguments
  }
}
