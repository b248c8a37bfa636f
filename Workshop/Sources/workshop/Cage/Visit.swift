import Facts
import Linux

/// In the cage, as its pid 1: runs the learner's program once, and looks before, meanwhile and after.
struct Visit {
  static let hostname = "workshop-host"
  /// In seconds. A program that takes longer hangs.
  static let limit = 20

  let program: Program
  let scenario: Scenario
  let level: Int

  func run() throws -> JSON {
    let neighbour = try startNeighbour()
    let before = Surroundings()
    var running = try Running(program.argv(scenario.arguments(level: level)))
    var during: JSON = [:]
    var facts = JSON.null
    if scenario.deed != .wait || scenario.probe.first == "facts" {
      running.read(until: .line)
      facts = JSON(running.output.split(separator: "\n").first ?? "") ?? .null
      if facts != .null {
        // Whoever waits for them gets a moment.
        for _ in 1...200 where !zombies().isEmpty { pause(milliseconds: 10) }
        during = ["probe": probe(), "host": Surroundings().json, "rd": .int(Int(running.pid))]
      }
      if case .signal(let number) = scenario.deed { try? kill(running.pid, Signal(rawValue: number)) }
    }
    if case .signal = scenario.deed {} else { running.closeInput() }
    running.read(until: .end)
    let after = Surroundings()
    let left = remaining(except: neighbour)
    return [
      "status": running.status.map { .int(Int($0)) } ?? .null,
      "output": .string(running.output), "complaint": .string(running.complaint),
      "facts": facts, "during": during, "before": before.json, "after": after.json,
      "left": JSON(left), "neighbour": .bool(isAlive(neighbour)), "self": process("self"),
      "hostname": .string(uname().nodename),
    ]
  }

  /// A process that stands for the host's.
  private func startNeighbour() throws -> ProcessID {
    let child = try fork {
      try? Prctl.setName("neighbour")
      while true { _ = try? sigwaitinfo([.usr1]) }
    }
    return child
  }

  private func isAlive(_ process: ProcessID) -> Bool {
    (try? waitpid(process, .noHang)) == nil && exists("/proc/\(process)")
      && lines(of: "/proc/\(process)/stat").first?.contains(") Z") == false
  }

  /// The probe, found among all processes by the name of its program.
  private func probe() -> JSON {
    let found = processes().filter { lines(of: "/proc/\($0)/comm") == ["probe"] }
    return found.first.map { process("\($0)") } ?? .null
  }

  /// Names of the processes that are still there. One that is ending gets a moment.
  private func remaining(except neighbour: ProcessID) -> [String] {
    for _ in 1...100 {
      while let ended = try? waitpid(-1, .noHang), ended.pid != neighbour {}
      let left = processes().filter { $0 != 1 && $0 != Int(neighbour) }
      if left.isEmpty { return [] }
      pause(milliseconds: 10)
    }
    return processes().filter { $0 != 1 && $0 != Int(neighbour) }.map {
      lines(of: "/proc/\($0)/comm").first ?? "?"
    }
  }
}

/// Those that somebody else than the cage should have waited for.
func zombies() -> [Int] {
  processes().filter {
    let status = status("\($0)")
    return status["State"]?.hasPrefix("Z") == true && status["PPid"] != "1"
  }
}

func processes() -> [Int] { names(in: "/proc").compactMap { Int($0) }.sorted() }

/// A process as it is seen from outside.
func process(_ pid: String) -> JSON {
  var namespaces: [String: JSON] = [:]
  for name in ["cgroup", "ipc", "mnt", "net", "pid", "uts"] {
    namespaces[name] = link("/proc/\(pid)/ns/\(name)")
  }
  let files = names(in: "/proc/\(pid)/fd").compactMap { number in
    link("/proc/\(pid)/fd/\(number)").string.map { "\(number) \($0)" }
  }
  return [
    "pid": .string(pid), "status": .object(status(pid).mapValues(JSON.string)),
    "namespaces": .object(namespaces), "mounts": mounts(pid), "files": JSON(files),
    "root": link("/proc/\(pid)/root"), "cwd": link("/proc/\(pid)/cwd"),
    "cgroup": JSON(lines(of: "/proc/\(pid)/cgroup")),
    "zombies": JSON(zombies()),
  ]
}
