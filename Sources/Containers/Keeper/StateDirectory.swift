import CLinux
import Linux
import SystemPackage

/// /run/cooper/ID: a container's directory, locked as long as its keeper or its host side lives.
///
/// The lock is a flock of the directory itself, so that making it leaves nothing more behind. Whoever makes or
/// sweeps directories holds the lock of their parent meanwhile.
struct StateDirectory: ~Copyable {
  let lock: Descriptor
  let path: String

  /// Makes and locks the directory of a new container.
  ///
  /// - Throws: ``ContainerError`` when a container with this id is alive.
  static func make(_ path: String) throws -> StateDirectory {
    while true {
      if let lock = try makeLocked(path) { return StateDirectory(lock: lock, path: path) }
    }
  }

  /// nil when the last container to end has just removed the parent.
  private static func makeLocked(_ path: String) throws -> Descriptor? {
    let parent = try ParentLock(parentOf: path)
    defer { withExtendedLifetime(parent) {} }
    switch errno(of: { () throws(SystemCallError) in try mkdir(path, [.ownerReadWriteExecute]) }) {
    case nil: break
    case Errno.noSuchFileOrDirectory?: return nil
    case Errno.fileExists?:
      throw ContainerError("a container named \(path.split(separator: "/").last ?? "") is alive already")
    case let other?: throw ContainerError("make the directory \(path): \(other.sentence)")
    }
    let lock = try openDirectory(path)
    _ = try lockExclusively(lock, wait: true)
    return lock
  }
}

private func errno(of call: () throws(SystemCallError) -> Void) -> Errno? {
  do { try call() } catch { return error.errno }
  return nil
}

/// The lock of the parent directory, which is made when it is missing.
struct ParentLock: ~Copyable {
  let descriptor: Descriptor

  init(parentOf path: String) throws {
    try self.init(String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex)))
  }

  /// The last container to end removes the parent: so what is locked must be looked at again.
  init(_ path: String) throws {
    while true {
      if let found = errno(of: { () throws(SystemCallError) in try mkdir(path, [.ownerReadWriteExecute]) }),
        found != .fileExists
      {
        throw ContainerError("make the directory \(path): \(found.sentence)")
      }
      if let locked = try ParentLock.lock(path) {
        descriptor = locked
        return
      }
    }
  }
}

extension ParentLock {
  /// nil when the directory was removed meanwhile.
  private static func lock(_ path: String) throws -> Descriptor? {
    guard let descriptor = try? openDirectory(path) else { return nil }
    _ = try lockExclusively(descriptor, wait: true)
    let locked = try Stat(descriptor.fileDescriptor)
    guard let present = try? Stat(FilePath(path)), present.inode == locked.inode else { return nil }
    return descriptor
  }
}

func openDirectory(_ path: String) throws(SystemCallError) -> Descriptor {
  let flags = Int(LINUX_O_DIRECTORY | LINUX_O_NOFOLLOW | LINUX_O_CLOEXEC)
  let result = path.withCString { systemCall(__NR_openat, Int(LINUX_AT_FDCWD), address($0), flags) }
  try check(result, "open", ["path": path])
  return Descriptor(owning: CInt(result))
}

/// flock(fd, LOCK_EX): false when somebody else has it and `wait` is false.
func lockExclusively(_ descriptor: borrowing Descriptor, wait: Bool) throws(SystemCallError) -> Bool {
  let (exclusive, noWait) = (2, 4)
  let number = Int(descriptor.rawValue)
  let result = untilUninterrupted { systemCall(__NR_flock, number, wait ? exclusive : exclusive | noWait) }
  if result == -Int(Errno.wouldBlock.rawValue) { return false }
  try check(result, "flock")
  return true
}

/// The file in a container's directory that names its first process, for a sweep after both the host side and the
/// keeper were killed: "PID STARTTIME", the second as in /proc/PID/stat, since pids are used again.
enum StateFile {
  static let names = ["process", "process.new"]

  static func write(_ directory: String, pid: ProcessID) throws {
    guard let start = startTime(of: pid) else { return }
    try writeFile("\(directory)/process.new", "\(pid) \(start)\n")
    try rename("\(directory)/process.new", "\(directory)/process")
  }

  /// The container's process, unless it has ended; nil too for a file that isn't whole.
  static func read(_ directory: String) -> ProcessID? {
    guard let text = try? readFile("\(directory)/process"), text.hasSuffix("\n") else { return nil }
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let pid = ProcessID(words[0]),
      startTime(of: pid).map({ "\($0)" }) == String(words[1])
    else { return nil }
    return pid
  }

  /// Field 22 of /proc/PID/stat, after the name in parentheses, which may hold anything.
  private static func startTime(of pid: ProcessID) -> UInt64? {
    guard let text = try? readFile("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? UInt64(fields[19]) : nil
  }
}

private func rename(_ old: String, _ new: String) throws(SystemCallError) {
  let here = Int(LINUX_AT_FDCWD)
  let result = old.withCString { old in
    new.withCString { new in
      systemCall(__NR_renameat2, here, address(old), here, address(new))
    }
  }
  try check(result, "rename", ["oldpath": old, "newpath": new])
}
