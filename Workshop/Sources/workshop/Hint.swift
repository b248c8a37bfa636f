import Facts
import Linux

/// `workshop hint NN`: one more step at a time.
struct Hint {
  private let level: Int

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    level = try arguments.level()
    try arguments.end()
  }

  func run() throws -> Int32 {
    let hints = items(try readFile("\(try Course.lesson(level))/hints.md"))
    var record = Record.read(in: try .current())
    let taken = min(record.hints[level, default: 0] + 1, hints.count)
    for (index, hint) in hints.prefix(taken).enumerated() {
      say("Hint \(index + 1) of \(hints.count)\n\n\(indented(hint))\n")
    }
    if taken == hints.count { say("There are no more. The solution: workshop solution \(twoDigits(level))") }
    record.hints[level] = taken
    try record.write()
    return 0
  }
}

func indented(_ text: String) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : "  \($0)" }
    .joined(separator: "\n")
}
