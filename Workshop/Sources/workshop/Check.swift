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
  var hangs = 0
  for property in properties {
    if done.insert(property.scenario).inserted {
      let same = properties.filter { $0.scenario == property.scenario }
      if hangs == 2 {
        for other in same { seen[other.name] = "it wasn't tried: rd didn't end, twice" }
      } else {
        let found = Findings(try cage.run(property.scenario) { Findings(same, $0).text })
        if found.hangs { hangs += 1 }
        seen.merge(found.seen) { $1 }
      }
    }
    each(Verdict(property: property, seen: seen[property.name]))
  }
}

/// What came of one scenario, as it leaves the cage.
private struct Findings {
  /// Whether the program had to be ended.
  let hangs: Bool
  /// For each property that doesn't hold.
  let seen: [String: String]

  init(_ properties: [Property], _ report: Report) {
    hangs = report.status == nil
    let deviations = properties.map { ($0.name, $0.deviation(report)) }
    seen = Dictionary(deviations.compactMap { name, seen in seen.map { (name, $0) } }) { $1 }
  }

  init(_ text: String) {
    let lines = text.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
    hangs = lines.first == ["hangs"]
    seen = Dictionary(lines.dropFirst().map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
  }

  var text: String {
    let lines = seen.map { "\($0.key)\t\($0.value.split(separator: "\n").joined(separator: " "))\n" }
    return (hangs ? "hangs\n" : "ends\n") + lines.joined()
  }
}

/// - Parameter record: gets what came of all of them.
func check(
  _ program: Program, level: Int, asJSON: Bool, record: ([Verdict]) throws -> Void
) throws -> Int32 {
  guard geteuid() == 0 else { throw CheckError("the cage is made by root: sudo workshop check …") }
  // Without them a right program would fail too.
  let short = level >= 13 ? userNamespaces().filter(\.isShort) : []
  if !short.isEmpty { throw CheckError("not here:\n" + short.map(\.text).joined(separator: "\n")) }
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
  try record(all)
  return failed == 0 ? 0 : 1
}

/// At once, so that a child that is made later doesn't say it again.
func say(_ line: String) {
  do { try dup(.standardOutput).write("\(line)\n") } catch { _exit(1) }
}
