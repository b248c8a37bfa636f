import Containers
import Glibc
import Linux
import SystemPackage
import Testing

struct SweepTests {
  /// A sweep waits for the lock of the directory of all containers, and meanwhile the last container to end removes
  /// that directory: then its names can't be read, and the sweep has found nothing. No failure of `cooper run`.
  @Test func aSweepMayFindItsDirectoryRemoved() throws {
    let directory = "/tmp/cooper-sweep-\(getpid())"
    try mkdir(directory)
    defer { try? rmdir(directory) }
    let lock = try open(directory, .directory)
    try flock(lock, .exclusive)
    let inode = try statx(directory).inode
    let sweeper = Sweeper(directory)
    let thread = try sweeper.start()
    // A minute of looks on a slow machine; a few of them are enough.
    var looks = 0
    while try !isAwaited(inode), looks < 1_000_000 { looks += 1 }
    #expect(try isAwaited(inode))
    try rmdir(directory)
    try flock(lock, .unlock)
    pthread_join(thread, nil)
    #expect(sweeper.result == [])
  }

  /// "1: -> FLOCK  ADVISORY  WRITE 4711 00:2d:1234 0 EOF" is somebody who waits.
  private func isAwaited(_ inode: UInt64) throws -> Bool {
    try readFile("/proc/locks").split(separator: "\n").contains {
      $0.contains("-> FLOCK") && $0.contains(":\(inode) ")
    }
  }
}

/// A sweep in a thread of its own.
private final class Sweeper: @unchecked Sendable {
  private let directory: String
  private(set) var result: [Sweep]?

  init(_ directory: String) { self.directory = directory }

  func start() throws -> pthread_t {
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        argument.map { Unmanaged<Sweeper>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard result == 0 else { throw Errno(rawValue: result) }
    return thread
  }

  private func run() {
    do { result = try sweep(stateDirectory: directory) } catch { Issue.record(error) }
  }
}
