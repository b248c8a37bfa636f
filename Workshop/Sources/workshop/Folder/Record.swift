import Facts
import Linux

/// How far a learner is: the file `.workshop` in the learner's folder.
struct Record {
  struct Check {
    let edition: String
    let failed: Int
    let count: Int
    /// Seconds since 1970.
    let time: Int
  }

  static let name = ".workshop"

  private let folder: Folder
  private var members: [String: JSON]

  static func read(in folder: Folder) -> Record {
    let text = (try? readFile("\(folder.path)/\(name)")) ?? ""
    return Record(folder: folder, members: JSON(text)?.members ?? [:])
  }

  var edition: Edition? {
    get { members["edition"]?.string.flatMap(Edition.init) }
    set { members["edition"] = newValue.map { .string($0.rawValue) } }
  }

  /// How many were taken.
  func hints(_ level: Int) -> Int { members["hints"]?[twoDigits(level)].int ?? 0 }

  mutating func setHints(_ count: Int, _ level: Int) { set("hints", level, .int(count)) }

  func check(_ level: Int) -> Check? {
    guard let found = members["checks"]?[twoDigits(level)], let edition = found["edition"].string,
      let failed = found["failed"].int, let count = found["count"].int, let time = found["time"].int
    else { return nil }
    return Check(edition: edition, failed: failed, count: count, time: time)
  }

  mutating func setCheck(_ check: Check, _ level: Int) {
    set(
      "checks", level,
      [
        "edition": .string(check.edition), "failed": .int(check.failed), "count": .int(check.count),
        "time": .int(check.time),
      ])
  }

  private mutating func set(_ kind: String, _ level: Int, _ value: JSON) {
    var all = members[kind]?.members ?? [:]
    all[twoDigits(level)] = value
    members[kind] = .object(all)
  }

  /// Whole or not at all.
  func write() throws {
    let path = "\(folder.path)/\(Record.name)"
    try writeFile("\(path).new", "\(JSON.object(members))\n")
    folder.giveToOwner("\(path).new")
    try rename("\(path).new", path)
  }
}
