import CLinux
import SystemPackage

/// What fsconfig(2) does: set a parameter of a filesystem, or make the filesystem of them.
public enum FilesystemCommand: Hashable, Sendable {
  /// A parameter without a value: "ro".
  case flag(String)
  /// "size" and "64m".
  case string(String, String)
  /// At most 1 MiB.
  case binary(String, [UInt8])
  /// A file by its path.
  case path(String, FilePath, at: FileDescriptor = .currentDirectory)
  /// A file by a descriptor, O_PATH ones too.
  case emptyPath(String, FileDescriptor)
  /// An open file: "lowerdir+" of overlayfs takes a detached mount.
  case descriptor(String, FileDescriptor)
  /// Make the filesystem, or take one that exists with the same source.
  case create
  /// Make the filesystem: EBUSY where one with the same source exists. Linux 6.6.
  case createExclusive
  /// Give the parameters to the filesystem that `fspick` found.
  case reconfigure
}

/// fsconfig(fs_fd, cmd, key, value, aux)
///
/// - Throws: EINVAL for an unknown parameter or a wrong value; EBUSY where the order is wrong; EOPNOTSUPP for a
///   command that the kernel or the filesystem lacks; others of the filesystem. The hint has the filesystem's own
///   words.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/fsconfig.2.html>
public func fsconfig(
  _ context: borrowing FilesystemContext, _ command: FilesystemCommand
) throws(SystemCallError) {
  let number = context.number
  let (code, key) = (command.code, command.key)
  let result = withCStrings(key) { key in
    command.withValue { value, aux in systemCall(__NR_fsconfig, number, code, key, value, aux) }
  }
  try context.check(
    result, "fsconfig", ["fs_fd": number, "cmd": Bare(command.name), "key": key, "value": command.value])
}

extension FilesystemCommand {
  /// The C name: "FSCONFIG_SET_STRING".
  public var name: String {
    switch self {
    case .flag: "FSCONFIG_SET_FLAG"
    case .string: "FSCONFIG_SET_STRING"
    case .binary: "FSCONFIG_SET_BINARY"
    case .path: "FSCONFIG_SET_PATH"
    case .emptyPath: "FSCONFIG_SET_PATH_EMPTY"
    case .descriptor: "FSCONFIG_SET_FD"
    case .create: "FSCONFIG_CMD_CREATE"
    case .createExclusive: "FSCONFIG_CMD_CREATE_EXCL"
    case .reconfigure: "FSCONFIG_CMD_RECONFIGURE"
    }
  }

  fileprivate var code: Int {
    switch self {
    case .flag: Int(LINUX_FSCONFIG_SET_FLAG)
    case .string: Int(LINUX_FSCONFIG_SET_STRING)
    case .binary: Int(LINUX_FSCONFIG_SET_BINARY)
    case .path: Int(LINUX_FSCONFIG_SET_PATH)
    case .emptyPath: Int(LINUX_FSCONFIG_SET_PATH_EMPTY)
    case .descriptor: Int(LINUX_FSCONFIG_SET_FD)
    case .create: Int(LINUX_FSCONFIG_CMD_CREATE)
    case .createExclusive: Int(LINUX_FSCONFIG_CMD_CREATE_EXCL)
    case .reconfigure: Int(LINUX_FSCONFIG_CMD_RECONFIGURE)
    }
  }

  /// The parameter's name; nil for what sets none.
  public var key: String? {
    switch self {
    case .flag(let key), .string(let key, _), .binary(let key, _), .path(let key, _, _),
      .emptyPath(let key, _), .descriptor(let key, _):
      key
    case .create, .createExclusive, .reconfigure: nil
    }
  }

  /// For the description of an error.
  fileprivate var value: Any? {
    switch self {
    case .string(_, let text): text
    case .binary(_, let bytes): Bare("\(bytes.count) bytes")
    case .path(_, let path, _): path
    case .emptyPath(_, let file), .descriptor(_, let file): file.rawValue
    case .flag, .create, .createExclusive, .reconfigure: nil
    }
  }

  fileprivate func withValue(_ body: (_ value: Int, _ aux: Int) -> Int) -> Int {
    switch self {
    case .flag, .create, .createExclusive, .reconfigure: body(0, 0)
    case .string(_, let text): withCStrings(text) { body($0, 0) }
    case .binary(_, let bytes): bytes.withUnsafeBytes { body(address($0.baseAddress), bytes.count) }
    case .path(_, let path, let directory): path._withAddress { body($0, directory.number) }
    case .emptyPath(_, let file): withCStrings("") { body($0, file.number) }
    case .descriptor(_, let file): body(0, file.number)
    }
  }
}
