/// One thing that is true of a right program, from its level on.
struct Property: Sendable {
  let level: Int
  /// The last level at which it is true.
  let last: Int
  let name: String
  let expected: String
  /// The man page, or the heading in the lesson.
  let read: String
  let scenario: Scenario
  /// What was seen instead; nil when it is as expected.
  let deviation: @Sendable (Report) -> String?

  init(
    _ level: Int, through last: Int = 99, _ name: String, _ expected: String, read: String,
    _ scenario: Scenario, _ deviation: @escaping @Sendable (Report) -> String?
  ) {
    self.level = level
    self.last = last
    self.name = name
    self.expected = expected
    self.read = read
    self.scenario = scenario
    self.deviation = deviation
  }

  static let all =
    level00 + level01 + level02 + level03 + level04 + level05 + level06 + level07 + level08 + level09
    + level10 + level11 + level12 + level13 + level14 + level15 + level16

  /// This level's first, then those of earlier ones that still hold.
  static func of(_ level: Int) -> [Property] {
    let valid = all.filter { $0.level <= level && level <= $0.last }
    return valid.filter { $0.level == level } + valid.filter { $0.level < level }
  }
}
