import Facts
import Linux

/// A program in the learner's folder. Those in Swift are targets of one package.
struct LearnersProgram {
  static let usual = "rd"
  static func apart(_ level: Int) -> String { "level-\(twoDigits(level))" }

  let folder: Folder
  let edition: Edition
  /// "rd", or "level-04".
  let place: String

  /// Its folder within the learner's; empty for that itself.
  private var directory: String { edition == .python && place == Self.usual ? "" : "\(place)/" }

  /// Of a file beside it, within the learner's folder.
  func path(of name: String) -> String { directory + name }

  /// What a terminal's PATH gets, so that strace and others find the program by the name rd.
  var bin: String { place == Self.usual ? "bin" : "bin/\(place)" }

  var file: String { path(of: edition.file) }
  var isThere: Bool { exists("\(folder.path)/\(file)") }

  var argv: [String] {
    edition == .swift ? ["\(folder.path)/.build/debug/\(place)"] : ["python3", "\(folder.path)/\(file)"]
  }

  /// For a shell.
  var command: String { argv.map { "'\($0)'" }.joined(separator: " ") }

  /// Whether it can be run. What the compiler says is seen.
  func build() throws -> Bool {
    if edition == .python { return true }
    try addToPackage()
    let options = ["--quiet", "--package-path", folder.path, "--product", place]
    return try workshop.run(["swift", "build"] + options) == 0
  }

  /// In Package.swift, where programs that have gone are left away.
  func addToPackage() throws {
    let path = "\(folder.path)/Package.swift"
    guard exists(path) else {
      try createFile(path, Manifest.text(package: try Course.package(), program: place))
      return folder.giveToOwner(path)
    }
    let before = try readFile(path)
    let after = Manifest.with(place, in: before) { exists("\(folder.path)/\($0)/\(edition.file)") }
    if let after, after != before { try writeFile(path, after) }
  }

  private var times: [(name: String, time: FileStatus.Timestamp?)] {
    names(in: "\(folder.path)/\(directory)").filter { $0.hasSuffix(edition.suffix) }.map { name in
      (name, try? statx("\(folder.path)/\(path(of: name))").modificationTime)
    }
  }

  /// Whether one of its files was changed after all of the other's.
  func isNewer(than other: LearnersProgram) -> Bool {
    guard let own = times.compactMap(\.time).max() else { return false }
    return other.times.compactMap(\.time).max().map { $0 < own } ?? true
  }

  /// Other after every change of the program.
  var version: [String] { times.map { name, time in "\(name) \(time.map { "\($0)" } ?? "")" } }
}
