import Facts
import Linux

/// `workshop solution NN`: what the level changes, each piece with its explanation.
struct Solution {
  private let level: Int
  private let edition: Edition?

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    level = try arguments.level()
    edition = try arguments.edition()
    try arguments.end()
  }

  func run() throws -> Int32 {
    let edition = try Folder.current().edition(edition)
    let lesson = try Course.lesson(level)
    let explanations = sections(try readFile("\(lesson)/solution.md"))
    let hunks = Hunk.all(
      from: try readFile("\(try Course.start(level))/\(edition.solution)"),
      to: try readFile("\(lesson)/\(edition.solution)"))
    for hunk in hunks {
      say("\(hunk.name)\(hunk.isNew ? ", new" : "")\n")
      if let explanation = explanations.first(where: { Piece.key($0.name) == hunk.key }) {
        say("\(indented(explanation.text))\n")
      }
      say(hunk.lines.map { "    \($0)\n" }.joined())
    }
    say("The whole program: \(lesson)/\(edition.solution)")
    return 0
  }
}
