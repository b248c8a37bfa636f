import Facts
import Linux

/// What came of one property.
struct Verdict {
  let property: Property
  /// Nil when it holds.
  let seen: String?

  var lesson: String { "levels/\(Contract.of(property.level).directory)/README.md" }

  /// After the one that was printed before: what was seen is said once.
  func text(after last: Verdict?) -> String {
    guard let seen else { return "pass  \(property.expected)" }
    if seen == last?.seen { return "FAIL  \(property.expected)\n      Seen: the same." }
    return """
      FAIL  \(property.expected)
            Seen: \(seen).
            Read: \(lesson); \(property.read).
      """
  }

  var json: JSON {
    [
      "level": .int(property.level), "property": .string(property.name),
      "expected": .string(property.expected),
      "pass": .bool(seen == nil), "seen": seen.map(JSON.string) ?? .null, "lesson": .string(lesson),
      "read": .string(property.read),
    ]
  }
}

/// All properties that hold at a level. Each scenario is run once.
func verdicts(_ program: Program, level: Int, each: (Verdict) -> Void) throws {
  let cage = Cage(program: program, level: level)
  let properties = Property.of(level)
  var seen: [String: String] = [:]
  var done: Set<Scenario> = []
  for property in properties {
    if done.insert(property.scenario).inserted {
      let same = properties.filter { $0.scenario == property.scenario }
      let text = try cage.run(property.scenario) { report in deviations(same, report) }
      seen.merge(parsed(text)) { $1 }
    }
    each(Verdict(property: property, seen: seen[property.name]))
  }
}

/// A line for each property that doesn't hold: its name, a tab, what was seen.
private func deviations(_ properties: [Property], _ report: Report) -> String {
  properties.compactMap { property in
    property.deviation(report).map {
      "\(property.name)\t\($0.split(separator: "\n").joined(separator: " "))\n"
    }
  }.joined()
}

private func parsed(_ text: String) -> [String: String] {
  let lines = text.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
  return Dictionary(lines.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
}

func check(_ program: Program, level: Int, asJSON: Bool) throws -> Int32 {
  guard geteuid() == 0 else { throw CheckError("the cage is made by root: sudo workshop check …") }
  var all: [Verdict] = []
  try verdicts(program, level: level) { verdict in
    if !asJSON { say(verdict.text(after: all.last { $0.seen != nil })) }
    all.append(verdict)
  }
  let failed = all.count { $0.seen != nil }
  if asJSON {
    say(
      "\(["level": .int(level), "pass": .bool(failed == 0), "properties": .array(all.map(\.json))] as JSON)")
  } else {
    let word = failed == 0 ? "All \(all.count) hold." : "\(failed) of \(all.count) failed."
    say("\nLevel \(twoDigits(level)): \(word)")
  }
  return failed == 0 ? 0 : 1
}

/// At once, so that a child that is made later doesn't say it again.
func say(_ line: String) {
  do { try dup(.standardOutput).write("\(line)\n") } catch { _exit(1) }
}
