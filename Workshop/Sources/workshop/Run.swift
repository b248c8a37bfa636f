import Facts
import Linux

/// `workshop run NN -- ARG…`: the learner's program, built before where it is Swift.
struct Run {
  private let level: Int?
  private let edition: Edition?
  private let command: [String]

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    level = try arguments.optionalLevel()
    edition = try arguments.edition()
    command = arguments.command
    try arguments.end()
  }

  func run() throws -> Int32 {
    let program = try Folder.current().program(edition, level: level)
    guard try program.build() else { return 125 }
    try exec(program.argv + command)
  }
}
