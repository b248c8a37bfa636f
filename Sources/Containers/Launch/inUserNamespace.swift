import Linux
import SystemPackage

/// How many ids a user namespace has: 0 and those behind it.
public struct MappedIDs: Hashable, Sendable {
  public var uids: UInt32
  public var gids: UInt32
}

/// Runs a function as root of a user namespace with the ids of the caller's containers: files that it makes for others
/// belong to whom they belong to in a container.
///
/// It runs in a child that ends with this process, before there is any other thread.
///
/// - Returns: what the function returns.
/// - Throws: ``ContainerError`` with the function's error, or with why there is no such namespace here.
@available(*, noasync, message: "the child has the calling thread only")
public func inUserNamespace(_ host: HostFacts, _ body: (MappedIDs) throws -> String) throws -> String {
  guard let plan = try compileUser(.init(), host) else {
    throw ContainerError("root needs no user namespace")
  }
  let ids = MappedIDs(uids: count(plan.uids), gids: count(plan.gids))
  return try inUserNamespace(.newUser, plan.hostSteps) { try body(ids) }
}

/// - Parameters:
///   - flags: with `newUser`.
///   - steps: those that map its ids.
func inUserNamespace(
  _ flags: CloneFlags, _ steps: [HostStep], _ body: () throws -> String
) throws -> String {
  var gate = try pipe()
  var answer = try pipe()
  let child: ProcessID
  do {
    child = try clone(flags) {
      let text: String
      do {
        try Prctl.setPDeathSig(.kill)
        gate.closeWriteEnd()
        guard try gate.readEnd.read(upTo: 1).count == 1 else { throw ExitStatus(1) }
        try setresgid(0, 0, 0)
        try setresuid(0, 0, 0)
        text = "+" + (try body())
      } catch { text = "-\(error)" }
      try answer.writeEnd.write(text)
    }
  } catch {
    let step = HostStep.clone(flags, cgroup: nil)
    throw ContainerError("\(step): \(error.errno.sentence)\(remedy(step, error))")
  }
  answer.closeWriteEnd()
  do {
    for step in steps { try perform(step, on: child) }
    try gate.writeEnd.write("g")
  } catch {
    gate.closeWriteEnd()
    _ = try? waitpid(child)
    throw error
  }
  let text = String(decoding: try readToEnd(answer.takeReadEnd()), as: UTF8.self)
  let status = try waitpid(child)
  let result = String(decoding: text.utf8.dropFirst(), as: UTF8.self)
  if text.begins(with: "+") { return result }
  throw ContainerError(text.isEmpty ? "the process in a user namespace ended as \(status)" : result)
}

extension HostStep {
  /// Whether it is one of those that map the ids of a user namespace.
  var mapsIDs: Bool {
    switch self {
    case .runMapper: true
    case .writeOfChild(let file, _): ["uid_map", "gid_map", "setgroups"].contains(file)
    default: false
    }
  }
}

/// Does one of the host's steps that map the ids of a child.
func perform(_ step: HostStep, on child: ProcessID) throws {
  do {
    switch step {
    case .runMapper(let program, let map):
      let numbers = map.flatMap { [$0.inside, $0.outside, $0.count] }.map { "\($0)" }
      try runProgram(program, ["\(child)"] + numbers)
    case .writeOfChild(let file, let value): try writeFile("/proc/\(child)/\(file)", value)
    default: break
    }
  } catch let failure as ProgramFailure {
    throw ContainerError("\(step): \(failure.words)")
  } catch let error as SystemCallError {
    throw ContainerError("\(step): \(error.errno.sentence)\(remedy(step, error))")
  }
}

private func count(_ map: [IDMapping]) -> UInt32 { map.map { $0.inside + $0.count }.max() ?? 0 }
