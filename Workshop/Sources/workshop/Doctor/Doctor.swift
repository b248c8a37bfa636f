import Facts
import Linux

/// `workshop doctor`: what this machine has for the course, and what it lacks.
struct Doctor {
  init(_ arguments: [String]) throws { try Arguments(arguments).end() }

  func run() throws -> Int32 {
    let folder = try Folder.current()
    let findings = machine() + namespaces(folder) + cgroups() + userNamespaces() + network() + tools(folder)
    for finding in findings { say(finding.text) }
    let short = findings.count(where: \.isShort)
    say(short == 0 ? "\nAll is there." : "\n\(short) of \(findings.count) fall short. The other levels work.")
    return short == 0 ? 0 : 1
  }
}
