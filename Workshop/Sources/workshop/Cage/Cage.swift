import Facts
import Linux

/// Where the learner's program runs: namespaces and a cgroup of its own. What it does by mistake doesn't reach the
/// machine, and it ends, with all its processes, when the cage does.
struct Cage {
  let program: Program
  let level: Int

  /// Runs the program once, and gives what `judge`, inside, says of it.
  func run(_ scenario: Scenario, judge: (Report) -> String) throws -> String {
    let cgroups = try CageCgroups()
    defer { cgroups.remove() }
    var gate = try pipe()
    var verdict = try pipe()
    let directory = "\(try getcwd())"
    let child = try clone([.newNS, .newUTS, .newIPC, .newPID, .newNet]) {
      gate.closeWriteEnd()
      verdict.closeReadEnd()
      try? Prctl.setPDeathSig(.kill)
      do {
        guard try !gate.readEnd.read(upTo: 1).isEmpty else { _exit(1) }
        gate.closeReadEnd()
        let visit = Visit(program: program, scenario: scenario, level: level)
        let changes = try enter(cgroups, directory)
        let outside = scenario.isOnline ? try Outside() : nil
        let report = try visit.run(beside: outside, in: try Guard(changes: changes))
        try verdict.writeEnd.write("seen\n\(judge(report))")
      } catch { try? verdict.writeEnd.write("the cage can't be made: \(error)") }
      _exit(0)
    }
    // pid 1 of the cage: with it, every process in it ends.
    defer {
      try? kill(child, .kill)
      _ = try? waitpid(child)
    }
    verdict.closeWriteEnd()
    gate.closeReadEnd()
    try cgroups.add(child)
    try gate.writeEnd.write("g")
    let text = try readAll(verdict.readEnd, within: .seconds(3 * (Visit.limit + Visit.patience)))
    guard text.hasPrefix("seen\n") else {
      throw CheckError(text.isEmpty ? "the cage ended without a word" : text)
    }
    return String(text.dropFirst(5))
  }

  /// Gives the directory where the overlays have what is changed in them.
  private func enter(_ cgroups: CageCgroups, _ directory: String) throws -> Descriptor {
    // A terminal takes what is written to it for typed.
    try Session.setsid()
    // The cgroup that it is in becomes "/" to it.
    try unshare(.newCgroup)
    try sethostname(Visit.hostname)
    try setInterfaceFlags(try socket(.datagram), "lo", .up)
    let root = CageRoot(cgroups: cgroups.trees, needed: program.needed)
    let changes = try root.enter(workingDirectory: directory)
    _ = try? Keyctl.joinSessionKeyring()
    // Of the machine, and of no use to a container's runtime.
    let machine: [Capability] = [
      .sysModule, .sysBoot, .sysTime, .sysRawIO, .sysPacct, .syslog, .dacReadSearch, .wakeAlarm,
      .blockSuspend, .auditControl, .auditRead, .macAdmin, .macOverride,
    ]
    for capability in machine { try? Prctl.capBSetDrop(capability) }
    // Memory that has no room left is taken from the others first.
    try? writeFile("/proc/self/oom_score_adj", "-999")
    return changes
  }
}

struct CheckError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Until the end, or until the time is over.
func readAll(_ file: borrowing Descriptor, within limit: Duration) throws -> String {
  var bytes: [UInt8] = []
  while true {
    var wanted = [PollDescriptor(file)]
    if try poll(&wanted, timeout: limit) == 0 { throw CheckError("the cage didn't end") }
    let part = try file.read(upTo: 65536)
    if part.isEmpty { return String(decoding: bytes, as: UTF8.self) }
    bytes += part
  }
}
