import OCISpec

func memorySettings(_ given: Memory, swapByDefault: Bool) throws -> [CgroupSetting] {
  let memory = given.withoutZeros
  var settings: [CgroupSetting] = []
  if let limit = memory.limit {
    settings.append(
      CgroupSetting(
        "memory", "memory.limit", v1: [("memory.limit_in_bytes", "\(limit)")],
        v2: [("memory.max", maximum(limit))],
        scope: [.init("MemoryMax", .number(limit < 0 ? .max : unsigned(limit)))]))
  }
  if let swap = try swapSetting(memory, swapByDefault: swapByDefault) { settings.append(swap) }
  if let reservation = memory.reservation {
    settings.append(
      CgroupSetting(
        "memory", "memory.reservation", v1: [("memory.soft_limit_in_bytes", "\(reservation)")],
        v2: [("memory.low", maximum(reservation))],
        scope: [.init("MemoryLow", .number(reservation < 0 ? .max : unsigned(reservation)))]))
  }
  // What only version 1 has; the kernel has given up the first two since.
  let old: [(String, String, String?)] = [
    ("kernel", "memory.kmem.limit_in_bytes", memory.kernel.map { "\($0)" }),
    ("kernelTCP", "memory.kmem.tcp.limit_in_bytes", memory.kernelTCP.map { "\($0)" }),
    ("swappiness", "memory.swappiness", memory.swappiness.map { "\($0)" }),
    ("disableOOMKiller", "memory.oom_control", memory.disableOOMKiller ? "1" : nil),
    ("useHierarchy", "memory.use_hierarchy", memory.useHierarchy == true ? "1" : nil),
  ]
  for (name, file, value) in old {
    guard let value else { continue }
    // Version 2 is hierarchical without being told.
    let v2: [CgroupSetting.File]? = name == "useHierarchy" ? [] : nil
    settings.append(CgroupSetting("memory", "memory.\(name)", v1: [(file, value)], v2: v2))
  }
  return settings
}

extension Memory {
  /// 0 is what engines write when they mean nothing.
  fileprivate var withoutZeros: Memory {
    var memory = self
    for limit in [\Memory.limit, \.reservation, \.swap, \.kernel, \.kernelTCP]
    where memory[keyPath: limit] == 0 {
      memory[keyPath: limit] = nil
    }
    return memory
  }
}

private func swapSetting(_ memory: Memory, swapByDefault: Bool) throws -> CgroupSetting? {
  let byDefault = swapByDefault ? memory.limit.flatMap { $0 < 0 ? nil : $0 > .max / 2 ? -1 : $0 * 2 } : nil
  guard let swap = memory.swap ?? byDefault else { return nil }
  let property = "memory.swap"
  guard let limit = memory.limit else {
    if swap < 0 {
      return CgroupSetting(
        "memory", property, v1: [("memory.memsw.limit_in_bytes", "-1")], v2: [("memory.swap.max", "max")])
    }
    throw CompileError("linux.resources.\(property)", "it needs a limit of memory beside it")
  }
  if swap >= 0 && swap < limit {
    throw CompileError("linux.resources.\(property)", "it is memory and swap together, and less than memory")
  }
  let alone = swap < 0 || limit < 0 ? "max" : "\(swap - limit)"
  var setting = CgroupSetting(
    "memory", property, v1: [("memory.memsw.limit_in_bytes", "\(swap)")],
    v2: [("memory.swap.max", alone)],
    scope: [.init("MemorySwapMax", .number(alone == "max" ? .max : unsigned(swap - limit)))])
  setting.needsSwapLimit = true
  return setting
}

private func maximum(_ limit: Int64) -> String { limit < 0 ? "max" : "\(limit)" }
