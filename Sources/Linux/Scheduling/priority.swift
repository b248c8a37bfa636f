import CLinux
import SystemPackage

/// Whose priority: a thread's, those of a process group, or of a user. 0 means the caller's.
public enum PriorityTarget: Hashable, Sendable, CustomStringConvertible {
  case process(ProcessID)
  case processGroup(ProcessID)
  case user(UserID)

  public var description: String {
    switch self {
    case .process(let pid): "process \(pid)"
    case .processGroup(let group): "process group \(group)"
    case .user(let user): "user \(user)"
    }
  }

  fileprivate var who: Int {
    switch self {
    case .process(let number), .processGroup(let number): Int(number)
    case .user(let number): Int(number)
    }
  }

  fileprivate func which(_ process: Int, _ group: Int, _ user: Int) -> Int {
    switch self {
    case .process: process
    case .processGroup: group
    case .user: user
    }
  }
}

/// setpriority(which, who, prio)
///
/// - Parameter nice: -20, the most of the processor, to 19; beyond that the nearest of them.
/// - Throws: EACCES for a lower value without CAP_SYS_NICE, beyond the resource limit `nice`; EPERM for another
///   user's; ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/setpriority.2.html>
public func setpriority(_ target: PriorityTarget, _ nice: Int32) throws(SystemCallError) {
  let which = target.which(LINUX_PRIO_PROCESS, LINUX_PRIO_PGRP, LINUX_PRIO_USER)
  let result = systemCall(__NR_setpriority, which, target.who, Int(nice))
  try check(result, "setpriority", ["who": target, "prio": nice])
}

/// getpriority(which, who)
///
/// - Returns: the lowest nice value among them.
/// - Throws: ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/getpriority.2.html>
public func getpriority(_ target: PriorityTarget) throws(SystemCallError) -> Int32 {
  let which = target.which(LINUX_PRIO_PROCESS, LINUX_PRIO_PGRP, LINUX_PRIO_USER)
  let result = systemCall(__NR_getpriority, which, target.who)
  try check(result, "getpriority", ["who": target])
  return 20 - Int32(result)  // The system call gives 1 to 40, so that it is never negative.
}

/// A priority for disks: a class, and in `realTime` and `bestEffort` a level from 0, the first, to 7.
public struct IOPriority: Hashable, Sendable, CustomStringConvertible {
  public var priorityClass: IOPriorityClass
  public var level: Int32

  public init(_ priorityClass: IOPriorityClass, level: Int32 = 0) {
    self.priorityClass = priorityClass
    self.level = level
  }

  init(rawValue: Int) {
    priorityClass = IOPriorityClass(rawValue: Int32(rawValue >> LINUX_IOPRIO_CLASS_SHIFT) & 7)
    level = Int32(rawValue & 7)
  }

  /// IOPRIO_PRIO_VALUE(class, level)
  var rawValue: Int { Int(priorityClass.rawValue) << LINUX_IOPRIO_CLASS_SHIFT | Int(level) }

  /// "IOPRIO_CLASS_BE:4"
  public var description: String { "\(priorityClass):\(level)" }
}

/// ioprio_set(which, who, IOPRIO_PRIO_VALUE(class, level))
///
/// - Throws: EPERM for `realTime` without CAP_SYS_ADMIN or CAP_SYS_NICE, and for another user's; EINVAL for an unknown
///   class, and a level that isn't 0 to 7 (0 for `none`); ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/ioprio_set.2.html>
public func ioprio_set(_ target: PriorityTarget, _ priority: IOPriority) throws(SystemCallError) {
  let which = target.which(LINUX_IOPRIO_WHO_PROCESS, LINUX_IOPRIO_WHO_PGRP, LINUX_IOPRIO_WHO_USER)
  // A level that spills into other bits would mean another priority.
  let isLevel = (0...7).contains(priority.level)
  let result =
    isLevel
    ? systemCall(__NR_ioprio_set, which, target.who, priority.rawValue)
    : -Int(Errno.invalidArgument.rawValue)
  try check(result, "ioprio_set", ["who": target, "ioprio": priority])
}

/// ioprio_get(which, who)
///
/// - Returns: the highest among them.
/// - Throws: ESRCH.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/ioprio_get.2.html>
public func ioprio_get(_ target: PriorityTarget) throws(SystemCallError) -> IOPriority {
  let which = target.which(LINUX_IOPRIO_WHO_PROCESS, LINUX_IOPRIO_WHO_PGRP, LINUX_IOPRIO_WHO_USER)
  let result = systemCall(__NR_ioprio_get, which, target.who)
  return IOPriority(rawValue: try check(result, "ioprio_get", ["who": target]))
}
