import Linux
import OCISpec

/// Limits, priorities and the like of the container's first process: what takes privileges that it then gives up.
func compileSettings(_ process: Process, _ linux: LinuxConfig) throws -> [ChildStep] {
  try compileLimits(process.rlimits).map { .limit($0) }
    + (process.scheduler.map { [.setScheduler(try compileScheduler($0))] } ?? [])
    + (process.ioPriority.map { [.setIOPriority(try compileIOPriority($0))] } ?? [])
    + (linux.memoryPolicy.flatMap { $0.isAbsent ? nil : $0 }
      .map { [.setMemoryPolicy(try compileMemoryPolicy($0))] } ?? [])
    + (linux.personality.map { [.setPersonality(try compilePersonality($0))] } ?? [])
}

/// Of a process that `exec` starts: the processors that it has before its cgroups are the container's, and after that.
func compileAffinity(_ process: Process) throws -> (initial: [ChildStep], final: [ChildStep]) {
  func step(_ list: String?, _ name: String) throws -> [ChildStep] {
    guard let list, !list.isEmpty else { return [] }
    guard let cpus = CPUSet(list), !cpus.isEmpty else {
      throw CompileError(
        "process.execCPUAffinity.\(name)", "\"\(list)\" is no list of processors, as 0-3,7")
    }
    return [.setAffinity(cpus)]
  }
  let affinity = process.execCPUAffinity
  return try (step(affinity?.initial, "initial"), step(affinity?.final, "final"))
}

func compileLimits(_ limits: [RLimit]) throws -> [ResourceSetting] {
  try limits.enumerated().map { index, limit in
    guard let resource = Resource(name: limit.type) else {
      throw CompileError("process.rlimits[\(index)].type", "there is no \(limit.type)")
    }
    return ResourceSetting(resource: resource, soft: limit.soft, hard: limit.hard)
  }
}

private func compileScheduler(_ scheduler: Scheduler) throws -> SchedulingAttributes {
  let property = "process.scheduler"
  guard let policy = schedulingPolicy(scheduler.policy) else {
    throw CompileError("\(property).policy", "Linux has no \(scheduler.policy.rawValue)")
  }
  var attributes = SchedulingAttributes(policy: policy)
  let isRealTime = policy == .fifo || policy == .rr
  if let nice = scheduler.nice {
    guard (-20...19).contains(nice) else {
      throw CompileError("\(property).nice", "\(nice) is not from -20 to 19")
    }
    attributes.nice = nice
  }
  if let priority = scheduler.priority ?? (isRealTime ? 0 : nil) {
    guard isRealTime ? (1...99).contains(priority) : priority == 0 else {
      throw CompileError(
        "\(property).priority",
        isRealTime ? "\(priority) is not from 1 to 99" : "\(scheduler.policy.rawValue) has no priorities")
    }
    attributes.priority = UInt32(priority)
  }
  let times = [scheduler.runtime, scheduler.deadline, scheduler.period]
  if policy != .deadline && times.contains(where: { ($0 ?? 0) != 0 }) {
    throw CompileError(property, "runtime, deadline and period are SCHED_DEADLINE's")
  }
  attributes.runtime = scheduler.runtime ?? 0
  attributes.deadline = scheduler.deadline ?? 0
  attributes.period = scheduler.period ?? 0
  attributes.flags = scheduler.flags.reduce(into: []) { $0.insert(schedulingFlag($1)) }
  return attributes
}

private func schedulingPolicy(_ policy: Scheduler.Policy) -> SchedulingPolicy? {
  switch policy {
  case .other: .normal
  case .fifo: .fifo
  case .roundRobin: .rr
  case .batch: .batch
  case .iso: nil
  case .idle: .idle
  case .deadline: .deadline
  }
}

private func schedulingFlag(_ flag: Scheduler.Flag) -> SchedulingFlags {
  switch flag {
  case .resetOnFork: .resetOnFork
  case .reclaim: .reclaim
  case .overrun: .dlOverrun
  case .keepPolicy: .keepPolicy
  case .keepParams: .keepParams
  case .utilClampMin: .utilClampMin
  case .utilClampMax: .utilClampMax
  }
}

private func compileIOPriority(_ priority: OCISpec.IOPriority) throws -> Linux.IOPriority {
  let level = priority.priority ?? 0
  guard (0...7).contains(level) else {
    throw CompileError("process.ioPriority.priority", "\(level) is not from 0 to 7")
  }
  switch priority.class {
  case .realTime: return Linux.IOPriority(.realTime, level: level)
  case .bestEffort: return Linux.IOPriority(.bestEffort, level: level)
  case .idle: return Linux.IOPriority(.idle, level: level)
  }
}

private func compileMemoryPolicy(_ policy: OCISpec.MemoryPolicy) throws -> Linux.MemoryPolicy {
  let property = "linux.memoryPolicy"
  let mode: MemoryPolicyMode =
    switch try policy.mode ?? missingMode() {
    case .default: .default
    case .bind: .bind
    case .interleave: .interleave
    case .weightedInterleave: .weightedInterleave
    case .preferred: .preferred
    case .preferredMany: .preferredMany
    case .local: .local
    }
  let flags: MemoryPolicyFlags = policy.flags.reduce(into: []) {
    switch $1 {
    case .numaBalancing: $0.insert(.numaBalancing)
    case .relativeNodes: $0.insert(.relativeNodes)
    case .staticNodes: $0.insert(.staticNodes)
    }
  }
  let list = policy.nodes ?? ""
  guard let nodes = list.isEmpty ? [] : CPUSet(list) else {
    throw CompileError(
      "\(property).nodes", "invalid memory policy node: \"\(list)\" is no list of nodes, as 0-3,7")
  }
  let takesNodes: [MemoryPolicyMode] = [.bind, .interleave, .weightedInterleave, .preferredMany]
  if nodes.isEmpty && takesNodes.contains(mode) {
    throw CompileError("\(property).nodes", "there are none, and \(policy.mode?.rawValue ?? "") takes some")
  }
  if flags.contains(.staticNodes) && flags.contains(.relativeNodes) {
    throw CompileError(
      "\(property).flags", "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES can't be together")
  }
  return Linux.MemoryPolicy(mode, flags, nodes: nodes)
}

private func missingMode() throws -> OCISpec.MemoryPolicy.Mode {
  throw CompileError("linux.memoryPolicy.mode", "invalid memory policy mode: it is missing")
}

private func compilePersonality(_ personality: OCISpec.Personality) throws -> Linux.Personality {
  if let flag = personality.flags.first {
    throw CompileError("linux.personality.flags", "\(flag): there are none")
  }
  return personality.domain == .linux32 ? .linux32 : .linux
}

/// What a process may do, and what of it can't be given here. The specification wants a warning of that, and no error.
func compileCapabilities(
  _ capabilities: Capabilities, _ host: HostFacts, hasUserNamespace: Bool
) -> (bounding: CapabilitySet, sets: ProcessCapabilities, remarks: [String]) {
  var remarks: [String] = []
  func set(_ names: [String]) -> CapabilitySet {
    var set = CapabilitySet()
    for name in names {
      var remark: String?
      if let capability = Capability(name: name) {
        if capability.rawValue > host.lastCapability.rawValue {
          remark = "this kernel has no \(name)"
        } else if !hasUserNamespace && !host.capabilities.contains(capability) {
          remark = "\(name) can't be given by a process that lacks it itself"
        } else {
          set.insert(capability)
        }
      } else {
        remark = "there is no capability \(name)"
      }
      if let remark, !remarks.contains("process.capabilities: \(remark)") {
        remarks.append("process.capabilities: \(remark)")
      }
    }
    return set
  }
  let bounding = set(capabilities.bounding)
  var sets = ProcessCapabilities(
    effective: set(capabilities.effective), permitted: set(capabilities.permitted),
    inheritable: set(capabilities.inheritable), ambient: set(capabilities.ambient))
  let wanted = sets
  // The kernel has these rules: capabilities(7).
  sets.effective = sets.effective.intersection(sets.permitted)
  sets.inheritable = sets.inheritable.intersection(bounding.union(sets.permitted))
  sets.ambient = sets.ambient.intersection(sets.permitted).intersection(sets.inheritable)
  if sets != wanted {
    remarks.append("process.capabilities: what is not permitted can't be effective, nor ambient")
  }
  return (bounding, sets, remarks)
}
