import Linux
import OCISpec

/// Which namespaces the container gets at its clone, and which it enters.
struct NamespacePlan {
  var clone: CloneFlags = []
  /// What the child does before everything else.
  var joins: [ChildStep] = []
  /// Whether its user namespace comes after others were entered, which are not that one's: then its ids are mapped when
  /// it waits for the first time.
  var mapsLate = false
  /// Into mounts of somebody else's making: no file of the machine's is opened by its name from there on.
  var mounts: [ChildStep] = []

  init(_ linux: LinuxConfig, _ user: UserPlan?) throws {
    let table: [(OCISpec.Namespace.Kind, CloneFlags)] = [
      (.pid, .newPID), (.network, .newNet), (.mount, .newNS), (.ipc, .newIPC), (.uts, .newUTS),
      (.time, .newTime),
    ]
    let made = CloneFlags(table.filter { linux.makesNamespace($0.0) }.map(\.1))
    let paths = linux.namespaces.compactMap { namespace in namespace.path.map { (namespace.type, $0) } }
    clone = made.union(user == nil ? [] : .newUser)
    mounts = paths.filter { $0.0 == .mount }.map { .joinNamespace($0.0, $0.1) }
    let others = paths.filter { $0.0 != .user && $0.0 != .mount }
    joins = others.map { .joinNamespace($0.0, $0.1) }
    if let (kind, path) = paths.first(where: { $0.0 == .user }) {
      // Each belongs to a user namespace, this one or the caller's: only there are the privileges to enter it.
      joins = others.map { .tryNamespace($0.0, $0.1) } + [.joinNamespace(kind, path)] + joins
    }
    let late: CloneFlags = [.newPID, .newTime]
    let offsets = try timeOffsets(linux)
    let split: CloneFlags
    if paths.contains(where: { $0.0 == .user }) && !made.isEmpty {
      // Namespaces of its own belong to the user namespace that it has entered.
      split = made
      clone = []
    } else if user != nil && !others.isEmpty {
      split = made.union(.newUser)
      clone = []
      mapsLate = true
    } else if !offsets.isEmpty || paths.contains(where: { $0.0 == .pid || $0.0 == .time }) {
      split = made.intersection(late)
      clone.subtract(late)
    } else {
      return
    }
    if !offsets.isEmpty { joins.append(.unshareTime(offsets: offsets)) }
    joins.append(.split(offsets.isEmpty ? split : split.subtracting(.newTime)))
  }
}

/// What is added to the clocks, a line for each, as /proc/PID/timens_offsets takes it.
private func timeOffsets(_ linux: LinuxConfig) throws -> [String] {
  let offsets = [("monotonic", linux.timeOffsets.monotonic), ("boottime", linux.timeOffsets.boottime)]
  let lines = offsets.compactMap { name, offset in
    offset.map { "\(name) \($0.secs) \($0.nanosecs)" }
  }
  if !lines.isEmpty && !linux.makesNamespace(.time) {
    throw CompileError("linux.timeOffsets", "they take a time namespace of the container's own")
  }
  return lines
}

/// Kernel parameters, each of a namespace that is the container's own: all others are the machine's.
func compileSysctls(_ linux: LinuxConfig) throws -> [ChildStep] {
  try linux.sysctl.members.map { member in
    let property = "linux.sysctl.\(member.name)"
    let key = member.name.replacingSeparators()
    if key.utf8.contains(0) || key.parts(at: "/").contains(where: { $0.isEmpty || $0 == "." || $0 == ".." }) {
      throw CompileError(property, "it contains an invalid path, and is no name of a kernel parameter")
    }
    guard let kind = namespace(ofParameter: key) else {
      throw CompileError(property, "it is not a parameter of a namespace, and the whole machine's")
    }
    guard linux.namespaces.contains(where: { $0.type == kind }) else {
      throw CompileError(property, "it takes a \(kind.rawValue) namespace of the container's own")
    }
    // The kernel takes the first line, and says nothing of the others.
    if member.value.utf8.contains(0)
      || member.value.parts(at: "\n").dropFirst().contains(where: { !$0.isEmpty })
    {
      throw CompileError(property, "its value is more than one line")
    }
    if key == "kernel/hostname" { throw CompileError(property, "hostname is a property of its own") }
    return .sysctl(key: key, value: member.value)
  }
}

private func namespace(ofParameter key: String) -> OCISpec.Namespace.Kind? {
  if key.begins(with: "net/") { return .network }
  if key.begins(with: "fs/mqueue/") { return .ipc }
  let ipc = [
    "kernel/msgmax", "kernel/msgmnb", "kernel/msgmni", "kernel/sem", "kernel/shmall", "kernel/shmmax",
    "kernel/shmmni", "kernel/shm_rmid_forced",
  ]
  if ipc.contains(key) { return .ipc }
  return ["kernel/domainname", "kernel/hostname"].contains(key) ? .uts : nil
}

extension String {
  /// "net.ipv4.ip_forward" as a path; in one with slashes dots are part of the names.
  fileprivate func replacingSeparators() -> String {
    guard let first = utf8.first(where: { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "/") }),
      first == UInt8(ascii: ".")
    else { return self }
    let bytes = utf8.map { byte in
      switch byte {
      case UInt8(ascii: "."): UInt8(ascii: "/")
      case UInt8(ascii: "/"): UInt8(ascii: ".")
      default: byte
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
