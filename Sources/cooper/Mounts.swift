import ArgumentParser
import Linux
import OCISpec
import SystemPackage

/// "SRC:DST[:ro]" as a bind mount.
func volumeMount(_ text: String) throws -> Mount {
  let parts = text.parts(at: ":")
  guard (2...3).contains(parts.count), !parts[0].isEmpty else {
    throw ValidationError("--volume \(text): it is SRC:DST or SRC:DST:ro")
  }
  let mode = parts.count == 3 ? parts[2] : "rw"
  guard mode == "ro" || mode == "rw" else {
    throw ValidationError("--volume \(text): \(mode) is neither ro nor rw")
  }
  return Mount(
    try absolute("--volume", parts[1]), source: try existing("--volume", parts[0]),
    options: ["rbind", "rnosuid", "rnodev"] + (mode == "ro" ? ["rro"] : []))
}

/// "DST[:OPTIONS]" as a filesystem in memory.
func tmpfsMount(_ text: String) throws -> Mount {
  let (path, list) = text.cut(at: ":") ?? (text, "")
  let destination = try absolute("--tmpfs", path)
  let options = list.parts(at: ",").filter { !$0.isEmpty }
  // They would make it a mount of another kind.
  if let option = options.first(where: { $0 == "bind" || $0 == "rbind" }) {
    throw ValidationError("--tmpfs \(text): \(option) means nothing to a filesystem in memory")
  }
  return Mount(
    destination, type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"] + options)
}

/// A path in the container: absolute, and not the root itself where something is mounted.
func absolute(_ option: String, _ path: String) throws -> String {
  guard path.begins(with: "/"), !path.utf8.contains(0) else {
    throw ValidationError("\(option) \(path): a path in the container begins with /")
  }
  let names = path.parts(at: "/").filter { !$0.isEmpty && $0 != "." }
  if option != "--workdir" && names.isEmpty {
    throw ValidationError("\(option) \(path): nothing is mounted over the root")
  }
  if names.contains("..") { throw ValidationError("\(option) \(path): .. has no place in it") }
  return path
}

/// A path on the machine, made absolute.
func existing(_ option: String, _ path: String) throws -> String {
  if try status(of: path, option) == nil {
    throw ValidationError("\(option) \(path): there is no such file or directory")
  }
  return try madeAbsolute(option, path)
}

/// What a path on the machine leads to; nil where there is nothing, and not where it can't be looked at.
func status(of path: String, _ option: String) throws -> Stat? {
  do { return try Stat(FilePath(path)) } catch {
    if [.noSuchFileOrDirectory, .notDirectory].contains(error) { return nil }
    throw ValidationError("\(option) \(path): \(error.sentence)")
  }
}

/// A path on the machine, from the working directory unless it is absolute.
func madeAbsolute(_ option: String, _ path: String) throws -> String {
  if path.begins(with: "/") { return path }
  guard let directory = String(validating: try getcwd()) else {
    throw ValidationError("\(option) \(path): the name of the working directory is not UTF-8")
  }
  return "\(directory)/\(path)"
}
