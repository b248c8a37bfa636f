import OCISpec

func cpuSettings(_ cpu: CPU) throws -> [CgroupSetting] {
  var settings: [CgroupSetting] = []
  if let setting = quotaSetting(cpu) { settings.append(setting) }
  if let shares = cpu.shares, shares != 0 {
    settings.append(
      CgroupSetting(
        "cpu", "cpu.shares", v1: [("cpu.shares", "\(shares)")],
        v2: [("cpu.weight", "\(weight(shares: shares))")],
        scope: [.init("CPUWeight", .number(weight(shares: shares)))]))
  }
  if let burst = cpu.burst {
    settings.append(
      CgroupSetting(
        "cpu", "cpu.burst", v1: [("cpu.cfs_burst_us", "\(burst)")], v2: [("cpu.max.burst", "\(burst)")]))
  }
  if let period = cpu.realtimePeriod, period != 0 {
    settings.append(
      CgroupSetting("cpu", "cpu.realtimePeriod", v1: [("cpu.rt_period_us", "\(period)")], v2: nil))
  }
  if let runtime = cpu.realtimeRuntime, runtime != 0 {
    settings.append(
      CgroupSetting("cpu", "cpu.realtimeRuntime", v1: [("cpu.rt_runtime_us", "\(runtime)")], v2: nil))
  }
  if let idle = cpu.idle {
    guard idle == 0 || idle == 1 else {
      throw CompileError("linux.resources.cpu.idle", "\(idle) is neither 0 nor 1")
    }
    settings.append(
      CgroupSetting(
        "cpu", "cpu.idle", v1: [("cpu.idle", "\(idle)")], v2: [("cpu.idle", "\(idle)")],
        scope: idle == 1 ? [idleProperty] : []))
  }
  return settings
}

/// In a period of its own, or the usual 100 ms. 0 is what engines write when they mean nothing.
private func quotaSetting(_ cpu: CPU) -> CgroupSetting? {
  let period = cpu.period == 0 ? nil : cpu.period
  let quota = cpu.quota == 0 ? nil : cpu.quota
  if period == nil && quota == nil { return nil }
  let v1 =
    (period.map { [("cpu.cfs_period_us", "\($0)")] } ?? quota.map { _ in [("cpu.cfs_period_us", "100000")] }
      ?? []) + (quota.map { [("cpu.cfs_quota_us", "\($0)")] } ?? [])
  let amount = quota.map { $0 < 0 ? "max" : "\($0)" } ?? "max"
  let length = period ?? 100_000
  return CgroupSetting(
    "cpu", quota == nil ? "cpu.period" : "cpu.quota", v1: v1, v2: [("cpu.max", "\(amount) \(length)")],
    scope: quota.map { quotaProperties($0, length) } ?? [])
}

/// v1's 2…262144 on v2's 1…10000, as the specification's runtimes do it.
func weight(shares: UInt64) -> UInt64 { 1 + ((min(max(shares, 2), 262_144) - 2) * 9999) / 262_142 }
