private let user = Scenario(options: ["--user", "1000:1001"], deed: .look)

private func ids(_ report: Report, _ field: String, _ wanted: Int) -> String? {
  if let silence = report.silence { return silence }
  let found = report.field(field) ?? "?"
  let isRight = found.split(separator: " ").allSatisfy { $0 == "\(wanted)" }
  return isRight ? nil : "the real, effective, saved and filesystem ids are \(found)"
}

let level10: [Property] = [
  Property(
    10, "uid", "With --user 1000:1001 all uids of the command are 1000.",
    read: "man 2 setuid, man 7 credentials", user
  ) {
    ids($0, "Uid", 1000)
  },
  Property(
    10, "gid", "With --user 1000:1001 all gids of the command are 1001.",
    read: "man 2 setgid: it comes before setuid", user
  ) {
    ids($0, "Gid", 1001)
  },
  Property(10, "groups", "The command has none of the caller's groups.", read: "man 2 setgroups", user) {
    if let silence = $0.silence { return silence }
    let groups = $0.field("Groups")?.split(separator: " ").filter { $0 != "1001" } ?? []
    return groups.isEmpty ? nil : "it has the groups \(listed(groups.map(String.init)))"
  },
  Property(
    10, "no-return", "The command can't become root again.", read: "man 2 setresuid: the saved set-user-ID",
    user
  ) {
    if let silence = $0.silence { return silence }
    return $0.answers.isSo("becomes-root") ? "it could" : nil
  },
]
