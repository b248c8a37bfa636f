import OCISpec

/// Shares of cache and memory bandwidth: a group of the filesystem resctrl, and the child in it.
struct IntelRdtPlan {
  var prepare: [HostStep] = []
  var attach: [HostStep] = []

  init(_ request: ContainerRequest, _ host: HostFacts) throws {
    guard let rdt = request.config.linux.intelRdt else { return }
    let property = "linux.intelRdt"
    guard let mount = host.mounts.last(where: { $0.type == "resctrl" }) else {
      throw CompileError(
        property, "no resctrl filesystem is mounted, as by `mount -t resctrl resctrl /sys/fs/resctrl`")
    }
    let name = rdt.closID ?? request.id
    guard !name.isEmpty, name != ".", name != "..",
      !name.utf8.contains(where: { $0 == UInt8(ascii: "/") || $0 < 0x20 })
    else { throw CompileError("\(property).closID", "\"\(name)\" is no name of a directory") }
    let group = "\(mount.mountPoint)/\(name)"
    // One that is named may be shared, and stays.
    prepare = [rdt.closID == nil ? .makeCgroup(group) : .shareCgroup(group)]
    let lines =
      rdt.schemata
      + [("L3:", rdt.l3CacheSchema), ("MB:", rdt.memBwSchema)].flatMap { prefix, text in
        (text ?? "").parts(at: "\n").filter { !$0.isEmpty }
          .filter { prefix == "MB:" || !$0.begins(with: "MB:") }
      }
    prepare += lines.map { .write(file: "\(group)/schemata", value: "\($0)\n") }
    attach = [.writeChild(file: "\(group)/tasks")]
    if rdt.enableMonitoring {
      let monitoring = "\(group)/mon_groups/\(request.id)"
      prepare.append(.makeCgroup(monitoring))
      attach.append(.writeChild(file: "\(monitoring)/tasks"))
    }
  }
}
