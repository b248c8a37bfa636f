import CLinux
import Linux
import OCISpec
import SystemPackage

/// A hook of a container that is being made.
func runHook(_ step: HookStep, state: String, container: ProcessID, namespaces: CloneFlags) throws {
  try runHook(
    step.hook, step.kind, step.index, state: state,
    inside: step.isInContainer
      ? HookPlace(process: pidfd_open(container), namespaces: namespaces, directory: step.directory)
      : nil)
}

/// The process in whose namespaces a hook runs.
struct HookPlace: ~Copyable {
  let process: PIDFD
  let namespaces: CloneFlags
  var directory: String?
}

/// Runs a program of somebody's: with its own environment or else this process's, and nothing more of ours, with the
/// container's state on standard input, and no longer than it may. What it prints is for the error alone.
///
/// - Throws: ``ContainerError`` when it doesn't succeed.
func runHook(
  _ hook: Hook, _ kind: String, _ index: Int, state: String, inside place: consuming HookPlace?
) throws {
  let name = "error running \(kind) hook #\(index): \(hook.path)"
  let input = try memfd_create("state")
  try input.write(state)
  try rewind(input)
  let output = try memfd_create("output")
  let streams = StandardStreams(input: input.rawValue, output: output.rawValue, error: output.rawValue)
  let child = try execute(hook, name, streams, inside: place)
  let pid = child.pid
  let process = child.takeProcess()
  if let seconds = hook.timeout, try !hasEnded(process, within: seconds) {
    end(process, pid)
    throw ContainerError("\(name): it took more than \(seconds) s and was killed")
  }
  let status = try waitpid(pid)
  if status == .exited(0) { return }
  throw ContainerError("\(name): it ended as \(status)\(try words(output))")
}

/// Until the program has been executed.
private func execute(
  _ hook: Hook, _ name: String, _ streams: StandardStreams, inside place: consuming HookPlace?
) throws -> Child {
  do {
    var child = try start(hook, streams, inside: place)
    try child.go()
    while let message = try child.receive() {
      switch message.report.kind {
      case Report.split: try child.follow(ProcessID(message.report.errno))
      case Report.failed:
        _ = try? waitpid(child.pid)
        throw stepFailure(name, message, execErrno: false)
      default: break
      }
    }
    return child
  } catch let error as SystemCallError {
    throw ContainerError("\(name): \(error)")
  }
}

private func start(
  _ hook: Hook, _ streams: StandardStreams, inside place: consuming HookPlace?
) throws -> Child {
  let args = hook.args.isEmpty ? [hook.path] : hook.args
  let exec = ChildStep.exec(args: args, env: hook.env ?? ownEnvironment(), path: hook.path)
  guard let place else {
    return try Child(
      [.awaitGo, exec], streams: streams, InheritedDescriptors(), flags: [], cgroup: nil, isTraced: false)
  }
  let split: [ChildStep] = place.namespaces.contains(.newPID) ? [.split([])] : []
  let inherited = InheritedDescriptors(other: Int(place.process.fileDescriptor.rawValue))
  return try Child(
    [.awaitGo, .enterNamespaces(place.namespaces)] + (place.directory.map { [.workingDirectory($0)] } ?? [])
      + split + [exec], streams: streams, inherited, flags: [],
    cgroup: nil, isTraced: false)
}

private func hasEnded(_ process: borrowing PIDFD, within seconds: Int) throws -> Bool {
  var entries = [PollDescriptor(process)]
  return try poll(&entries, timeout: .seconds(min(seconds, 1_000_000))) > 0
}

private func rewind(_ file: borrowing Descriptor) throws {
  let result = systemCall(__NR_lseek, Int(file.rawValue), 0, Int(LINUX_SEEK_SET))
  if result < 0 { throw ContainerError("lseek: \(Errno(rawValue: CInt(-result)).sentence)") }
}

private func words(_ output: borrowing Descriptor) throws -> String {
  try rewind(output)
  let text = String(decoding: try output.read(upTo: 4096), as: UTF8.self)
  let lines = text.parts(at: "\n").filter { !$0.isEmpty }
  return lines.isEmpty ? "" : ": \(lines.joined(separator: "; "))"
}
