import Linux

/// The list of processors ("cpus") or memory nodes ("mems") as systemd takes it: a bit for each, the lowest first.
func cpusetProperty(_ name: String, _ list: String) -> Scope.Property? {
  guard let set = CPUSet(list) else { return nil }
  var bytes = [UInt64](repeating: 0, count: (set.numbers.last ?? -1) / 8 + 1)
  for number in set.numbers { bytes[number / 8] |= 1 << UInt64(number % 8) }
  return .init(
    name == "cpus" ? "AllowedCPUs" : "AllowedMemoryNodes", .array(bytes.map { .integer($0, .byte) }, of: "y"))
}

/// What is set of one device, which systemd finds by a path.
func deviceProperty(_ name: String, _ number: String, _ value: UInt64) -> Scope.Property {
  .init(name, .array([.tuple([.text("/dev/block/\(number)"), .number(value)])], of: "(st)"))
}

/// The properties that come to the same as what is written to a file of version 2: what systemd knows of a cgroup it
/// writes again, and over what it finds.
func unitProperties(ofFile file: String, _ lines: [String]) -> [Scope.Property] {
  guard let line = lines.last else { return [] }
  func property(_ name: String) -> [Scope.Property] {
    if line == "max" { return [.init(name, .number(.max))] }
    return UInt64(line).map { [.init(name, .number($0))] } ?? []
  }
  switch file {
  case "memory.min": return property("MemoryMin")
  case "memory.low": return property("MemoryLow")
  case "memory.high": return property("MemoryHigh")
  case "memory.max": return property("MemoryMax")
  case "memory.swap.max": return property("MemorySwapMax")
  case "pids.max": return property("TasksMax")
  case "cpu.weight": return property("CPUWeight")
  case "cpu.idle": return line == "1" ? [idleProperty] : []
  case "cpu.max":
    let words = line.parts(at: " ")
    guard let period = words.count > 1 ? UInt64(words[1]) : 100_000 else { return [] }
    if words[0] == "max" { return quotaProperties(-1, period) }
    return Int64(words[0]).map { quotaProperties($0, period) } ?? []
  case "cpuset.cpus": return cpusetProperty("cpus", line).map { [$0] } ?? []
  case "cpuset.mems": return cpusetProperty("mems", line).map { [$0] } ?? []
  default: return []
  }
}

/// To systemd a weight of 0 is idle, from version 252 on.
let idleProperty = Scope.Property("CPUWeight", .number(0))

/// A quota of each period; less than 0 is none.
func quotaProperties(_ quota: Int64, _ period: UInt64) -> [Scope.Property] {
  if quota < 0 { return [.init("CPUQuotaPerSecUSec", .number(.max))] }
  return [
    .init("CPUQuotaPeriodUSec", .number(period)),
    .init("CPUQuotaPerSecUSec", .number(perSecond(quota, period))),
  ]
}

/// A quota of each period as one of each second, which is how systemd counts.
private func perSecond(_ quota: Int64, _ period: UInt64) -> UInt64 {
  let second: UInt64 = 1_000_000
  let (product, overflow) = unsigned(quota).multipliedReportingOverflow(by: second)
  return overflow || period == 0 ? .max : product / period
}
