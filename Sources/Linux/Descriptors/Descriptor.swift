import CLinux
import SystemPackage

/// A file descriptor that somebody owns: it can't be copied, and it is closed at the end of its life.
///
/// What one may do with it depends on what it refers to, so each kind has a type of its own, which holds one of
/// these: ``PIDFD``, ``NamespaceDescriptor`` and others. All of them are close-on-exec.
public struct Descriptor: ~Copyable, Sendable {
  public let rawValue: CInt

  /// Takes over a descriptor: from now on it is closed here and nowhere else.
  public init(owning rawValue: CInt) { self.rawValue = rawValue }

  deinit {
    if rawValue >= 0 { _ = systemCall(__NR_close, Int(rawValue)) }
  }

  /// The same descriptor as a `FileDescriptor` of SystemPackage, without its ownership: not to be closed, and
  /// not to be used after this value's end.
  public var fileDescriptor: FileDescriptor { FileDescriptor(rawValue: rawValue) }

  /// Gives the ownership away: the caller closes the number.
  public consuming func release() -> CInt {
    let number = rawValue
    discard self
    return number
  }
}

/// What refers to a process, and keeps doing so when the pid is used again.
public struct PIDFD: ~Copyable, Sendable {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
}

/// What refers to a namespace.
public struct NamespaceDescriptor: ~Copyable, Sendable {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }

  /// open(path, O_RDONLY | O_CLOEXEC)
  ///
  ///     let network = try NamespaceDescriptor(opening: "/proc/1/ns/net")
  ///
  /// - Throws: ENOENT, EACCES and the others of open(2).
  public init(opening path: some PathLike) throws(SystemCallError) {
    let flags = LINUX_O_CLOEXEC
    let result = path._withAddress { systemCall(__NR_openat, LINUX_AT_FDCWD, $0, flags) }
    try check(result, "open", ["path": path])
    self.descriptor = Descriptor(owning: CInt(result))
  }
}
