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
