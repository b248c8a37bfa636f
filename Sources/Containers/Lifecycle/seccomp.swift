import Linux
import OCISpec
import SystemPackage

/// A profile's filter, from the cache where it was compiled before.
///
/// - Parameter keeps: whether the cache is used; without, nothing is read or written.
/// - Throws: ``CompileError``, with properties of `linux.seccomp`.
public func compiledFilter(_ profile: OCISpec.Seccomp, keeps: Bool = true) throws -> SeccompFilter {
  guard keeps else { return try compileFilter(profile, SeccompSupport.read()) }
  let uid = geteuid()
  return try SeccompCache(directory: cacheDirectory(uid), owner: uid, kernel: uname().release).filter(profile)
}

/// Root's is in /run, a user's in what the session has for that. The cache itself looks whose it is.
private func cacheDirectory(_ uid: UInt32) -> String {
  if uid == 0 { return "/run/cooper-seccomp" }
  let name = "XDG_RUNTIME_DIR="
  let runtime = currentEnvironment().first { $0.begins(with: name + "/") }?.dropFirst(name.count)
  return "\(runtime ?? "/run/user/\(uid)")/cooper-seccomp"
}

/// What who listens gets beside the listener: the specification's "container process state".
private struct ContainerProcessState: Record {
  var ociVersion = ""
  var fds = ["seccompFd"]
  var pid = 0
  var metadata: String?
  var state = State()

  mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ociVersion", &ociVersion)
    try properties.required("fds", &fds)
    try properties.required("pid", &pid)
    try properties.optional("metadata", &metadata)
    try properties.required("state", &state)
  }
}

/// Hands the listener of a process's filter to who listens for it: one connection, and the descriptor with the first
/// bytes.
func sendListener(
  _ listener: borrowing Descriptor, of pid: ProcessID, _ profile: OCISpec.Seccomp, _ state: State
) throws {
  let path = profile.listenerPath ?? ""
  do {
    var message = ContainerProcessState()
    message.ociVersion = state.ociVersion
    message.pid = Int(pid)
    message.metadata = profile.listenerMetadata
    message.state = state
    let text = Array(JSONWriter.text(message).utf8)
    let socket: Descriptor
    do { socket = try connectStream(path) } catch {
      throw ContainerError("failed to connect with seccomp agent: \(error)")
    }
    try sendmsg(socket, text, descriptor: listener)
  } catch {
    throw ContainerError("linux.seccomp.listenerPath: hand the listener to \(path): \(error)")
  }
}
