import CLinux
import Linux
import SystemPackage

/// Runs a program of the machine's and waits for it: with no environment, no descriptor but stdio, and no signal
/// blocked or ignored. What it prints is for the error alone.
///
/// The child allocates nothing and takes no lock, as the container's.
///
/// - Throws: ``ProgramFailure`` when it doesn't succeed.
func runProgram(_ path: String, _ arguments: [String]) throws { _ = try run(path, arguments) }

private func run(_ path: String, _ arguments: [String], limit: Int = 65536) throws -> String {
  let output = try pipe()
  let builder = ProgramBuilder()
  let null = builder.slot()
  builder.call(__NR_rt_sigprocmask, 2, builder.address(builder.allocate(8)), 0, 8)
  builder.call(
    __NR_openat, .value(Int(LINUX_AT_FDCWD)), builder.text("/dev/null"), 0, into: null)
  builder.call(__NR_dup2, .slot(null), 0)
  for stream in 1...2 { builder.call(__NR_dup2, .value(Int(output.writeEnd.rawValue)), .value(stream)) }
  builder.call(__NR_close_range, 3, .value(Int(UInt32.max)), 0)
  builder.call(__NR_execve, builder.text(path), builder.texts([path] + arguments), builder.texts([]))

  let pid = try start(builder)
  let text = try readToEnd(output.takeReadEnd(), limit: limit)
  let status = try waitpid(pid)
  let said = String(decoding: text, as: UTF8.self)
  if status == .exited(0) { return said }
  let words = said.parts(at: "\n").filter { !$0.isEmpty }
  throw ProgramFailure(words: words.isEmpty ? "it ended as \(status)" : words.joined(separator: "; "))
}

/// What a program of the machine's prints, were it a table of all its processes.
public func output(of path: String, _ arguments: [String]) throws -> String {
  do { return try run(path, arguments, limit: 1 << 26) } catch let failure as ProgramFailure {
    throw ContainerError("\(path): \(failure.words)")
  }
}

/// What a program said when it failed.
struct ProgramFailure: Error {
  let words: String
}

private func start(_ builder: ProgramBuilder) throws(SystemCallError) -> ProcessID {
  var arguments = clinux_clone_args()
  arguments.flags = CloneFlags.clearSigHand.rawValue
  arguments.exit_signal = UInt64(LINUX_SIGCHLD)
  let result = builder.run(&arguments, channel: -1, textCapacity: 0, initMemory: InitMemory())
  return try ProcessID(check(result, "clone3", ["flags": CloneFlags.clearSigHand]))
}

/// What is written until all write ends are closed; no more than anybody reads of it is kept.
func readToEnd(_ end: consuming Descriptor, limit: Int = 65536) throws(SystemCallError) -> [UInt8] {
  var text: [UInt8] = []
  while true {
    let part = try end.read(upTo: 4096)
    if part.isEmpty { return text }
    if text.count < limit { text += part }
  }
}
