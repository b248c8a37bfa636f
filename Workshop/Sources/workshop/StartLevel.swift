import Facts
import Linux

/// `workshop start NN`: the beginning of a level, in the learner's folder.
struct StartLevel {
  private let level: Int
  private let edition: Edition?
  private let isApart: Bool
  /// Only what learners get and never change, for a program that goes on.
  private let isGiven: Bool

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    level = try arguments.level()
    edition = try arguments.edition()
    isApart = arguments.has("--apart")
    isGiven = arguments.has("--given")
    try arguments.end()
  }

  func run() throws -> Int32 {
    let folder = try Folder.current()
    let program = LearnersProgram(
      folder: folder, edition: try edition(in: folder),
      place: isApart ? LearnersProgram.apart(level) : LearnersProgram.usual)
    let files = try files(program)
    let different = files.filter { name, text in
      let path = "\(folder.path)/\(name)"
      return exists(path) && (try? readFile(path)) != text
    }
    if !different.isEmpty && !isGiven {
      say(
        """
        Nothing was done: here already, and not as level \(twoDigits(level)) begins: \(listed(different))
        In a folder beside it: workshop start \(twoDigits(level)) --\(program.edition.rawValue) --apart
        """)
      return 1
    }
    try put(files, of: program)
    if isGiven {
      let kept = Set(different.map(\.name))
      say("Given at level \(twoDigits(level)): \(listed(files.filter { !kept.contains($0.name) })).")
      if !different.isEmpty { say("Yours, not as given, and kept: \(listed(different)).") }
      return 0
    }
    say("Level \(twoDigits(level)) begins with \(listed(files.dropLast())).")
    say("The page of level \(twoDigits(level)) is \(try Course.lesson(level))/README.md, too.")
    say("Read it, and write in \(program.file).")
    say("To call it rd, in each terminal: export PATH=\(folder.path)/\(program.bin):$PATH")
    if program.edition == .swift { say("After each change: swift build; the first takes a minute or two.") }
    return 0
  }

  private func edition(in folder: Folder) throws -> Edition {
    do { return try folder.edition(edition) } catch {
      throw CheckError("which edition? --swift or --python; later the folder tells")
    }
  }

  private func listed(_ files: some Sequence<(name: String, text: String)>) -> String {
    files.map(\.name).joined(separator: ", ")
  }

  /// The program, and what is given at this level.
  private func files(_ program: LearnersProgram) throws -> [(name: String, text: String)] {
    let edition = program.edition
    let given = "\(try Course.lesson(level))/\(edition.rawValue)"
    let names = names(in: given).filter { $0.hasSuffix(edition.suffix) && $0 != edition.file }
    let texts = try names.map { (program.path(of: $0), try readFile("\(given)/\($0)")) }
    if isGiven { return texts }
    return [(program.file, try readFile("\(try Course.start(level))/\(edition.solution)"))] + texts
      + [("\(program.bin)/rd", "#!/bin/sh\nexec \(program.command) \"$@\"\n")]
  }

  private func put(_ files: [(name: String, text: String)], of program: LearnersProgram) throws {
    let folder = program.folder
    if program.edition == .swift { try program.addToPackage() }
    for (name, text) in files where !exists("\(folder.path)/\(name)") {
      let path = "\(folder.path)/\(name)"
      try makeDirectories(for: name, in: folder)
      try createFile(path, text)
      if name.hasSuffix("/rd") {
        try chmod(path, [.ownerReadWriteExecute, .groupRead, .groupExecute, .otherRead, .otherExecute])
      }
      folder.giveToOwner(path)
    }
    var record = Record.read(in: folder)
    record.edition = program.edition
    try record.write()
  }

  private func makeDirectories(for name: String, in folder: Folder) throws {
    var directory = folder.path
    for part in name.split(separator: "/").dropLast() {
      directory += "/\(part)"
      if exists(directory) { continue }
      try mkdir(directory)
      folder.giveToOwner(directory)
    }
  }
}
