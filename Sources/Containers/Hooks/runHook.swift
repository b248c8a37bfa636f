import CLinux
import Linux
import OCISpec
import SystemPackage

/// The process in whose namespaces a hook runs, and how it gets there.
struct HookPlace: ~Copyable {
  let process: PIDFD
  /// Between its clone and exec.
  let steps: [ChildStep]
  /// The cgroup of version 2 that it is born in, or is put into by somebody else.
  var cgroup: String?
  var attach: HostStep?
  var oomScoreAdj: Int?
  var takeListener: ((_ pid: ProcessID, _ listener: borrowing Descriptor) throws -> Void)?
  /// The namespaces themselves, where the process has told them.
  var toldNamespaces: [CInt] = []

  /// A program of the machine's, with all privileges.
  init(process: consuming PIDFD, namespaces: CloneFlags, directory: String?) {
    self.process = process
    let split: [ChildStep] = namespaces.contains(.newPID) ? [.split([])] : []
    steps =
      [.awaitGo, .enterNamespaces(namespaces)] + (directory.map { [.workingDirectory($0)] } ?? []) + split
  }

  /// A program of the container's, which has no more than the container's process.
  init(process: consuming PIDFD, _ plan: ExecPlan) {
    self.process = process
    steps = plan.steps.dropLast()
    cgroup = plan.attach == nil ? plan.birthplace : nil
    attach = plan.attach
    oomScoreAdj = plan.oomScoreAdj
  }
}

/// Runs a program of somebody's: with its own environment or else this process's, and nothing more of ours, with the
/// container's state on standard input, and no longer than it may. What it prints is for the error alone.
///
/// - Parameter bundle: the working directory of what runs in this process's namespaces, as long as it is there.
/// - Throws: ``ContainerError`` when it doesn't succeed.
func runHook(
  _ hook: Hook, _ kind: String, _ index: Int, state: String, bundle: String,
  inside place: consuming HookPlace?
) throws {
  let name = "error running \(kind) hook #\(index): \(hook.path)"
  let input = try memfd_create("state")
  try input.write(state)
  try rewind(input)
  let output = try memfd_create("output")
  let streams = StandardStreams(input: input.rawValue, output: output.rawValue, error: output.rawValue)
  let deadline = hook.timeout.map { monotonicTime() + min($0, 1_000_000) * 1_000_000 }
  let isEntering = place != nil
  let takeListener = place?.takeListener
  do {
    var child = try start(hook, streams, bundle, inside: place)
    let status: WaitStatus
    do {
      try child.go()
      while try !hasProgram(&child, hook, name, deadline, isEntering, takeListener) {}
      status = try child.status(before: deadline) ?? { throw tooLong(hook, name) }()
    } catch {
      child.end()
      throw error
    }
    if status == .exited(0) { return }
    throw ContainerError("\(name): it ended as \(status)\(cause(status))\(try words(output))")
  } catch let error as SystemCallError {
    throw ContainerError("\(name): \(error)")
  }
}

private func tooLong(_ hook: Hook, _ name: String) -> ContainerError {
  ContainerError("\(name): it took more than \(hook.timeout ?? 0) s and was killed")
}

private func cause(_ status: WaitStatus) -> String {
  if case .signaled(.sys, _) = status { ", by a bad system call that its seccomp filter forbids" } else { "" }
}

/// Takes what the child tells next; nothing more once the program has been executed.
private func hasProgram(
  _ child: inout Child, _ hook: Hook, _ name: String, _ deadline: Int?, _ isEntering: Bool,
  _ takeListener: ((_ pid: ProcessID, _ listener: borrowing Descriptor) throws -> Void)?
) throws -> Bool {
  if try !child.hasNews(before: deadline) { throw tooLong(hook, name) }
  guard var message = try child.receive() else { return true }
  switch message.report.kind {
  case Report.split: try child.follow(ProcessID(message.report.errno))
  case Report.listener:
    guard let listener = message.takeDescriptor() else {
      throw ContainerError("\(name): the listener of its filter has not come")
    }
    try takeListener?(child.pid, listener)
    try child.go()
  case Report.failed:
    // It is on its way into the container, or to its program.
    let isRefused = isEntering && message.report.errno == Errno.notPermitted.rawValue
    throw stepFailure(name, message, execErrno: false, remedy: isRefused ? enteringRemedy() : "")
  default: break
  }
  return false
}

private func start(
  _ hook: Hook, _ streams: StandardStreams, _ bundle: String, inside place: consuming HookPlace?
) throws -> Child {
  let args = hook.args.isEmpty ? [hook.path] : hook.args
  let exec = ChildStep.exec(args: args, env: hook.env ?? ownEnvironment(), path: hook.path)
  guard let place else {
    return try Child(
      [.awaitGo, .tryWorkingDirectory(bundle), exec], streams: streams, InheritedDescriptors(), flags: [],
      cgroup: nil, isTraced: false)
  }
  let inherited = InheritedDescriptors(
    other: Int(place.process.fileDescriptor.rawValue), namespaces: place.toldNamespaces.map(Int.init))
  let child = try Child(
    place.steps + [exec], streams: streams, inherited, flags: [], cgroup: place.cgroup, isTraced: false)
  if let attach = place.attach { try Containers.attach(child.pid, attach) }
  if let score = place.oomScoreAdj {
    try perform(.writeOfChild(file: "oom_score_adj", value: "\(score)"), on: child.pid)
  }
  return child
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
