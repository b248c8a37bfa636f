import Facts
import Linux

/// In the cage, as its pid 1: runs the learner's program once, and looks before, meanwhile and after.
struct Visit {
  static let hostname = "workshop-host"
  /// In seconds. A program that takes longer hangs, if it waits then; one that works gets some more.
  static let limit = 20
  static let patience = 40

  let program: Program
  let scenario: Scenario
  let level: Int

  func run(beside outside: Outside?, in guardian: consuming Guard) throws -> Report {
    var guardian = guardian
    let networkBefore = try outside.map { _ in try network(&guardian) } ?? []
    let newNetwork = try outside.map { _ in try devicesOfNewNetwork() } ?? []
    let neighbour = try startNeighbour()
    try scenario.caller.prepare()
    let before = Surroundings(changes: guardian.changes)
    var running = try Running(program.argv(scenario.arguments(level: level)), by: scenario.caller)
    var probe: ProcessView?
    var during: Surroundings?
    var entered: Entered?
    var fetched: String?
    if scenario.deed != .wait {
      running.read(until: .answers, &guardian)
      if running.answers.isWhole {
        awaitZombies(&guardian)
        probe = findProbe()
        during = Surroundings(changes: guardian.changes)
        if case .exec(let options, let arguments) = scenario.deed, let probe {
          entered = try enter(probe, options + ["--", "/probe"] + arguments, &guardian)
        }
        fetched = try outside.flatMap { try printed($0.request, &guardian).first }
      }
      if case .signal(let number) = scenario.deed { try? kill(running.pid, Signal(rawValue: number)) }
    }
    if case .signal = scenario.deed {} else { running.closeInput() }
    running.read(until: .end, &guardian)
    let after = Surroundings(changes: guardian.changes)
    let left = remaining(&guardian) { $0 == Int(neighbour) || outside?.isHolder($0) == true }
    let networkAfter = try outside.map { _ in try network(&guardian) } ?? []
    return Report(
      status: running.status.map { Int($0) }, output: running.output, complaint: running.complaint,
      answers: running.answers, start: guardian.start, probe: probe, entered: entered,
      host: ProcessView("self"),
      rd: Int(running.pid), before: before, during: during, after: after, left: left,
      neighbourIsAlive: isAlive(neighbour), networkBefore: networkBefore, networkAfter: networkAfter,
      newNetwork: newNetwork, fetched: fetched, hostname: "\(uname().nodename)")
  }

  /// A process that stands for the host's.
  private func startNeighbour() throws -> ProcessID {
    try fork {
      try? Prctl.setName("neighbour")
      while true { _ = try? sigwaitinfo([.usr1]) }
    }
  }

  private func isAlive(_ process: ProcessID) -> Bool {
    (try? waitpid(process, .noHang)) == nil && exists("/proc/\(process)")
      && lines(of: "/proc/\(process)/stat").first?.contains(") Z") == false
  }

  /// Whoever waits for them gets a moment.
  private func awaitZombies(_ guardian: inout Guard) {
    for _ in 1...100 {
      if zombies().isEmpty { return }
      guardian.wait(milliseconds: 10)
    }
  }

  /// `rd exec`, while the first command waits.
  private func enter(_ first: ProcessView, _ arguments: [String], _ guardian: inout Guard) throws -> Entered {
    let argv = program.argv(["exec", "--pid", "\(first.pid)"] + arguments)
    var running = try Running(argv, by: scenario.caller)
    running.read(until: .answers, &guardian)
    let view = running.answers.isWhole ? findProbe(except: first.pid) : nil
    running.closeInput()
    running.read(until: .end, &guardian)
    return Entered(
      status: running.status.map { Int($0) }, complaint: running.complaint, answers: running.answers,
      probe: view)
  }

  /// Devices and rules of the cage's network, by their names.
  private func network(_ guardian: inout Guard) throws -> [String] {
    let devices = names(in: "/sys/class/net").sorted().map { "the device \($0)" }
    return devices + (try printed(["nft", "list", "tables"], &guardian))
  }

  private func devicesOfNewNetwork() throws -> [String] {
    var ends = try pipe()
    let child = try fork {
      try unshare(.newNet)
      try ends.writeEnd.write(try readFile("/proc/self/net/dev"))
      _exit(0)
    }
    ends.closeWriteEnd()
    let text = try readAll(ends.readEnd, within: .seconds(Visit.limit))
    try waitpid(child)
    // "  sit0: 0 0 …", below two lines of headings.
    return text.split(separator: "\n").filter { $0.contains(":") }.map { line in
      line.prefix { $0 != ":" }.filter { $0 != " " }
    }
  }

  /// The lines that a program of the host's prints.
  private func printed(_ argv: [String], _ guardian: inout Guard) throws -> [String] {
    var running = try Running(argv)
    running.closeInput()
    running.read(until: .end, &guardian)
    return running.output.split(separator: "\n").map(String.init)
  }

  /// By the name of its program.
  private func findProbe(except other: Int = 0) -> ProcessView? {
    let found = processes().first { $0 != other && lines(of: "/proc/\($0)/comm") == ["probe"] }
    return found.map { ProcessView("\($0)") }
  }

  /// Names of the processes that are still there. One that is ending gets a moment.
  private func remaining(_ guardian: inout Guard, except isOurs: (Int) -> Bool) -> [String] {
    func others() -> [Int] { processes().filter { $0 != 1 && !isOurs($0) } }
    for _ in 1...100 {
      while let ended = try? waitpid(-1, .noHang), !isOurs(Int(ended.pid)) {}
      if others().isEmpty { return [] }
      guardian.wait(milliseconds: 10)
    }
    return others().map { lines(of: "/proc/\($0)/comm").first ?? "?" }
  }
}
