import OCISpec

/// One setting: which controller, and what to write in which version.
struct CgroupSetting {
  typealias File = (file: String, value: String)

  var controller: String
  /// Its name in version 2, where that is another one.
  var unifiedController: String?
  /// The property's path, for messages.
  var property: String
  var v1: [File]
  /// nil where version 2 knows nothing like it.
  var v2: [File]?
  /// The same for systemd, which writes v2's files itself.
  var scope: [Scope.Property] = []
  /// What the files are called with another scheduler of input and output, and what to write there. They come first.
  var bfq: (v1: File, v2: File)?
  /// A file that newer kernels have, for pages that are reserved and not used yet.
  var reserved: (v1: File, v2: File)?
  /// Whether v1 needs swap accounting for it.
  var needsSwapLimit = false
  /// Whether it is a file of version 2, named as such.
  var isUnified = false
  /// Whether it would keep the child from being born in the cgroup: it is written once the child is there.
  var comesLate = false

  init(
    _ controller: String, _ property: String, v1: [File], v2: [File]?, scope: [Scope.Property] = []
  ) {
    self.controller = controller
    self.property = "linux.resources.\(property)"
    self.v1 = v1
    self.v2 = v2
    self.scope = scope
  }
}

extension CgroupSetting {
  func isOf(_ hierarchy: CgroupHierarchy) -> Bool {
    switch hierarchy.version {
    case .v1: !isUnified && hierarchy.controllers.contains(controller)
    case .v2: hierarchy.controllers.contains(unifiedController ?? controller) || (isUnified && isCore)
    }
  }

  /// What the container's cgroup of version 2 needs for it.
  var nameInV2: String { unifiedController ?? controller }

  /// A file that every cgroup has, as cgroup.max.depth.
  var isCore: Bool { controller == "cgroup" }

  /// What to write into a cgroup.
  func steps(_ path: String, _ version: CgroupHierarchy.Version) throws -> [HostStep] {
    let files = try files(version)
    guard let bfq, let usual = files.first else {
      return files.map { .write(file: "\(path)/\($0.file)", value: $0.value) }
        + (reserved.map { pair in
          let file = version == .v1 ? pair.v1 : pair.v2
          return [.writeOptional(file: "\(path)/\(file.file)", value: file.value)]
        } ?? [])
    }
    let first = version == .v1 ? bfq.v1 : bfq.v2
    return [
      .writeEither(
        file: "\(path)/\(first.file)", value: first.value, orFile: "\(path)/\(usual.file)",
        orValue: usual.value)
    ]
  }

  func files(_ version: CgroupHierarchy.Version) throws -> [File] {
    if version == .v1 { return v1 }
    guard let v2 else { throw CompileError(property, "cgroups of version 2 have nothing like it") }
    return v2
  }
}

/// All limits, in the order in which they are written.
///
/// - Parameter swapByDefault: whether a limit of memory is one of swap as well.
func cgroupSettings(_ resources: Resources, swapByDefault: Bool) throws -> [CgroupSetting] {
  try memorySettings(resources.memory, swapByDefault: swapByDefault) + cpuSettings(resources.cpu)
    + cpusetSettings(resources.cpu) + pidsSettings(resources.pids) + ioSettings(resources.blockIO)
    + hugepageSettings(resources.hugepageLimits) + networkSettings(resources.network)
    + rdmaSettings(resources.rdma) + unifiedSettings(resources.unified)
}

private func cpusetSettings(_ cpu: CPU) -> [CgroupSetting] {
  [("cpus", cpu.cpus), ("mems", cpu.mems)].compactMap { name, list in
    guard let list, !list.isEmpty else { return nil }
    let file = (file: "cpuset.\(name)", value: list)
    return CgroupSetting(
      "cpuset", "cpu.\(name)", v1: [file], v2: [file], scope: cpusetProperty(name, list).map { [$0] } ?? [])
  }
}

private func pidsSettings(_ pids: Pids?) -> [CgroupSetting] {
  guard let limit = pids?.limit else { return [] }
  let value = limit < 0 ? "max" : "\(limit)"
  var setting = CgroupSetting(
    "pids", "pids.limit", v1: [("pids.max", value)], v2: [("pids.max", value)],
    scope: [.init("TasksMax", .number(limit < 0 ? .max : unsigned(limit)))])
  setting.comesLate = (0...1).contains(limit)
  return [setting]
}

/// A size that the machine doesn't have has no file in a cgroup.
func checkPageSizes(_ resources: Resources, _ host: HostFacts) throws {
  guard let sizes = host.pageSizes else { return }
  for (index, limit) in resources.hugepageLimits.enumerated()
  where !sizes.contains(limit.pageSize) {
    throw CompileError(
      "linux.resources.hugepageLimits[\(index)].pageSize",
      "this machine has no pages of \(limit.pageSize): it has \(sizes.joined(separator: ", "))")
  }
}

private func hugepageSettings(_ limits: [HugepageLimit]) -> [CgroupSetting] {
  limits.enumerated().map { index, limit in
    var setting = CgroupSetting(
      "hugetlb", "hugepageLimits[\(index)]",
      v1: [("hugetlb.\(limit.pageSize).limit_in_bytes", "\(limit.limit)")],
      v2: [("hugetlb.\(limit.pageSize).max", "\(limit.limit)")])
    setting.reserved = (
      ("hugetlb.\(limit.pageSize).rsvd.limit_in_bytes", "\(limit.limit)"),
      ("hugetlb.\(limit.pageSize).rsvd.max", "\(limit.limit)")
    )
    return setting
  }
}

private func networkSettings(_ network: Network) -> [CgroupSetting] {
  let classID = network.classID.map {
    CgroupSetting("net_cls", "network.classID", v1: [("net_cls.classid", "\($0)")], v2: nil)
  }
  let priorities = network.priorities.enumerated().map { index, priority in
    CgroupSetting(
      "net_prio", "network.priorities[\(index)]",
      v1: [("net_prio.ifpriomap", "\(priority.name) \(priority.priority)")], v2: nil)
  }
  return (classID.map { [$0] } ?? []) + priorities
}

private func rdmaSettings(_ rdma: Members<Rdma>) -> [CgroupSetting] {
  rdma.members.map { member in
    let handles = member.value.hcaHandles.map { "\($0)" } ?? "max"
    let objects = member.value.hcaObjects.map { "\($0)" } ?? "max"
    let file = (file: "rdma.max", value: "\(member.name) hca_handle=\(handles) hca_object=\(objects)")
    return CgroupSetting("rdma", "rdma.\(member.name)", v1: [file], v2: [file])
  }
}

/// The files of version 2, as they are given.
private func unifiedSettings(_ unified: Members<String>) throws -> [CgroupSetting] {
  try unified.members.map { member in
    let property = "unified.\(member.name)"
    guard let dot = member.name.firstIndex(of: "."), !member.name.utf8.contains(UInt8(ascii: "/")),
      member.name.utf8.first != UInt8(ascii: ".")
    else {
      throw CompileError(
        "linux.resources.\(property)",
        "the specified key has not the form CONTROLLER.VALUE `\(member.name)`, as memory.high has")
    }
    let lines = member.value.parts(at: "\n").filter { !$0.isEmpty }
    var setting = CgroupSetting(
      String(member.name[..<dot]), property, v1: [], v2: lines.map { (member.name, $0) })
    setting.isUnified = true
    setting.scope = unitProperties(ofFile: member.name, lines)
    return setting
  }
}

func unsigned(_ limit: Int64) -> UInt64 { UInt64(max(0, limit)) }
