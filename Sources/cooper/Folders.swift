import ArgumentParser
import Containers
import Linux
import SystemPackage

/// Whether the caller makes containers as root; otherwise each has a user namespace.
let callerIsRoot = geteuid() == 0

/// Where containers have their directories while they live: root's are in /run, a user's in what the session has for
/// that, which ends with it.
func stateDirectory() throws -> String {
  if callerIsRoot { return "/run/cooper" }
  guard let runtime = try callersVariable("XDG_RUNTIME_DIR", in: "the directory of containers:"),
    runtime.begins(with: "/")
  else {
    throw ValidationError(
      "XDG_RUNTIME_DIR is not set to a path: without root, a container has its directory there; a login session sets it, and any directory that is yours alone will do"
    )
  }
  guard let status = try? Stat(FilePath(runtime)), status.type == .directory else {
    throw ValidationError("XDG_RUNTIME_DIR: there is no directory \(runtime)")
  }
  guard status.userID.rawValue == geteuid(), status.permissions.rawValue & 0o022 == 0 else {
    throw ValidationError(
      "XDG_RUNTIME_DIR: \(runtime) is not yours alone: it belongs to somebody else, or others may write to it"
    )
  }
  return FilePath(runtime).appending("cooper").string
}

/// Where tars are unpacked, unless --root says where.
func storeDirectory() throws -> String {
  if callerIsRoot { return "/var/lib/cooper" }
  let place = "the store of images:"
  if let data = try callersVariable("XDG_DATA_HOME", in: place), data.begins(with: "/") {
    return FilePath(data).appending("cooper").string
  }
  guard let home = try callersVariable("HOME", in: place), home.begins(with: "/") else {
    throw ValidationError(
      "HOME is not set to a path: without root, images are kept in $HOME/.local/share/cooper; --root names another directory"
    )
  }
  return FilePath(home).appending(".local/share/cooper").string
}
