import Facts
import Linux

/// `workshop doctor`: what this machine has for the course, and what it lacks.
struct Doctor {
  init(_ arguments: [String]) throws { try Arguments(arguments).end() }

  func run() throws -> Int32 {
    let folder = try Folder.current()
    let roots = geteuid() == 0 ? namespaces(folder) + cgroups() + network() : []
    let findings = machine() + roots + userNamespaces() + tools(folder)
    for finding in findings { say(finding.text) }
    let short = findings.count(where: \.isShort)
    say(
      short == 0
        ? "\nAll is there."
        : "\nShort: \(short) of \(findings.count). Only the levels that are named above need what is short.")
    return short == 0 ? 0 : 1
  }
}
