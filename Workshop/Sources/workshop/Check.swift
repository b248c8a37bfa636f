import Facts
import Linux

/// What came of one property.
struct Verdict {
  let property: Property
  /// Nil when it holds.
  let seen: String?

  var lesson: String { "levels/\(Contract.of(property.level).directory)/README.md" }

  var text: String {
    guard let seen else { return "pass  \(property.expected)" }
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
  let cage = Cage(program: program, level: level, images: try Images.prepare())
  var reports: [Scenario: Report] = [:]
  for property in Property.of(level) {
    let report = try reports[property.scenario] ?? Report(json: cage.run(property.scenario))
    reports[property.scenario] = report
    each(Verdict(property: property, seen: property.deviation(report)))
  }
}

/// - Parameter record: gets what came of all of them.
func check(
  _ program: Program, level: Int, asJSON: Bool, record: ([Verdict]) throws -> Void
) throws -> Int32 {
  guard geteuid() == 0 else { throw CheckError("the cage is made by root: sudo workshop check …") }
  var all: [Verdict] = []
  try verdicts(program, level: level) { verdict in
    all.append(verdict)
    if !asJSON { say(verdict.text) }
  }
  let failed = all.count { $0.seen != nil }
  if asJSON {
    say(
      "\(["level": .int(level), "pass": .bool(failed == 0), "properties": .array(all.map(\.json))] as JSON)")
  } else {
    let word = failed == 0 ? "All \(all.count) hold." : "\(failed) of \(all.count) failed."
    say("\nLevel \(twoDigits(level)): \(word)")
  }
  try record(all)
  return failed == 0 ? 0 : 1
}

/// At once, so that a child that is made later doesn't say it again.
func say(_ line: String) {
  do { try dup(.standardOutput).write("\(line)\n") } catch { _exit(1) }
}
