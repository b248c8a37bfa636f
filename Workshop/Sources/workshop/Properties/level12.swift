import Facts

private let asks = Scenario(probe: ["calls"])

let level12: [Property] = [
  Property(
    12, "filter", "A filter is asked at every system call of the command.", read: "man 2 seccomp", looks
  ) {
    if let silence = $0.silence { return silence }
    return $0.field("Seccomp") == "2"
      ? nil : "Seccomp is \($0.field("Seccomp") ?? "?") in its /proc/PID/status"
  },
  Property(
    12, "refused", "The filter refuses unshare and keyctl with an error, and fork goes on to work.",
    read: "man 2 seccomp: SECCOMP_RET_ERRNO", asks
  ) {
    guard let answers = JSON($0.output.split(separator: "\n").last ?? "") else {
      return "the command said nothing: rd \($0.ending)"
    }
    for name in ["unshare", "keyctl"] where answers[name] == "done" { return "\(name) worked" }
    return answers["fork"] == "done" ? nil : "fork gave \(answers["fork"].string ?? "nothing")"
  },
]
