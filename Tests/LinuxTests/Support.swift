import Glibc
import Linux
import SystemPackage
import Testing

/// Runs `body` in a mount namespace of its own, whose mounts reach nobody else, with a tmpfs on /tmp; further
/// namespaces by `also`. For use inside an exit test: the process ends with it.
func isolated(also: UnshareFlags = [], _ body: () throws -> Void) throws {
  _ = complaints
  do {
    try unshare(also.union(.newNS))
    try mount(nil, "/", nil, [.recursive, .private])
    try mount("tmpfs", "/tmp", "tmpfs")
    try body()
  } catch {
    complain("thrown: \(error)", nil)
    throw error
  }
}

/// Expects two values to be equal, and writes down both when they are not.
func expectEqual<T: Equatable>(
  _ actual: T, _ expected: T, sourceLocation: SourceLocation = #_sourceLocation
) {
  if actual != expected { fail("found \(actual), expected \(expected)", sourceLocation) }
}

/// Expects a text to have this part, and writes it down when it has not.
func expectContains(_ text: String?, _ part: String, sourceLocation: SourceLocation = #_sourceLocation) {
  if text?.contains(part) != true { fail("found \(text ?? "nil"), expected \(part) in it", sourceLocation) }
}

/// An exit test tells its parent that an expectation failed and no more, and its stderr goes nowhere. So the
/// details go into this file.
private let complaints = try? FileDescriptor.open(
  ".build/complaints.log", .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)

/// Runs `body` in a child process, and expects what it expects.
func inChild(
  _ flags: CloneFlags = [], sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
)
  throws
{
  let child = try clone(flags) {
    isChild = true
    try body()
    if childFailed { throw ExitStatus(1) }
  }
  expectEqual(try waitpid(child), .exited(0), sourceLocation: sourceLocation)
}

/// A child has one thread, and can tell its failures by its exit status only.
nonisolated(unsafe) private var isChild = false
nonisolated(unsafe) private var childFailed = false

private func fail(_ text: String, _ place: SourceLocation) {
  complain(text, place)
  if isChild {
    childFailed = true
  } else {
    Issue.record("\(text)", sourceLocation: place)
  }
}

private func complain(_ text: String, _ place: SourceLocation?) {
  _ = try? complaints?.writeAll("\(place.map { "\($0): " } ?? "")\(text)\n".utf8)
}

/// Expects `body` to fail with this errno, and gives the error for a closer look.
@discardableResult
func expectErrno(
  _ errno: Errno, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) -> SystemCallError? {
  do {
    try body()
    fail("expected \(errno.name), and it succeeded", sourceLocation)
  } catch let error as SystemCallError {
    expectEqual(error.errno, errno, sourceLocation: sourceLocation)
    return error
  } catch {
    fail("expected \(errno.name), found \(error)", sourceLocation)
  }
  return nil
}

/// The lines of /proc/thread-self/mountinfo (only this thread is in the new namespace) for a mount point.
func mountsAt(_ path: String) throws -> [String] {
  try lines(of: "/proc/thread-self/mountinfo").filter { $0.split(separator: " ")[4] == path }
}

func lines(of path: FilePath) throws -> [String] {
  try readFile(path).split(separator: "\n").map(String.init)
}

/// A thread that runs a body, started by `startThread`.
struct RunningThread {
  fileprivate let handle: pthread_t
  func join() { pthread_join(handle, nil) }
}

/// Runs `body` in a thread of its own; an error is an issue.
@discardableResult
func startThread(_ body: @escaping () throws -> Void) throws -> RunningThread {
  final class Box {
    let body: () throws -> Void
    init(_ body: @escaping () throws -> Void) { self.body = body }
  }
  var handle = pthread_t()
  let argument = Unmanaged.passRetained(Box(body)).toOpaque()
  let result = pthread_create(
    &handle, nil,
    { argument in
      guard let argument else { return nil }
      do {
        try Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().body()
      } catch {
        complain("thrown in a thread: \(error)", nil)
        Issue.record(error)
      }
      return nil
    }, argument)
  guard result == 0 else { throw Errno(rawValue: result) }
  return RunningThread(handle: handle)
}
