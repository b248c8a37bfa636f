import Facts
import Linux

/// Where the learner's program runs: namespaces and a cgroup of its own. Nothing that it does reaches the machine,
/// and it ends, with all its processes, when the cage does.
struct Cage {
  let program: Program
  let level: Int
  let images: String

  /// What was seen; a text when there was no cage.
  func run(_ scenario: Scenario) throws -> JSON {
    let cgroups = try CageCgroups()
    defer { cgroups.remove() }
    var gate = try pipe()
    var report = try pipe()
    let directory = "\(try getcwd())"
    let child = try clone([.newNS, .newUTS, .newIPC, .newPID, .newNet]) {
      gate.closeWriteEnd()
      report.closeReadEnd()
      try? Prctl.setPDeathSig(.kill)
      do {
        guard try !gate.readEnd.read(upTo: 1).isEmpty else { _exit(1) }
        gate.closeReadEnd()
        try enter(cgroups, directory)
        let seen = try Visit(program: program, scenario: scenario, level: level).run()
        try report.writeEnd.write("\(seen)")
      } catch { try? report.writeEnd.write("\(["trouble": .string("\(error)")] as JSON)") }
      _exit(0)
    }
    // pid 1 of the cage: with it, every process in it ends.
    defer {
      try? kill(child, .kill)
      _ = try? waitpid(child)
    }
    report.closeWriteEnd()
    gate.closeReadEnd()
    try cgroups.add(child)
    try gate.writeEnd.write("g")
    let text = try readAll(report.readEnd, within: .seconds(Visit.limit + 20))
    guard let seen = JSON(text) else { throw CheckError("the cage ended without a word") }
    if let trouble = seen["trouble"].string { throw CheckError("the cage can't be made: \(trouble)") }
    return seen
  }

  private func enter(_ cgroups: CageCgroups, _ directory: String) throws {
    // The cgroup that it is in becomes "/" to it.
    try unshare(.newCgroup)
    try sethostname(Visit.hostname)
    try setInterfaceFlags(try socket(.datagram), "lo", .up)
    try CageRoot(needed: [directory] + program.needed, images: images, cgroups: cgroups.trees)
      .enter(workingDirectory: directory)
    // Of the machine, and of no use to a container's runtime.
    let machine: [Capability] = [.sysModule, .sysBoot, .sysTime, .sysRawIO, .syslog]
    for capability in machine { try? Prctl.capBSetDrop(capability) }
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
