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
  if actual != expected { complain("found \(actual), expected \(expected)", sourceLocation) }
  #expect(actual == expected, sourceLocation: sourceLocation)
}

/// An exit test tells its parent that an expectation failed and no more, and its stderr goes nowhere. So the
/// details go into this file.
private let complaints = try? FileDescriptor.open(
  ".build/complaints.log", .writeOnly, options: [.create, .append], permissions: .ownerReadWrite)

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
    complain("expected \(errno.name), and it succeeded", sourceLocation)
    #expect(Bool(false), sourceLocation: sourceLocation)
  } catch let error as SystemCallError {
    expectEqual(error.errno, errno, sourceLocation: sourceLocation)
    return error
  } catch {
    Issue.record(error, sourceLocation: sourceLocation)
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
