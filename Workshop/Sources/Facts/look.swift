import Linux

/// The names in a directory, sorted; none where it can't be read.
public func names(in directory: String) -> [String] {
  guard let file = try? open(directory, [.directory]) else { return [] }
  return ((try? getdents64(file)) ?? []).map { "\($0.name)" }.sorted()
}

public func directories(in directory: String) -> [String] {
  guard let file = try? open(directory, [.directory]) else { return [] }
  return ((try? getdents64(file)) ?? []).filter { $0.type == .directory }.map { "\($0.name)" }.sorted()
}

public func lines(of path: String) -> [String] {
  guard let text = try? readFile(path) else { return [] }
  return text.split(separator: "\n").map(String.init)
}

public func link(_ path: String) -> String? { (try? readlink(path)).map { "\($0)" } }

public func exists(_ path: String) -> Bool { (try? statx(path, .symlinkNoFollow)) != nil }

/// The fields of /proc/PID/status.
public func status(_ process: String) -> [String: String] {
  var fields: [String: String] = [:]
  for line in lines(of: "/proc/\(process)/status") {
    let parts = line.split(separator: ":", maxSplits: 1)
    guard parts.count == 2 else { continue }
    fields[String(parts[0])] =
      parts[1].split { $0 == "\t" || $0 == " " }.joined(separator: " ")
  }
  return fields
}

/// The files that tell where a test is. The first is in the cage's "/", the second in each image's.
public let hostMarker = "THIS-IS-THE-HOST"
public let imageMarker = "THIS-IS-THE-IMAGE"
