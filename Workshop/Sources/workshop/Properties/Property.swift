import Facts

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
    + level10
    + level11 + level12

  /// This level's first, then those of earlier ones that still hold.
  static func of(_ level: Int) -> [Property] {
    let valid = all.filter { $0.level <= level && level <= $0.last }
    return valid.filter { $0.level == level } + valid.filter { $0.level < level }
  }
}

/// What the cage saw in one scenario.
struct Report {
  let json: JSON

  var status: Int? { json["status"].int }
  var output: String { json["output"].string ?? "" }
  var complaint: String { json["complaint"].string ?? "" }
  /// What the probe saw from inside.
  var facts: JSON { json["facts"] }
  /// The probe's process as it was seen from outside.
  var probe: JSON { json["during"]["probe"] }
  /// The host's process that stands for all others.
  var host: JSON { json["self"] }
  var left: [String] { json["left"].strings }

  /// Why there are no facts, in words.
  var silence: String? {
    if facts != .null { return nil }
    return "the command said nothing: rd \(ending)"
  }

  var ending: String {
    let how = status.map { "ended with status \($0)" } ?? "didn't end in \(Visit.limit) seconds"
    let words = complaint.split(separator: "\n").last.map { " and said \"\($0.prefix(200))\"" } ?? ""
    return how + words
  }

  /// A field of the probe's /proc/PID/status.
  func field(_ name: String) -> String? { probe["status"][name].string }

  func isOwn(_ namespace: String) -> Bool? {
    guard let own = probe["namespaces"][namespace].string, let host = host["namespaces"][namespace].string
    else {
      return nil
    }
    return own != host
  }

  /// The sentence about a namespace that should be the container's own.
  func lacksOwn(_ namespace: String) -> String? {
    if let silence { return silence }
    guard let isOwn = isOwn(namespace) else { return "the command's process wasn't found" }
    return isOwn ? nil : "it is in the host's: /proc/PID/ns/\(namespace) is the same file for both"
  }

  var mountsBefore: [JSON] { json["before"]["mounts"].array }
  var mountsAfter: [JSON] { json["after"]["mounts"].array }
  var mountsDuring: [JSON] { json["during"]["host"]["mounts"].array }

  /// The mount that a process has topmost at a place.
  func mount(at point: String) -> JSON { probe["mounts"].array.last { $0["point"].string == point } ?? .null }
}

/// The points of mounts that are in the second list only.
func added(_ before: [JSON], _ after: [JSON]) -> [String] {
  var rest = after
  for mount in before { if let index = rest.firstIndex(of: mount) { rest.remove(at: index) } }
  return rest.compactMap { $0["point"].string }
}

/// The names whose values differ.
func changed(_ before: JSON, _ after: JSON) -> [String] {
  let (old, new) = (before.members, after.members)
  return Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }.sorted()
}

func listed(_ names: [String]) -> String {
  names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
}
