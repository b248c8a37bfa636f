import Facts
import Linux

/// What the cage saw in one scenario.
struct Report: Sendable {
  /// As a shell gives it; nil when the program had to be ended.
  let status: Int?
  let output: String
  let complaint: String
  /// What the probe saw from inside.
  let answers: Answers
  /// The command before its first instruction; nil when it never began.
  let start: Start?
  /// The probe as it was seen from outside, when it had answered.
  let probe: ProcessView?
  /// What `rd exec` did.
  let entered: Entered?
  /// The host's process that stands for all others.
  let host: ProcessView
  /// The pid of `rd`.
  let rd: Int
  let before: Surroundings
  /// When the probe had answered.
  let during: Surroundings?
  let after: Surroundings
  /// The names of processes that were there after the end.
  let left: [String]
  let neighbourIsAlive: Bool
  /// Devices and rules, as `ip` and `nft` list them.
  let networkBefore: [String]
  let networkAfter: [String]
  /// The devices that a new network has by itself.
  let newNetwork: [String]
  /// What the container's server answered.
  let fetched: String?
  let hostname: String
}

/// A second command in the container, by `rd exec`.
struct Entered: Sendable {
  let status: Int?
  let complaint: String
  let answers: Answers
  let probe: ProcessView?
}

/// A process as it is seen from outside.
struct ProcessView: Sendable {
  let pid: Int
  /// The fields of /proc/PID/status.
  let status: [String: String]
  let namespaces: [String: String]
  let mounts: [Mount]
  /// "3 /path"
  let files: [String]
  let cwd: String?
  /// The lines of /proc/PID/cgroup.
  let cgroups: [String]
  /// "INSIDE OUTSIDE COUNT", a range a line.
  let uids: [String]
  /// Whether the groups may be set: "allow" or "deny".
  let setgroups: String?
  /// Processes that somebody else than the cage should have waited for.
  let zombies: [Int]

  init(_ process: String) {
    pid = Int(link("/proc/\(process)") ?? process) ?? 0
    status = Facts.status(process)
    var namespaces: [String: String] = [:]
    for name in ["cgroup", "ipc", "mnt", "net", "pid", "user", "uts"] {
      namespaces[name] = link("/proc/\(process)/ns/\(name)")
    }
    self.namespaces = namespaces
    mounts = Facts.mounts(process)
    files = names(in: "/proc/\(process)/fd").compactMap { number in
      link("/proc/\(process)/fd/\(number)").map { "\(number) \($0)" }
    }
    cwd = link("/proc/\(process)/cwd")
    cgroups = lines(of: "/proc/\(process)/cgroup")
    uids = lines(of: "/proc/\(process)/uid_map").map { $0.split(separator: " ").joined(separator: " ") }
    setgroups = lines(of: "/proc/\(process)/setgroups").first
    zombies = workshop.zombies()
  }
}

func processes() -> [Int] { names(in: "/proc").compactMap { Int($0) }.sorted() }

func zombies() -> [Int] {
  processes().filter {
    let status = status("\($0)")
    return status["State"]?.hasPrefix("Z") == true && status["PPid"] != "1"
  }
}
