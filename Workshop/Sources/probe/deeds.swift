import Facts
import Linux

/// The way out of a chroot: a second one leaves the working directory outside of it.
func escape() -> Answers {
  let way = "way-out"
  try? mkdir(way)
  do {
    try chroot(exists(way) ? way : "dev")
    for _ in 1...64 { try chdir("..") }
    try chroot(".")
  } catch {}
  var answers = Answers()
  answers.add("is-out", exists("/\(hostMarker)"))
  return answers
}

/// Changes the image's files, where it can.
func write() -> Answers {
  var answers = Answers()
  answers.add("makes", (try? writeFile("/new-file", "new\n")) != nil)
  answers.add("changes", (try? writeFile("/etc/motd", "changed\n")) != nil)
  answers.add("removes", (try? unlink("/etc/issue")) != nil)
  answers.add(
    "sees",
    lines(of: "/new-file") == ["new"] && lines(of: "/etc/motd") == ["changed"] && !exists("/etc/issue"))
  return answers
}

/// Reads a volume, and writes to it where it can.
func volume(_ place: String) -> Answers {
  var answers = Answers()
  answers.add("reads", lines(of: "\(place)/file").first)
  answers.add("reads-below", lines(of: "\(place)/below/file").first)
  answers.add("writes", (try? writeFile("\(place)/new", "inside\n")) != nil)
  answers.add("writes-below", (try? writeFile("\(place)/below/new", "inside\n")) != nil)
  return answers
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
  say(Answers())
  waitForEnd()
}

/// Four times what the limit allows. Each page is written: only then does it take memory.
func memory() {
  let size = 256 << 20
  let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 4096)
  for offset in stride(from: 0, to: size, by: 4096) {
    memory.storeBytes(of: 1, toByteOffset: offset, as: UInt8.self)
  }
}

/// How many processes there can be.
func processes() -> Answers {
  var made: [ProcessID] = []
  var answers = Answers()
  while made.count < 100 {
    do {
      made.append(try fork { while true { _ = try sigwaitinfo([.usr1]) } })
    } catch let failure {
      answers.add("error", failure.errno.name)
      break
    }
  }
  for process in made {
    try? kill(process, .kill)
    _ = try? waitpid(process)
  }
  answers.add("made", made.count)
  return answers
}

/// Calls that the kernel answers to everybody, unless a filter says no.
func calls() -> Answers {
  var answers = Answers()
  func ask(_ name: String, _ call: () throws -> Void) {
    do {
      try call()
      answers.add(name, "done")
    } catch { answers.add(name, (error as? SystemCallError)?.errno.name ?? "\(error)") }
  }
  ask("unshare") { try unshare(.newUser) }
  ask("keyctl") { _ = try keyctl(0, -3) }  // KEYCTL_GET_KEYRING_ID of the session
  ask("fork") { _ = try waitpid(try fork { _exit(0) }) }
  return answers
}
