import CLinux
import SystemPackage

/// What a seccomp filter answers. Of several filters the strictest answer holds: the order is that of this list.
public struct SeccompAction: RawRepresentable, Hashable, Sendable {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }
  private init(_ action: some BinaryInteger, _ data: UInt16 = 0) { rawValue = UInt32(action) | UInt32(data) }

  /// End the process, as by SIGSYS. Linux 4.14.
  public static let killProcess = SeccompAction(LINUX_SECCOMP_RET_KILL_PROCESS)
  /// End the thread, and leave the others as they are.
  public static let killThread = SeccompAction(LINUX_SECCOMP_RET_KILL_THREAD)
  /// Don't make the call; send SIGSYS, with this number in si_errno.
  public static func trap(_ data: UInt16 = 0) -> SeccompAction { SeccompAction(LINUX_SECCOMP_RET_TRAP, data) }
  /// Don't make the call; it fails with this errno, at most 4095.
  public static func errno(_ errno: Errno) -> SeccompAction {
    SeccompAction(LINUX_SECCOMP_RET_ERRNO, UInt16(truncatingIfNeeded: errno.rawValue))
  }
  /// Ask the listener; ENOSYS where there is none. Linux 5.0.
  public static let userNotif = SeccompAction(LINUX_SECCOMP_RET_USER_NOTIF)
  /// Ask the tracer; ENOSYS where there is none.
  public static func trace(_ data: UInt16 = 0) -> SeccompAction {
    SeccompAction(LINUX_SECCOMP_RET_TRACE, data)
  }
  /// Make the call, and write it to the kernel's log. Linux 4.14.
  public static let log = SeccompAction(LINUX_SECCOMP_RET_LOG)
  /// Make the call.
  public static let allow = SeccompAction(LINUX_SECCOMP_RET_ALLOW)

  /// The action without its data.
  public var kind: SeccompAction { SeccompAction(rawValue: rawValue & UInt32(LINUX_SECCOMP_RET_ACTION_FULL)) }
  /// The errno, or what a tracer or handler is told.
  public var data: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

  private static let names: [(value: SeccompAction, name: String)] = [
    (.killProcess, "SECCOMP_RET_KILL_PROCESS"), (.killThread, "SECCOMP_RET_KILL_THREAD"),
    (.trap(), "SECCOMP_RET_TRAP"), (SeccompAction(LINUX_SECCOMP_RET_ERRNO), "SECCOMP_RET_ERRNO"),
    (.userNotif, "SECCOMP_RET_USER_NOTIF"), (.trace(), "SECCOMP_RET_TRACE"), (.log, "SECCOMP_RET_LOG"),
    (.allow, "SECCOMP_RET_ALLOW"),
  ]
}

// Whoever types the C name gets a fix-it.
extension SeccompAction {
  @available(*, unavailable, renamed: "killProcess")
  public static var SECCOMP_RET_KILL_PROCESS: SeccompAction { .killProcess }
  @available(*, unavailable, renamed: "killThread")
  public static var SECCOMP_RET_KILL_THREAD: SeccompAction { .killThread }
  @available(*, unavailable, renamed: "trap(_:)")
  public static var SECCOMP_RET_TRAP: SeccompAction { .trap() }
  @available(*, unavailable, renamed: "errno(_:)")
  public static var SECCOMP_RET_ERRNO: SeccompAction { .errno(.notPermitted) }
  @available(*, unavailable, renamed: "userNotif")
  public static var SECCOMP_RET_USER_NOTIF: SeccompAction { .userNotif }
  @available(*, unavailable, renamed: "trace(_:)")
  public static var SECCOMP_RET_TRACE: SeccompAction { .trace() }
  @available(*, unavailable, renamed: "log")
  public static var SECCOMP_RET_LOG: SeccompAction { .log }
  @available(*, unavailable, renamed: "allow")
  public static var SECCOMP_RET_ALLOW: SeccompAction { .allow }
}

extension SeccompAction: CustomStringConvertible {
  /// "SECCOMP_RET_ERRNO | 1"
  public var description: String {
    let name = Self.names.first { $0.value == kind }?.name ?? "0x" + String(kind.rawValue, radix: 16)
    return data == 0 ? name : "\(name) | \(data)"
  }
}

/// A system call as a filter and a listener see it: struct seccomp_data.
public struct SeccompData: Hashable, Sendable {
  /// The call's number, by the architecture.
  public var number: Int32
  public var architecture: AuditArchitecture
  public var instructionPointer: UInt64
  /// Six, whatever the call takes. A pointer is an address in the caller's memory.
  public var arguments: [UInt64]

  init(_ data: clinux_seccomp_data) {
    number = data.nr
    architecture = AuditArchitecture(rawValue: data.arch)
    instructionPointer = data.instruction_pointer
    let (a, b, c, d, e, f) = data.args
    arguments = [a, b, c, d, e, f]
  }

  // What a filter loads, in bytes.
  public static let numberOffset: UInt32 = 0
  public static let architectureOffset: UInt32 = 4

  /// The lower half of an argument, 0 to 5, on a little-endian processor; the upper half is 4 bytes further.
  public static func argumentOffset(_ index: UInt32) -> UInt32 { 16 + 8 * index }
}
