import Facts
import Linux

/// Whether a directory of PATH has it.
func isThere(_ command: String) -> Bool {
  let path =
    currentEnvironment().first { $0.hasPrefix("PATH=") }?.dropFirst(5) ?? "/usr/sbin:/usr/bin:/sbin:/bin"
  return path.split(separator: ":").contains { (try? access("\($0)/\(command)", .execute)) != nil }
}

/// Debian's static one, of which images are made.
func busyboxOfTheHost() -> String? { ["/bin/busybox", "/usr/bin/busybox"].first(where: exists) }

/// Runs a command, which prints on stderr all that it prints; gives its status as a shell does.
func run(_ argv: [String]) throws -> Int32 {
  let child = try fork {
    try dup2(dup(.standardError), 1)
    try execute(argv)
  }
  return try waitpid(child).shellStatus ?? 1
}

/// What a command prints on both streams, and whether it succeeded. A minute is enough.
func output(of argv: [String]) throws -> (text: String, isSuccess: Bool) {
  var ends = try pipe()
  let child = try fork {
    try dup2(ends.writeEnd, 1)
    try dup2(ends.writeEnd, 2)
    try execute(argv)
  }
  ends.closeWriteEnd()
  let text = try readAll(ends.readEnd, within: .seconds(60))
  return (text, try waitpid(child) == .exited(0))
}

/// Does something in a child, so that this process isn't changed; gives what failed.
func attempt(_ body: () throws -> Void) -> String? {
  do {
    var ends = try pipe()
    let child = try fork {
      do { try body() } catch { try ends.writeEnd.write(reason(error)) }
      _exit(0)
    }
    ends.closeWriteEnd()
    let text = try readAll(ends.readEnd, within: .seconds(60))
    try waitpid(child)
    return text.isEmpty ? nil : text
  } catch { return reason(error) }
}

/// "unshare: operation not permitted (EPERM)"
private func reason(_ error: any Error) -> String {
  guard let failure = error as? SystemCallError else { return "\(error)" }
  return "\(failure.call): \(failure.errno.sentence)"
}

/// exec, and the status of a shell where there is no such command.
private func execute(_ argv: [String]) throws -> Never {
  do { try exec(argv) } catch {
    complain("\(argv[0]): \(error.errno.sentence)", 127)
  }
}
