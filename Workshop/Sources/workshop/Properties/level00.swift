import Facts

private let exits = Scenario(probe: ["exit", "7"])
private let signals = Scenario(probe: ["signal", "9"])
private let missing = Scenario(command: ["/no/such/command"])
private let strange = ["two words", "", "*", "$HOME", "--", "ä"]
private let hands = Scenario(probe: ["arguments"] + strange)
let looks = Scenario(deed: .look)

let level00: [Property] = [
  Property(
    0, "status", "When the command exits with 7, rd exits with 7.", read: "man 2 wait: WEXITSTATUS", exits
  ) { $0.status == 7 ? nil : "rd \($0.ending)" },
  Property(
    0, "signal", "When a signal ends the command, rd exits with 128 and its number: 137 for SIGKILL.",
    read: "man 2 wait: WTERMSIG", signals
  ) { $0.status == 137 ? nil : "rd \($0.ending)" },
  Property(
    0, "no-command", "When there is no such command, rd exits with 127 and says so in one line on stderr.",
    read: "man 2 execve: ENOENT", missing
  ) {
    if $0.status != 127 { return "rd \($0.ending)" }
    let lines = $0.complaint.split(separator: "\n").count
    return lines == 1 ? nil : "rd exited with 127 and said \(lines) lines"
  },
  Property(
    0, "arguments", "The command gets its arguments as they are, empty ones and those with blanks too.",
    read: "man 2 execve: argv", hands
  ) {
    if let silence = $0.silence { return silence }
    let got = $0.answers.all("argument")
    return got == strange ? nil : "it got \(got)"
  },
  Property(
    0, "output", "What rd prints on stdout is the command's, once.", read: "man 3 exit, man 2 _exit", hands
  ) {
    if let silence = $0.silence { return silence }
    let lines = $0.output.split(separator: "\n")
    let more = lines.first { $0 != "end" && !$0.hasPrefix("argument ") }
    if let more { return "stdout has \"\(more.prefix(80))\" too" }
    return lines.count { $0 == "end" } == 1 ? nil : "stdout has the command's lines more than once"
  },
  Property(
    0, "child", "The command runs in another process than rd, which waits for it.", read: "man 2 fork", looks
  ) {
    if let silence = $0.silence { return silence }
    return $0.probe?.pid == $0.rd
      ? "the command has taken the place of rd: they have the same pid" : nil
  },
  Property(
    0, "no-process", "No process is left when rd ends.", read: "man 2 wait", looks
  ) { $0.left.isEmpty ? nil : "still there: \(listed($0.left))" },
]
