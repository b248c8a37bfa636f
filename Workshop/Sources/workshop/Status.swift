import Facts
import Linux

/// `workshop status`: where the learner stands.
struct Status {
  init(_ arguments: [String]) throws { try Arguments(arguments).end() }

  func run() throws -> Int32 {
    let folder = try Folder.current()
    let record = Record.read(in: folder)
    for (level, name) in try Course.levels().enumerated() {
      let words = [check(record.checks[level]), hints(record.hints[level, default: 0])].filter { !$0.isEmpty }
      say("\(padded(name, 17))  \(words.joined(separator: "; "))")
    }
    return 0
  }

  private func check(_ last: Record.Check?) -> String {
    guard let last else { return "not checked" }
    let result = last.failed == 0 ? "all \(last.count) hold" : "\(last.failed) of \(last.count) failed"
    return "\(result) (\(last.edition), \(localTime(last.time)))"
  }

  private func hints(_ count: Int) -> String {
    count == 0 ? "" : "\(count) hint\(count == 1 ? "" : "s") taken"
  }
}

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
