import CLinux
import SystemPackage

/// A system call that failed: which one, why, and with what arguments.
///
/// ```text
/// mount(source: "proc", target: "/nowhere", …): no such file or directory (ENOENT)
/// ```
public struct SystemCallError: Error, Hashable, Sendable {
  /// One argument of the call, as it is printed.
  public struct Argument: Hashable, Sendable {
    /// The argument's name in the man page.
    public let name: String
    /// Text is quoted; flags are printed with their C names.
    public let value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// The call's name in the man page: "mount".
  public let call: String
  public let errno: Errno
  /// In the order of the man page.
  public let arguments: [Argument]
  /// The kernel that brought the call, where a running one may lack it and the errno is ENOSYS.
  public let needs: KernelVersion?
  /// What the errno alone doesn't tell, where this library knows it.
  public let hint: String?

  public init(
    call: String, errno: Errno, arguments: [Argument] = [], needs: KernelVersion? = nil, hint: String? = nil
  ) {
    self.call = call
    self.errno = errno
    self.arguments = arguments
    self.needs = errno == .noFunction ? needs : nil
    self.hint = self.needs.map { "\(call) needs Linux \($0)" } ?? hint
  }

  /// The same error with this hint, unless it is empty or the error has one.
  func with(hint: String) -> SystemCallError {
    if self.hint != nil || hint.isEmpty { return self }
    return SystemCallError(call: call, errno: errno, arguments: arguments, needs: needs, hint: hint)
  }
}

extension SystemCallError: CustomStringConvertible {
  public var description: String {
    let list = arguments.map { "\($0.name): \($0.value)" }.joined(separator: ", ")
    let cause = "\(call)(\(list)): \(errno.sentence)"
    return hint.map { "\(cause); \($0)" } ?? cause
  }
}

extension Errno {
  /// The errno's C name, "EPERM", or "errno 4095" for a number that has none.
  public var name: String {
    clinux_errno_name(rawValue).map { String(cString: $0) } ?? "errno \(rawValue)"
  }

  /// "operation not permitted (EPERM)".
  public var sentence: String {
    let text = description
    return "\(text.prefix(1).lowercased())\(text.dropFirst()) (\(name))"
  }
}

/// A version of the Linux kernel, as far as it tells which calls there are.
public struct KernelVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let major: Int
  public let minor: Int

  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  public var description: String { "\(major).\(minor)" }

  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}
