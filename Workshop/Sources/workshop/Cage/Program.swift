import Facts
import Linux

/// The learner's program: a command for the shell, which gets the arguments.
struct Program {
  let command: String

  func argv(_ arguments: [String]) -> [String] {
    ["/bin/sh", "-c", "exec \(command) \"$@\"", "rd"] + arguments
  }

  /// Directories that it is read from, as far as the command tells.
  var needed: [String] {
    let path = currentEnvironment().filter { $0.hasPrefix("PYTHONPATH=") }.flatMap {
      $0.dropFirst(11).split(separator: ":").map(String.init)
    }
    let words = command.split { " '\"=".contains($0) }.map(String.init).filter { $0.hasPrefix("/") }
    return path.filter(exists)
      + words.filter(exists).map { word in
        exists("\(word)/.") ? word : word.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
      }.filter { $0.split(separator: "/").count > 1 }
  }
}
