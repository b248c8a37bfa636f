import OCISpec

/// One setting: which controller, and what to write in which version.
struct CgroupSetting {
  var controller: String
  /// The option's name in messages.
  var property: String
  var v1: [(file: String, value: String)]
  var v2: [(file: String, value: String)]
  /// The same for systemd, which writes v2's files itself.
  var scope: [Scope.Property] = []
  /// Whether v1 needs swap accounting for it.
  var needsSwapLimit = false
}

func cgroupSettings(_ resources: Resources, swapByDefault: Bool) throws -> [CgroupSetting] {
  var settings: [CgroupSetting] = []
  if let limit = resources.memory.limit {
    settings.append(
      CgroupSetting(
        controller: "memory", property: "linux.resources.memory.limit",
        v1: [("memory.limit_in_bytes", "\(limit)")], v2: [("memory.max", "\(limit)")],
        scope: [.init("MemoryMax", .number(unsigned(limit)))]))
  }
  if let swap = resources.memory.swap
    ?? (swapByDefault ? resources.memory.limit.map { $0 > .max / 2 ? -1 : $0 * 2 } : nil)
  {
    guard let limit = resources.memory.limit else {
      throw CompileError("linux.resources.memory.swap", "it needs a limit of memory beside it")
    }
    if swap != -1 && swap < limit {
      throw CompileError(
        "linux.resources.memory.swap", "it is memory and swap together, and less than memory")
    }
    settings.append(
      CgroupSetting(
        controller: "memory", property: "linux.resources.memory.swap",
        v1: [("memory.memsw.limit_in_bytes", "\(swap)")],
        v2: [("memory.swap.max", swap == -1 ? "max" : "\(swap - limit)")],
        scope: [.init("MemorySwapMax", .number(swap == -1 ? .max : unsigned(swap - limit)))],
        needsSwapLimit: true))
  }
  let cpu = resources.cpu
  if let quota = cpu.quota {
    let period = cpu.period ?? 100_000
    settings.append(
      CgroupSetting(
        controller: "cpu", property: "linux.resources.cpu.quota",
        v1: [("cpu.cfs_period_us", "\(period)"), ("cpu.cfs_quota_us", "\(quota)")],
        v2: [("cpu.max", "\(quota < 0 ? "max" : "\(quota)") \(period)")],
        scope: quota < 0
          ? [.init("CPUQuotaPerSecUSec", .number(.max))]
          : [
            .init("CPUQuotaPeriodUSec", .number(period)),
            .init("CPUQuotaPerSecUSec", .number(perSecond(quota, period))),
          ]))
  }
  if let shares = cpu.shares {
    settings.append(
      CgroupSetting(
        controller: "cpu", property: "linux.resources.cpu.shares", v1: [("cpu.shares", "\(shares)")],
        v2: [("cpu.weight", "\(weight(shares: shares))")],
        scope: [.init("CPUWeight", .number(weight(shares: shares)))]))
  }
  if let limit = resources.pids?.limit {
    let value = limit < 0 ? "max" : "\(limit)"
    settings.append(
      CgroupSetting(
        controller: "pids", property: "linux.resources.pids.limit", v1: [("pids.max", value)],
        v2: [("pids.max", value)], scope: [.init("TasksMax", .number(limit < 0 ? .max : unsigned(limit)))]))
  }
  return settings
}

/// v1's 2…262144 on v2's 1…10000, as the specification's runtimes do it.
func weight(shares: UInt64) -> UInt64 { 1 + ((min(max(shares, 2), 262_144) - 2) * 9999) / 262_142 }

private func unsigned(_ limit: Int64) -> UInt64 { UInt64(max(0, limit)) }

/// A quota of each period as one of each second, which is how systemd counts.
private func perSecond(_ quota: Int64, _ period: UInt64) -> UInt64 {
  let second: UInt64 = 1_000_000
  let (product, overflow) = unsigned(quota).multipliedReportingOverflow(by: second)
  return overflow || period == 0 ? .max : product / period
}
