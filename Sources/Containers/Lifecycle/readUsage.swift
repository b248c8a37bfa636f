import Linux
import OCISpec

extension Runtime {
  /// What a container uses at this moment.
  public func usage(_ id: String) throws -> ContainerUsage {
    let status = try state(id)
    try status.require(.creating, .created, .running, to: "measure")
    let files = CgroupFiles(status.record.allCgroups)
    var usage = ContainerUsage()
    files.readCPU(into: &usage.cpu)
    files.readMemory(into: &usage.memory)
    usage.pids.current = files.number("pids.current") ?? 0
    usage.pids.limit = files.number("pids.max") ?? 0
    files.readBlockIO(into: &usage.blkio)
    usage.cpu.psi = files.pressure("cpu")
    usage.memory.psi = files.pressure("memory")
    usage.blkio.psi = files.pressure("io")
    return usage
  }
}

/// The files of a container's cgroups: each is where it is.
struct CgroupFiles {
  private let cgroups: [String]

  init(_ cgroups: [String]) { self.cgroups = cgroups }

  func text(_ name: String) -> String? {
    cgroups.firstResult { try? readFile("\($0)/\(name)") }
  }

  func number(_ name: String) -> UInt64? { text(name).flatMap { UInt64($0.dropLast()) } }

  func members(_ name: String) -> [(String, UInt64)] { numberedLines(text(name) ?? "") }

  func pressure(_ resource: String) -> Pressure? { text("\(resource).pressure").map { Pressure($0) } }

  func table(_ name: String) -> [String: UInt64] { Dictionary(members(name)) { $1 } }

  func readCPU(into cpu: inout CPUUsage) {
    let statistics = table("cpu.stat")
    cpu.throttling.periods = statistics["nr_periods"] ?? 0
    cpu.throttling.throttledPeriods = statistics["nr_throttled"] ?? 0
    cpu.throttling.throttledTime = statistics["throttled_time"] ?? (statistics["throttled_usec"] ?? 0) * 1000
    if let total = number("cpuacct.usage") {
      cpu.usage.total = total
      cpu.usage.kernel = number("cpuacct.usage_sys") ?? 0
      cpu.usage.user = number("cpuacct.usage_user") ?? 0
    } else {
      cpu.usage.total = (statistics["usage_usec"] ?? 0) * 1000
      cpu.usage.kernel = (statistics["system_usec"] ?? 0) * 1000
      cpu.usage.user = (statistics["user_usec"] ?? 0) * 1000
    }
  }

  func readMemory(into memory: inout MemoryUsage) {
    let statistics = members("memory.stat")
    for (name, value) in statistics { memory.raw.members.append(.init(name, value)) }
    memory.cache = memory.raw["cache"] ?? memory.raw["file"] ?? 0
    memory.usage.usage = number("memory.usage_in_bytes") ?? number("memory.current") ?? 0
    memory.usage.limit = number("memory.limit_in_bytes") ?? number("memory.max") ?? .max
    memory.usage.max = number("memory.max_usage_in_bytes") ?? number("memory.peak") ?? 0
    memory.usage.failcnt = number("memory.failcnt") ?? table("memory.events")["max"] ?? 0
    memory.swap.usage = number("memory.memsw.usage_in_bytes") ?? number("memory.swap.current") ?? 0
    memory.swap.limit = number("memory.memsw.limit_in_bytes") ?? number("memory.swap.max") ?? .max
  }

  func readBlockIO(into io: inout BlockIOUsage) {
    io.ioServiceBytesRecursive = entries("blkio.throttle.io_service_bytes_recursive")
    io.ioServicedRecursive = entries("blkio.throttle.io_serviced_recursive")
    for line in (text("io.stat") ?? "").parts(at: "\n") {
      let words = line.parts(at: " ")
      guard let (major, minor) = device(words[0]) else { continue }
      for word in words.dropFirst() {
        guard let (key, number) = word.cut(at: "="), let value = UInt64(number) else { continue }
        switch key {
        case "rbytes": io.ioServiceBytesRecursive.append(entry(major, minor, "Read", value))
        case "wbytes": io.ioServiceBytesRecursive.append(entry(major, minor, "Write", value))
        case "rios": io.ioServicedRecursive.append(entry(major, minor, "Read", value))
        case "wios": io.ioServicedRecursive.append(entry(major, minor, "Write", value))
        default: break
        }
      }
    }
  }

  /// Lines of a device, an operation and a number.
  private func entries(_ name: String) -> [BlockIOUsage.Entry] {
    (text(name) ?? "").parts(at: "\n").compactMap { line in
      let words = line.parts(at: " ")
      guard words.count == 3, let (major, minor) = device(words[0]), let value = UInt64(words[2]) else {
        return nil
      }
      return entry(major, minor, words[1], value)
    }
  }

  private func device(_ text: String) -> (UInt64, UInt64)? {
    guard let (major, minor) = text.cut(at: ":"), let first = UInt64(major), let second = UInt64(minor) else {
      return nil
    }
    return (first, second)
  }

  private func entry(_ major: UInt64, _ minor: UInt64, _ op: String, _ value: UInt64) -> BlockIOUsage.Entry {
    var entry = BlockIOUsage.Entry()
    (entry.major, entry.minor, entry.op, entry.value) = (major, minor, op, value)
    return entry
  }
}

/// Lines of a name and a number.
func numberedLines(_ text: String) -> [(String, UInt64)] {
  text.parts(at: "\n").compactMap { line in
    guard let (name, number) = line.cut(at: " "), let value = UInt64(number) else { return nil }
    return (name, value)
  }
}
