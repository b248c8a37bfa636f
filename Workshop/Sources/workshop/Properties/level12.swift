private let asks = Scenario(probe: ["calls"])

let level12: [Property] = [
  Property(
    12, "filter", "A filter is asked at every system call of the command.", read: "man 2 seccomp", looks
  ) {
    if let silence = $0.silence { return silence }
    func filters(_ process: ProcessView?) -> Int {
      process?.status["Seccomp_filters"].flatMap { Int($0) } ?? 0
    }
    // The cage has one too.
    return filters($0.probe) > filters($0.host) ? nil : "none is loaded"
  },
  Property(
    12, "refused", "The filter refuses unshare and keyctl with an error, and fork goes on to work.",
    read: "man 2 seccomp: SECCOMP_RET_ERRNO", asks
  ) {
    if let silence = $0.silence { return silence }
    for name in ["unshare", "keyctl"] where $0.answers[name] == "done" { return "\(name) worked" }
    return $0.answers["fork"] == "done" ? nil : "fork gave \($0.answers["fork"] ?? "nothing")"
  },
]
