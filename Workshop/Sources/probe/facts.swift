import Facts
import Linux

/// What this process sees from inside.
func facts() -> JSON {
  // First: who puts the command into a cgroup only after its start is seen by it.
  let cgroup = lines(of: "/proc/self/cgroup")
  let system = uname()
  return [
    "pid": .int(ownPID()),
    "procSelf": link("/proc/self"),
    "procNames": JSON(names(in: "/proc").filter { Int($0) != nil }),
    "hostname": .string(system.nodename),
    "cwd": (try? getcwd()).map { .string("\($0)") } ?? .null,
    "cwdNames": JSON(names(in: ".")),
    "rootNames": JSON(names(in: "/")),
    "aboveNames": JSON(names(in: "../../../../../../../..")),
    "devices": devices(),
    "links": ["ptmx": link("/dev/ptmx"), "fd": link("/dev/fd"), "stdin": link("/dev/stdin")],
    "terminal": .bool((try? open("/dev/ptmx", [.readWrite, .noCTTY])) != nil),
    "shmMode": (try? statx("/dev/shm")).map { .int(Int($0.mode.rawValue) & 0o7777) } ?? .null,
    "interfaces": interfaces(),
    "cgroup": JSON(cgroup),
    "layers": JSON(["from-base", "from-top", "in-both"].map { lines(of: "/\($0)").first ?? "" }),
    "becomesRoot": .bool(becomesRoot()),
  ]
}

private func devices() -> JSON {
  var found: [String: JSON] = [:]
  for name in ["null", "zero", "full", "random", "urandom", "tty"] {
    guard let status = try? statx("/dev/\(name)") else { continue }
    found[name] = [
      "number": .string("\(status.specialDevice)"),
      "mode": .int(Int(status.mode.rawValue)),
      "opens": .bool(name == "tty" || (try? open("/dev/\(name)", [.readWrite])) != nil),
    ]
  }
  return .object(found)
}

private func interfaces() -> JSON {
  let device = lines(of: "/proc/self/net/dev").dropFirst(2)
  let named = device.map { String($0.split(separator: ":")[0].drop { $0 == " " }) }
  var isUp = JSON.null
  if let wire = try? socket(.datagram), let flags = try? getInterfaceFlags(wire, "lo") {
    isUp = .bool(flags.contains(.up))
  }
  return ["names": JSON(named), "isUp": isUp]
}

/// In a child, so that nothing is changed by asking.
private func becomesRoot() -> Bool {
  if getuid() == 0 { return true }
  let child = try? fork {
    do { try setresuid(0, 0, 0) } catch { _exit(1) }
    _exit(0)
  }
  guard let child, let status = try? waitpid(child) else { return false }
  return status == .exited(0)
}
