import Linux
import OCISpec
import SystemPackage

/// What is kept of a container between two commands: state.json in its directory.
public struct ContainerRecord: Record {
  public var ociVersion = ""
  public var id = ""
  public var bundle = ""
  public var rootfs = ""
  /// When it was made, as 2026-11-26T00:00:00.000000000Z.
  public var created = ""
  /// The uid of whom it belongs to.
  public var owner: UInt32 = 0
  /// Of the first process; missing until there is one. Pids are used again: the time of its start tells it from others.
  public var pid: ProcessID?
  public var startTime: UInt64?
  public var cgroups: [String] = []
  public var scopes: [String] = []
  /// Those of them that can be frozen: in v1's hierarchy for that, and in v2.
  public var freezer: String?
  public var unified: String?
  /// The kinds of namespaces that are the container's own, as flags of clone(2).
  public var namespaces: UInt64 = 0
  /// The mount that the root lay on before, where the container's mounts are in a namespace that is others' too.
  public var mountBelow: UInt64?
  public var annotations = Members<String>()
  public var hooks = Hooks()
  /// Whether its configuration says no process: then it can't be started.
  public var hasNoProcess = false
  /// Whether its process, while it waits to be started, tells its namespaces to whoever connects to its socket.
  public var tellsNamespaces = false
  /// What the child does once it is started, for messages.
  public var lastSteps: [String] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersion", &ociVersion)
    try properties.required("id", &id)
    try properties.required("bundle", &bundle)
    try properties.optional("rootfs", &rootfs)
    try properties.optional("created", &created)
    try properties.optional("owner", &owner)
    try properties.optional("pid", &pid)
    try properties.optional("startTime", &startTime)
    try properties.optional("cgroups", &cgroups)
    try properties.optional("scopes", &scopes)
    try properties.optional("freezer", &freezer)
    try properties.optional("unified", &unified)
    try properties.optional("namespaces", &namespaces)
    try properties.optional("mountBelow", &mountBelow)
    try properties.optional("annotations", &annotations)
    try properties.optional("hooks", &hooks)
    try properties.optional("hasNoProcess", &hasNoProcess)
    try properties.optional("tellsNamespaces", &tellsNamespaces)
    try properties.optional("lastSteps", &lastSteps)
  }
}

extension ContainerRecord {
  /// Refuses what no command has written of this container: a number that is no process's would be one of many, or of
  /// nobody.
  public func check(_ id: String) throws(JSONError) {
    guard self.id.isSame(as: id) else { throw JSONError("id", "it is that of another container, \(self.id)") }
    if let pid, pid < 1 { throw JSONError("pid", "\(pid) is no process") }
    let foreign = CloneFlags(rawValue: namespaces).subtracting(.namespaces)
    if !foreign.isEmpty { throw JSONError("namespaces", "\(namespaces) has more than kinds of namespaces") }
    try hooks.check()
  }

  /// All its cgroups, whoever made them.
  var allCgroups: [String] { cgroups + scopes }

  /// The cgroup that all its processes are in or below, where there is one: a group of resctrl is no such.
  var processCgroup: String? { allCgroups.first { fileKind("\($0)/cgroup.procs") != nil } }

  /// Whether its mounts are in a namespace that is others' too.
  var sharesMounts: Bool { mountBelow != nil }

  /// Takes away what was mounted for it, where no namespace does that. Somebody else may have done it, and may have
  /// removed the root.
  func unmount() throws {
    guard let mountBelow else { return }
    do {
      while try mountNumber(of: rootfs) != mountBelow {
        try tried { try umount2(rootfs, [.detach, .noFollow]) }
      }
    } catch {
      // EINVAL: it is no mount, and what it lies on is another one than before.
      let nothing: [Errno] = [.noSuchFileOrDirectory, .notDirectory, .invalidArgument]
      if let errno = (error as? SystemCallError)?.errno, nothing.contains(errno) { return }
      throw ContainerError("unmount the root of the container \(id): \(error)")
    }
  }

  /// Without scopes that are another container's by now, and cgroups in them: systemd forgets a scope with its last
  /// process, and gives its name to who asks next. Those of a container that runs are its own.
  func withoutOthersScopes(_ runtime: Runtime) -> ContainerRecord {
    let others = scopes.filter { fileKind($0) != nil && runtime.another(than: id, with: $0) != nil }
    if others.isEmpty { return self }
    var record = self
    record.scopes.removeAll(where: others.contains)
    record.cgroups.removeAll { cgroup in others.contains { "\(cgroup)/".begins(with: "\($0)/") } }
    if let unified, !record.allCgroups.contains(unified) { record.unified = nil }
    return record
  }

  /// What a hook is given that runs in the container's namespaces: the pid is what the container sees.
  func stateInside(_ status: State.Status) -> State {
    var state = state(status)
    if let pid, let inner = innermostPID(pid) { state.pid = Int(inner) }
    return state
  }

  /// What `state` prints and hooks are given.
  func state(_ status: State.Status) -> State {
    var state = State()
    state.ociVersion = ociVersion
    state.id = id
    state.status = status
    state.pid = status == .stopped ? nil : pid.map(Int.init)
    state.bundle = bundle
    state.annotations = annotations
    return state
  }
}

/// A process's number in the last of the pid namespaces that it has one in.
private func innermostPID(_ pid: ProcessID) -> ProcessID? {
  let line = (try? readFile("/proc/\(pid)/status"))?.parts(at: "\n").first { $0.begins(with: "NSpid:") }
  return line?.split(whereSeparator: \.isWhitespace).last.flatMap { ProcessID($0) }
}

/// Of the mount that a path is on.
func mountNumber(of path: String) throws -> UInt64 {
  let status = try statx(path, .symlinkNoFollow)
  return status.mountID?.rawValue ?? status.reusedMountID ?? 0
}
