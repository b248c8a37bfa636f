import CLinux
import SystemPackage

/// What flock(2) does.
public enum FileLock: Sendable, Hashable, CustomStringConvertible {
  /// Any number of holders, and none of an exclusive lock.
  case shared
  /// One holder.
  case exclusive
  case unlock

  public var description: String {
    switch self {
    case .shared: "LOCK_SH"
    case .exclusive: "LOCK_EX"
    case .unlock: "LOCK_UN"
    }
  }

  fileprivate var operation: Int {
    switch self {
    case .shared: Int(LINUX_LOCK_SH)
    case .exclusive: Int(LINUX_LOCK_EX)
    case .unlock: Int(LINUX_LOCK_UN)
    }
  }
}

// Whoever types the C name gets a fix-it.
extension FileLock {
  @available(*, unavailable, renamed: "shared")
  public static var LOCK_SH: FileLock { .shared }
  @available(*, unavailable, renamed: "exclusive")
  public static var LOCK_EX: FileLock { .exclusive }
  @available(*, unavailable, renamed: "unlock")
  public static var LOCK_UN: FileLock { .unlock }
}

/// flock(fd, operation)
///
/// Locks an open file or directory against others that lock it too. The lock goes when every descriptor of this open
/// file is closed, those of children too. Continues after EINTR.
///
/// - Parameter wait: false to get EAGAIN (EWOULDBLOCK) where somebody else has it.
/// - Throws: EAGAIN without `wait`; EBADF, ENOLCK.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/flock.2.html>
public func flock(
  _ fd: borrowing some DescriptorLike & ~Copyable, _ lock: FileLock, wait: Bool = true
) throws(SystemCallError) {
  let number = fd.number
  let operation = lock.operation | (wait ? 0 : Int(LINUX_LOCK_NB))
  let result = untilUninterrupted { systemCall(__NR_flock, number, operation) }
  try check(result, "flock", ["fd": number, "operation": Bare(wait ? "\(lock)" : "\(lock) | LOCK_NB")])
}
