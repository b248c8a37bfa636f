import CLinux
import SystemPackage

/// Descriptors to wait for, registered once: the kernel keeps the list.
public struct EpollDescriptor: ~Copyable, Sendable, DescriptorLike {
  public let descriptor: Descriptor
  public init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
  public var fileDescriptor: FileDescriptor { descriptor.fileDescriptor }
}

/// What epoll_ctl(2) does with a descriptor.
public enum EpollOperation: Sendable, Hashable, CustomStringConvertible {
  case add
  case modify
  case delete

  public var description: String {
    switch self {
    case .add: "EPOLL_CTL_ADD"
    case .modify: "EPOLL_CTL_MOD"
    case .delete: "EPOLL_CTL_DEL"
    }
  }

  fileprivate var number: Int {
    switch self {
    case .add: Int(LINUX_EPOLL_CTL_ADD)
    case .modify: Int(LINUX_EPOLL_CTL_MOD)
    case .delete: Int(LINUX_EPOLL_CTL_DEL)
    }
  }
}

// Whoever types the C name gets a fix-it.
extension EpollOperation {
  @available(*, unavailable, renamed: "add")
  public static var EPOLL_CTL_ADD: EpollOperation { .add }
  @available(*, unavailable, renamed: "modify")
  public static var EPOLL_CTL_MOD: EpollOperation { .modify }
  @available(*, unavailable, renamed: "delete")
  public static var EPOLL_CTL_DEL: EpollOperation { .delete }
}

/// What epoll_wait(2) found: struct epoll_event.
public struct EpollEvent: Hashable, Sendable {
  public var events: EpollEvents
  /// What was given at the registration: the descriptor's number where nothing else was.
  public var data: UInt64

  public init(_ events: EpollEvents, data: UInt64) {
    self.events = events
    self.data = data
  }
}

/// epoll_create1(EPOLL_CLOEXEC)
///
///     let pipe = try pipe()
///     let poller = try epoll_create1()
///     try epoll_ctl(poller, .add, pipe.readEnd, .in, data: 7)
///     for event in try epoll_wait(poller, timeout: .seconds(1)) {
///       print(event.data, event.events)
///     }
///
/// - Throws: EMFILE, ENFILE, ENOMEM.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/epoll_create.2.html>
public func epoll_create1() throws(SystemCallError) -> EpollDescriptor {
  let result = systemCall(__NR_epoll_create1, LINUX_O_CLOEXEC)
  try check(result, "epoll_create1")
  return EpollDescriptor(Descriptor(owning: CInt(result)))
}

/// epoll_ctl(epfd, op, fd, &event)
///
/// A descriptor leaves the list by itself when it is closed and nobody has a copy of it.
///
/// - Parameters:
///   - events: what to wait for; not used by `delete`.
///   - data: what the event will have with it; nil for the descriptor's number.
/// - Throws: EEXIST for `add` of what is there; ENOENT for the others of what isn't; EPERM for a file that is always
///   ready, as on a disk; EINVAL for `epfd` itself, and for `exclusive` where it may not be; ELOOP for epoll
///   descriptors in a circle, or more than five deep; EBADF, ENOSPC, ENOMEM.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/epoll_ctl.2.html>
public func epoll_ctl(
  _ epfd: borrowing EpollDescriptor, _ op: EpollOperation, _ fd: borrowing some DescriptorLike & ~Copyable,
  _ events: EpollEvents = [], data: UInt64? = nil
) throws(SystemCallError) {
  let (list, number) = (epfd.number, fd.number)
  let value = data ?? UInt64(truncatingIfNeeded: number)
  var event = clinux_epoll_event()
  event.events = events.rawValue
  event.data = (UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
  let result = withUnsafeMutablePointer(to: &event) {
    systemCall(__NR_epoll_ctl, list, op.number, number, address($0))
  }
  try check(result, "epoll_ctl", ["epfd": list, "op": op, "fd": number, "events": events])
}

/// epoll_wait(epfd, events, maxevents, timeout)
///
/// Waits until something is found, or the time is over. Continues after EINTR, with the time that is left.
///
/// - Parameters:
///   - maxevents: how many to give at once; those that are left come first the next time.
///   - timeout: nil to wait without a limit, zero not to wait. Rounded up to milliseconds; at most 24 days.
/// - Returns: none when the time is over.
/// - Throws: EINVAL for a `maxevents` below 1.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/epoll_wait.2.html>
public func epoll_wait(
  _ epfd: borrowing EpollDescriptor, maxevents: Int = 64, timeout: Duration? = nil
) throws(SystemCallError) -> [EpollEvent] {
  let list = epfd.number
  let end = timeout.map { monotonicTime() + $0 }
  return try events(maxevents, "epoll_wait", list, timeout) { buffer in
    untilUninterrupted {
      // aarch64 has no epoll_wait.
      systemCall(__NR_epoll_pwait, list, buffer, maxevents, milliseconds(until: end), 0, 8)
    }
  }
}

/// epoll_pwait2(epfd, events, maxevents, &timeout, &sigmask)
///
/// As `epoll_wait`, to the nanosecond, and while it waits these signals are held back and no others.
///
/// - Parameter sigmask: nil to leave the mask as it is.
/// - Throws: EINTR when a signal was handled; EINVAL; ENOSYS before Linux 5.11.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/epoll_wait.2.html>
public func epoll_pwait2(
  _ epfd: borrowing EpollDescriptor, maxevents: Int = 64, timeout: Duration? = nil, sigmask: SignalSet? = nil
) throws(SystemCallError) -> [EpollEvent] {
  let list = epfd.number
  return try events(maxevents, "epoll_pwait2", list, timeout) { buffer in
    withTimeout(timeout) { limit in
      withSignalMask(sigmask) { mask, size in
        systemCall(__NR_epoll_pwait2, list, buffer, maxevents, limit, mask, size)
      }
    }
  }
}

private func events(
  _ maxevents: Int, _ name: String, _ list: Int, _ timeout: Duration?, _ call: (Int) -> Int
) throws(SystemCallError) -> [EpollEvent] {
  var result = 0
  let found = [clinux_epoll_event](unsafeUninitializedCapacity: max(maxevents, 1)) { buffer, filled in
    result = call(address(buffer.baseAddress))
    filled = max(result, 0)
  }
  let limit = describedTimeout(timeout)
  if result < 0 {
    try check(
      result, name, ["epfd": list, "maxevents": maxevents, "timeout": limit], needs: KernelVersion(5, 11))
  }
  return found.map {
    EpollEvent(EpollEvents(rawValue: $0.events), data: UInt64($0.data.0) | UInt64($0.data.1) << 32)
  }
}

/// Rounded up; -1 for no limit.
private func milliseconds(until end: Duration?) -> Int {
  guard let end else { return -1 }
  let left = timespec(end - monotonicTime())
  let milliseconds = left.tv_sec.multipliedReportingOverflow(by: 1000)
  let total = milliseconds.partialValue + (left.tv_nsec + 999_999) / 1_000_000
  return milliseconds.overflow || total > Int64(Int32.max) ? Int(Int32.max) : Int(total)
}
