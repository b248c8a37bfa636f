import Facts
import Linux

/// How far a learner is: the file `.workshop` in the learner's folder, a line for each fact.
struct Record {
  struct Check: Equatable {
    let edition: String
    let failed: Int
    let count: Int
    /// Seconds since 1970.
    let time: Int
  }

  static let name = ".workshop"

  var edition: Edition?
  /// How many were taken, of each level.
  var hints: [Int: Int] = [:]
  /// The last one of each level.
  var checks: [Int: Check] = [:]

  private let folder: Folder

  static func read(in folder: Folder) -> Record {
    var record = Record(folder: folder)
    for line in lines(of: "\(folder.path)/\(name)") { record.take(line) }
    return record
  }

  private init(folder: Folder) { self.folder = folder }

  private mutating func take(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    let numbers = words.compactMap { Int($0) }
    switch words.first {
    case "edition" where words.count == 2: edition = Edition(rawValue: words[1])
    case "hints" where numbers.count == 2: hints[numbers[0]] = numbers[1]
    case "check" where words.count == 6 && numbers.count == 4:
      checks[numbers[0]] = Check(edition: words[5], failed: numbers[1], count: numbers[2], time: numbers[3])
    default: break
    }
  }

  private var text: String {
    let edition = edition.map { ["edition \($0.rawValue)"] } ?? []
    let hints = hints.sorted { $0.key < $1.key }.map { "hints \($0) \($1)" }
    let checks = checks.sorted { $0.key < $1.key }.map { level, check in
      "check \(level) \(check.failed) \(check.count) \(check.time) \(check.edition)"
    }
    return (edition + hints + checks).map { "\($0)\n" }.joined()
  }

  /// Whole or not at all.
  func write() throws {
    let path = "\(folder.path)/\(Record.name)"
    try writeFile("\(path).new", text)
    folder.giveToOwner("\(path).new")
    try rename("\(path).new", path)
  }
}
