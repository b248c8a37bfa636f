import Facts
import Linux

func makeDirectories(_ path: String) throws {
  var made = ""
  for name in path.split(separator: "/") {
    made += "/\(name)"
    if !exists(made) { try mkdir(made) }
  }
}

func copyFile(_ source: String, _ target: String, isProgram: Bool) throws {
  let from = try open(source)
  let to = try open(
    target, [.writeOnly, .create, .truncate],
    isProgram
      ? [.ownerReadWriteExecute, .groupReadExecute, .otherReadExecute]
      : [.ownerReadWrite, .groupRead, .otherRead])
  while true {
    let bytes = try from.read(upTo: 1 << 20)
    if bytes.isEmpty { return }
    try to.write(bytes)
  }
}

func copyTree(_ source: String, _ target: String) throws {
  let status = try statx(source, .symlinkNoFollow)
  switch status.mode.type {
  case .symbolicLink: try symlink(try readlink(source), target)
  case .directory:
    try mkdir(target)
    for name in names(in: source) { try copyTree("\(source)/\(name)", "\(target)/\(name)") }
    try chmod(target, status.mode.permissions)
  default: try copyFile(source, target, isProgram: status.mode.permissions.contains(.ownerExecute))
  }
}
