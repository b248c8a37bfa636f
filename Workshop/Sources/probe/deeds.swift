import Facts
import Linux

/// The way out of a chroot: a second one leaves the working directory outside of it.
func escape() -> JSON {
  let before = names(in: "/")
  let way = "way-out"
  try? mkdir(way)
  var error = JSON.null
  do {
    try chroot(exists(way) ? way : "dev")
    for _ in 1...64 { try chdir("..") }
    try chroot(".")
  } catch let failure { error = .string(failure.errno.name) }
  let after = names(in: ".")
  try? rmdir(way)
  return [
    "before": JSON(before), "after": JSON(after), "error": error,
    "isOut": .bool(after.contains(hostMarker)),
  ]
}

/// Changes the image's files, where it can.
func write() -> JSON {
  var done: [String: JSON] = [:]
  done["makes"] = .bool((try? writeFile("/new-file", "new\n")) != nil)
  done["changes"] = .bool((try? writeFile("/etc/motd", "changed\n")) != nil)
  done["removes"] = .bool((try? unlink("/etc/issue")) != nil)
  done["sees"] = .bool(
    lines(of: "/new-file") == ["new"] && lines(of: "/etc/motd") == ["changed"] && !exists("/etc/issue"))
  return .object(done)
}

/// A grandchild whose parent has ended ends too. Whose child it has become must wait for it.
func orphan() {
  let child = try? fork {
    _ = try? fork { _exit(0) }
    _exit(0)
  }
  if let child { _ = try? waitpid(child) }
  // And one that goes on after the command's end.
  _ = try? fork {
    try? Prctl.setName("left-behind")
    try? close_range(0)
    while true { _ = try? sigwaitinfo([.usr1]) }
  }
  say(["pid": .int(ownPID())])
  waitForEnd()
}

/// Four times what the limit allows. Each page is written: only then does it take memory.
func memory() -> JSON {
  let size = 256 << 20
  let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
  for offset in stride(from: 0, to: size, by: 4096) {
    memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
  }
  return ["bytes": .int(size)]
}

/// How many processes there can be.
func processes() -> JSON {
  var made: [ProcessID] = []
  var error = JSON.null
  while made.count < 100 {
    do {
      made.append(try fork { while true { _ = try sigwaitinfo([.usr1]) } })
    } catch let failure {
      error = .string(failure.errno.name)
      break
    }
  }
  for process in made {
    try? kill(process, .kill)
    _ = try? waitpid(process)
  }
  return ["made": .int(made.count), "error": error]
}

/// Calls that the kernel answers to everybody, unless a filter says no.
func calls() -> JSON {
  var answers: [String: JSON] = [:]
  func ask(_ name: String, _ call: () throws -> Void) {
    do {
      try call()
      answers[name] = "done"
    } catch { answers[name] = .string((error as? SystemCallError)?.errno.name ?? "\(error)") }
  }
  ask("unshare") { try unshare(.newUser) }
  ask("keyctl") { _ = try keyctl(0, -3) }  // KEYCTL_GET_KEYRING_ID of the session
  ask("fork") { _ = try waitpid(try fork { _exit(0) }) }
  return .object(answers)
}
