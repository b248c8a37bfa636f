import Facts
import Linux

struct UsageError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// `workshop check NN …`
struct CheckOptions {
  private let level: Int
  private let edition: Edition?
  private let command: String?
  private let asJSON: Bool
  private let isWatching: Bool

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    level = try arguments.level()
    edition = try arguments.edition()
    command = try arguments.value(of: "--cmd")
    asJSON = arguments.has("--json")
    isWatching = arguments.has("--watch")
    try arguments.end()
    guard Contract.levels.indices.contains(level) else {
      throw UsageError("\(twoDigits(level)): this level has no properties to be checked yet")
    }
    if command != nil && edition != nil { throw UsageError("--cmd, or --swift, or --python: one of them") }
    if command != nil && isWatching { throw UsageError("--watch: only for the program of this folder") }
  }

  func run() throws -> Int32 {
    if let command { return try check(command, "--cmd") }
    let folder = try Folder.current()
    let program = try folder.program(edition, level: level)
    let other = try folder.programs(edition, level: level).first { $0.place != program.place }
    let reason = other.map { ", changed after \($0.file); for that one: touch \($0.file)" } ?? ""
    while isWatching {
      let version = program.version
      _ = try check(program, reason)
      say("\nWaiting for a change of \(program.file); ^C ends it.")
      while program.version == version { pause(milliseconds: 200) }
      say("")
    }
    return try check(program, reason)
  }

  /// - Parameter reason: why it is this program.
  private func check(_ program: LearnersProgram, _ reason: String) throws -> Int32 {
    if !asJSON { say("The program: \(program.file)\(reason)") }
    guard try program.build() else { return 125 }
    return try check(program.command, program.edition.name)
  }

  /// - Parameter name: of the program, for `workshop status`.
  private func check(_ command: String, _ name: String) throws -> Int32 {
    let status = try workshop.check(Program(command: command), level: level, asJSON: asJSON) {
      try record($0, name)
    }
    if status != 0 && !asJSON {
      say("The lessons are in \(try Course.directory()). One more step: workshop hint \(twoDigits(level))")
    }
    return status
  }

  private func record(_ verdicts: [Verdict], _ name: String) throws {
    let folder = try Folder.current()
    // Whose program it is isn't known then: nothing is made in a folder that isn't a learner's.
    if command != nil && !exists("\(folder.path)/\(Record.name)") { return }
    var record = Record.read(in: folder)
    record.checks[level] = .init(
      edition: name, failed: verdicts.count { $0.seen != nil }, count: verdicts.count, time: secondsNow())
    try record.write()
  }
}
