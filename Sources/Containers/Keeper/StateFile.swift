import Linux

/// The files in a container's directory for a sweep after both the host side and the keeper were killed.
///
/// `process` names the first process: "PID STARTTIME", the second as in /proc/PID/stat, since pids are used again.
/// `cgroups` has the paths of the cgroups to come, one a line, and is there before they are. `scopes` has those of scopes
/// that were started: one of the same name that was there before is somebody else's.
enum StateFile {
  static let names = ["process", "process.new", "cgroups", "scopes"]

  static func write(_ directory: String, cgroups: [String]) throws {
    if !cgroups.isEmpty { try writeFile("\(directory)/cgroups", cgroups.map { "\($0)\n" }.joined()) }
  }

  static func write(_ directory: String, scope: String) throws {
    try writeFile("\(directory)/scopes", "\(scope)\n")
  }

  /// The paths in one of these files, none where it isn't there.
  static func lines(of name: String, in directory: String) -> [String] {
    (try? readFile("\(directory)/\(name)"))?.parts(at: "\n").filter { !$0.isEmpty } ?? []
  }

  static func write(_ directory: String, pid: ProcessID) throws {
    guard let status = try ProcessStatus(pid) else { return }
    try writeFile("\(directory)/process.new", "\(pid) \(status.startTime)\n")
    try rename("\(directory)/process.new", "\(directory)/process")
  }

  /// The container's process, unless it has ended; nil too for a file that isn't whole.
  static func read(_ directory: String) throws -> ProcessID? {
    guard let text = try? readFile("\(directory)/process"), text.hasSuffix("\n") else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let pid = ProcessID(words[0]), let time = UInt64(words[1]),
      try ProcessStatus(pid)?.began(at: time) == true
    else { return nil }
    return pid
  }
}
