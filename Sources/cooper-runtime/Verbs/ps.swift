import Containers
import Linux
import OCISpec
import SystemPackage

extension Verb {
  static let ps = Verb(
    name: "ps", words: "ID [ps options]", summary: "Print the processes of a container.",
    options: [Option("format", "f", value: "FORMAT", help: "table or json")], stopsAtWord: true
  ) { context, arguments in
    guard let id = arguments.rest.first else { throw UsageError("the container's id is missing") }
    let pids = try context.runtime.processes(id)
    switch arguments["format"] ?? "table" {
    case "json": try print(JSONWriter.text(pids.map(Int.init)))
    case "table": try printProcesses(pids, Array(arguments.rest.dropFirst()))
    case let word: throw UsageError("--format \(word): it is table or json")
    }
    return 0
  }
}

/// What ps prints of them.
private func printProcesses(_ pids: [ProcessID], _ options: [String]) throws {
  let output = try Containers.output(of: "/bin/ps", options.isEmpty ? ["-ef"] : options)
  let lines = output.split(separator: "\n")
  guard let header = lines.first else { return }
  let columns = header.split(separator: " ")
  guard let column = columns.firstIndex(of: "PID") else { throw UsageError("ps prints no column PID") }
  try print(String(header))
  let wanted = Set(pids.map { "\($0)" })
  for line in lines.dropFirst() {
    let fields = line.split(separator: " ")
    if fields.count > column, wanted.contains(String(fields[column])) { try print(String(line)) }
  }
}
