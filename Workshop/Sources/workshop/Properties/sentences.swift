import Facts

/// What properties say of a report.
extension Report {
  /// Why there are no answers, in words.
  var silence: String? { answers.isWhole ? nil : "the command said nothing: rd \(ending)" }

  var ending: String { sentence(status, complaint) }

  /// A field of the probe's /proc/PID/status.
  func field(_ name: String) -> String? { probe?.status[name] }

  /// The sentence about a namespace that should be the container's own.
  func lacksOwn(_ namespace: String) -> String? {
    if let silence { return silence }
    guard let own = probe?.namespaces[namespace] else { return "the command's process wasn't found" }
    return own == host.namespaces[namespace]
      ? "it is in the host's: /proc/PID/ns/\(namespace) is the same file for both" : nil
  }

  /// The mount that the command has topmost at a place.
  func mount(at point: String) -> Mount? { probe?.mounts.last { $0.point == point } }

  /// Whether the host has that filesystem mounted somewhere.
  func isHosts(_ mount: Mount) -> Bool { before.mounts.contains { $0.device == mount.device } }
}

extension Entered {
  var ending: String { sentence(status, complaint) }
}

private func sentence(_ status: Int?, _ complaint: String) -> String {
  let how = status.map { "ended with status \($0)" } ?? "didn't end in \(Visit.limit) seconds"
  let words = complaint.split(separator: "\n").last.map { " and said \"\($0.prefix(200))\"" } ?? ""
  return how + words
}

/// The points of mounts that are in the second list only.
func added(_ before: [Mount], _ after: [Mount]) -> [String] {
  var rest = after
  for mount in before {
    if let index = rest.firstIndex(where: { $0.device == mount.device && $0.point == mount.point }) {
      rest.remove(at: index)
    }
  }
  return rest.map(\.point)
}

/// The names whose values differ.
func changed(_ before: [String: String], _ after: [String: String]) -> [String] {
  Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
}

func listed(_ names: [String]) -> String {
  names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and \(names.count - 3) more" : "")
}

func quoted(_ lines: [String]) -> String { listed(lines.map { "\"\($0)\"" }) }
