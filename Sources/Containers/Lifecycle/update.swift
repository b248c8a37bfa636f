import Linux
import OCISpec
import SystemPackage

extension Runtime {
  /// Writes new limits of a container that runs; what isn't said stays as it is.
  public func update(_ id: String, _ resources: Resources) throws {
    try resources.check("linux.resources")
    let directory = try ContainerDirectory(root: root, id: id)
    let lock = try directory.lock()
    defer { withExtendedLifetime(lock) {} }
    let container = try ContainerStatus(directory)
    try container.require(.creating, .created, .running, to: "update")
    let record = container.record
    try tell(of: resources.devices, directory)
    var host = try HostFacts.read(paths: [])
    host.readPageSizes(resources)
    try checkPageSizes(resources, host)
    let places = record.allCgroups
    var resources = resources
    if resources.pids?.limit == 0 { resources.pids = nil }
    if resources.memory.limit ?? 0 < 0, resources.memory.swap == nil, places.contains(where: limitsSwap) {
      // Without a limit of memory one of both together means nothing, and would keep it from growing.
      resources.memory.swap = -1
    }
    addQuota(of: places, to: &resources.cpu)
    if resources.memory.swap != nil && resources.memory.limit == nil {
      resources.memory.limit = places.firstResult(memoryLimit)
    }
    if resources.memory.checkBeforeUpdate { try checkUsage(resources.memory, places) }
    let settings = try cgroupSettings(resources, swapByDefault: false)
    if let scope = record.scopes.first { try updateUnit(scope, settings, host) }
    for setting in settings {
      let (path, hierarchy) = try place(of: setting, places, host)
      for step in try setting.steps(path, hierarchy.version) {
        switch step {
        case .write(let file, let value): try write(value, to: file, setting, resources)
        case .writeOptional(let file, let value):
          if fileKind(file) != nil { try write(value, to: file, setting, resources) }
        case .writeEither(let file, let value, let other, let otherValue):
          let isThere = fileKind(file) != nil
          try write(isThere ? value : otherValue, to: isThere ? file : other, setting, resources)
        default: break
        }
      }
    }
  }

  /// Engines send a container's whole resources, of which they want the limits, and don't know of rules that somebody
  /// has added to the bundle on the way (a graphics card's): to apply theirs would take that away.
  private func tell(of devices: [DeviceRule], _ directory: ContainerDirectory) throws {
    if try devices.isEmpty || devices == configuration(directory).linux.resources.devices { return }
    warn(
      "resources.devices: left alone: the rules of devices stay those that the container was made with")
  }

  /// What systemd doesn't know it would write over.
  private func updateUnit(_ scope: String, _ settings: [CgroupSetting], _ host: HostFacts) throws {
    let properties = settings.flatMap(\.scope)
    guard !properties.isEmpty, let systemd = host.systemd else { return }
    do {
      var bus = try Bus.connect(systemd.bus)
      try setUnitProperties(unitName(scope), properties, &bus)
    } catch { throw ContainerError("set the properties of \(unitName(scope)): \(error)") }
  }

  /// The container's cgroup that has a setting's file: whether the caller could make one there doesn't matter any more.
  private func place(
    of setting: CgroupSetting, _ places: [String], _ host: HostFacts
  ) throws -> (String, CgroupHierarchy) {
    let candidates = host.cgroups.filter { setting.isOf($0) }
    for hierarchy in candidates.filter({ $0.version == .v1 }) + candidates {
      guard let path = places.first(where: { $0.begins(with: "\(hierarchy.mountPoint)/") }) else { continue }
      if setting.needsSwapLimit && !hierarchy.hasSwapLimit { throw swapIsNotCounted(setting, hierarchy) }
      return (path, hierarchy)
    }
    let hierarchy = try findHierarchy(setting, host)
    throw ContainerError("\(setting.property): the container has no cgroup below \(hierarchy.mountPoint)")
  }

  private func write(
    _ value: String, to file: String, _ setting: CgroupSetting, _ resources: Resources
  ) throws {
    debug?("write \"\(value)\" to \(file)")
    do { try writeFile(file, value) } catch {
      // Memory may not be more than memory and swap together: these have to grow first.
      if file.hasSuffix("/memory.limit_in_bytes"), let swap = resources.memory.swap {
        let both = file.dropLast("limit_in_bytes".utf8.count) + "memsw.limit_in_bytes"
        try? writeFile(String(both), "\(swap)")
        if (try? writeFile(file, value)) != nil { return }
      }
      throw ContainerError("\(setting.property): write \"\(value)\" to \(file): \(error.errno.sentence)")
    }
  }
}

/// The limit that a cgroup has; -1 for none.
private func memoryLimit(_ cgroup: String) -> Int64? {
  for file in ["memory.limit_in_bytes", "memory.max"] {
    guard let text = try? readFile("\(cgroup)/\(file)") else { continue }
    let limit = Int64(text.dropLast()) ?? -1
    // What version 1 has for none: the highest number of whole pages.
    return limit > Int64.max - 65536 ? -1 : limit
  }
  return nil
}

private func limitsSwap(_ cgroup: String) -> Bool {
  ["memory.memsw.limit_in_bytes", "memory.swap.max"].contains { fileKind("\(cgroup)/\($0)") != nil }
}

/// A quota and its period are written together: the one that isn't said stays as it is.
private func addQuota(of cgroups: [String], to cpu: inout CPU) {
  guard cpu.quota ?? 0 != 0 || cpu.period ?? 0 != 0 else { return }
  for cgroup in cgroups {
    let pair: [Substring]
    if let quota = try? readFile("\(cgroup)/cpu.cfs_quota_us"),
      let period = try? readFile("\(cgroup)/cpu.cfs_period_us")
    {
      pair = [quota.dropLast(), period.dropLast()]
    } else if let both = try? readFile("\(cgroup)/cpu.max") {
      pair = both.dropLast().split(separator: " ")
    } else {
      continue
    }
    guard pair.count == 2 else { return }
    if cpu.period ?? 0 == 0 { cpu.period = UInt64(pair[1]) }
    if cpu.quota ?? 0 == 0 { cpu.quota = Int64(pair[0]) ?? -1 }
    return
  }
}

private func checkUsage(_ memory: Memory, _ cgroups: [String]) throws {
  guard let limit = memory.limit, limit >= 0 else { return }
  for cgroup in cgroups {
    for file in ["memory.usage_in_bytes", "memory.current"] {
      guard let text = try? readFile("\(cgroup)/\(file)"), let usage = Int64(text.dropLast()) else {
        continue
      }
      if usage > limit {
        throw ContainerError(
          "rejecting memory\(memory.swap == nil ? "" : "+swap") limit: linux.resources.memory.limit: \(limit) bytes are less than the \(usage) that are in use"
        )
      }
    }
  }
}
