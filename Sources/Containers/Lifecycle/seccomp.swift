import Linux
import OCISpec
import SystemPackage

/// A profile's filter, from the cache where it was compiled before.
func compiledFilter(_ profile: OCISpec.Seccomp?) throws -> SeccompFilter? {
  guard let profile else { return nil }
  let uid = geteuid()
  let directory = uid == 0 ? "/run/cooper-seccomp" : "/run/user/\(uid)/cooper-seccomp"
  return try SeccompCache(directory: directory, owner: uid, kernel: uname().release).filter(profile)
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

/// Hands the listener of a filter, which has this number in the container's process, to who listens for it: one
/// connection, and the descriptor with the first bytes.
func sendListener(_ number: Int32, of pid: ProcessID, _ profile: OCISpec.Seccomp, _ state: State) throws {
  let path = profile.listenerPath ?? ""
  do {
    let listener = try pidfd_getfd(pidfd_open(pid), number)
    var message = ContainerProcessState()
    message.ociVersion = state.ociVersion
    message.pid = Int(pid)
    message.metadata = profile.listenerMetadata
    message.state = state
    let text = Array(JSONWriter.text(message).utf8)
    let socket = try connectStream(path)
    try sendmsg(socket, text, descriptor: listener)
  } catch {
    throw ContainerError("linux.seccomp.listenerPath: hand the listener to \(path): \(error)")
  }
}
