import Containers
import OCISpec

extension Verb {
  static let list = Verb(
    name: "list", words: "", summary: "Print the containers.",
    options: [
      Option("format", "f", value: "FORMAT", help: "table or json"),
      Option("quiet", "q", help: "print the ids only"),
    ]
  ) { context, arguments in
    _ = try arguments.words(0...0, "")
    let lines = try context.containers().map(ContainerLine.init)
    if arguments.has("quiet") {
      for line in lines { try print(line.id) }
      return 0
    }
    switch arguments["format"] ?? "table" {
    case "json": try print(JSONWriter.text(lines))
    case "table":
      try printTable(
        [["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"]]
          + lines.map { [$0.id, "\($0.pid)", $0.status, $0.bundle, $0.created, $0.owner] })
    case let word: throw UsageError("--format \(word): it is table or json")
    }
    return 0
  }
}

/// In columns.
func printTable(_ rows: [[String]]) throws {
  let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].utf8.count }.max() ?? 0 }
  for row in rows {
    let cells = zip(row, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.utf8.count)) }
    try print(cells.joined(separator: "  "))
  }
}
