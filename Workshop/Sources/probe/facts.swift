import Facts
import Linux

/// What this process sees from inside.
func facts() -> Answers {
  var answers = Answers()
  answers.add("pid", ownPID())
  answers.add("proc-self", link("/proc/self"))
  answers.add("process", names(in: "/proc").filter { Int($0) != nil })
  answers.add("hostname", "\(uname().nodename)")
  answers.add("cwd", (try? getcwd()).map { "\($0)" })
  answers.add("cwd-name", names(in: "."))
  answers.add("root-name", names(in: "/"))
  devices(&answers)
  answers.add("terminal", (try? open("/dev/ptmx", [.readWrite, .noCTTY])) != nil)
  if let status = try? statx("/dev/shm") {
    answers.add("shm-mode", String(status.mode.rawValue & 0o7777, radix: 8))
  }
  loopback(&answers)
  answers.add("cgroup", lines(of: "/proc/self/cgroup"))
  answers.add("layer", ["from-base", "from-top", "in-both"].map { lines(of: "/\($0)").first ?? "" })
  answers.add("becomes-root", becomesRoot())
  return answers
}

/// What a bundle's config.json asks for.
func bundle(_ arguments: [String]) -> Answers {
  var answers = Answers()
  answers.add("argument", arguments)
  answers.add("variable", currentEnvironment())
  answers.add("cwd", (try? getcwd()).map { "\($0)" })
  answers.add("hostname", "\(uname().nodename)")
  if let limit = try? prlimit(0, .nofile) {
    func text(_ number: UInt64?) -> String { number.map { "\($0)" } ?? "unlimited" }
    answers.add("open-files", "\(text(limit.soft)) \(text(limit.hard))")
  }
  answers.add("keys", !lines(of: "/proc/keys").filter { !$0.isEmpty }.isEmpty)
  answers.add("irq", !names(in: "/proc/irq").isEmpty)
  answers.add("opens-setting", (try? open("/proc/sys/kernel/domainname", .writeOnly)) != nil)
  answers.add("makes", (try? writeFile("/new-file", "new\n")) != nil)
  answers.add("setting", lines(of: "/proc/sys/net/ipv4/ip_unprivileged_port_start").first)
  return answers
}

private func devices(_ answers: inout Answers) {
  for name in ["null", "zero", "full", "random", "urandom", "tty"] {
    guard let status = try? statx("/dev/\(name)") else { continue }
    answers.add("\(name)-number", "\(status.specialDevice)")
    answers.add("\(name)-mode", String(status.mode.rawValue & 0o777, radix: 8))
    // Whoever has no terminal can't open tty.
    answers.add("\(name)-opens", name == "tty" || (try? open("/dev/\(name)", [.readWrite])) != nil)
  }
}

private func loopback(_ answers: inout Answers) {
  guard let wire = try? socket(.datagram), let flags = try? getInterfaceFlags(wire, "lo") else { return }
  answers.add("loopback-is-up", flags.contains(.up))
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
