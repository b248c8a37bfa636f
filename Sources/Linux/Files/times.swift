import CLinux
import SystemPackage

/// What utimensat(2) does with a time of a file.
public enum FileTime: Hashable, Sendable {
  case time(FileStatus.Timestamp)
  case now
  /// It stays.
  case omit

  /// A time that isn't one would mean "now" or "omit".
  fileprivate var isValid: Bool {
    if case .time(let time) = self { time.nanoseconds < 1_000_000_000 } else { true }
  }

  fileprivate var record: clinux_timespec {
    switch self {
    case .time(let time): clinux_timespec(tv_sec: time.seconds, tv_nsec: Int64(time.nanoseconds))
    case .now: clinux_timespec(tv_sec: 0, tv_nsec: Int64(LINUX_UTIME_NOW))
    case .omit: clinux_timespec(tv_sec: 0, tv_nsec: Int64(LINUX_UTIME_OMIT))
    }
  }
}

extension FileTime: CustomStringConvertible {
  public var description: String {
    switch self {
    case .time(let time): "{\(time.seconds), \(time.nanoseconds)}"
    case .now: "UTIME_NOW"
    case .omit: "UTIME_OMIT"
    }
  }
}

// Whoever types the C name gets a fix-it.
extension FileTime {
  @available(*, unavailable, renamed: "now")
  public static var UTIME_NOW: FileTime { .now }
  @available(*, unavailable, renamed: "omit")
  public static var UTIME_OMIT: FileTime { .omit }
}

/// utimensat(dirfd, pathname, {access, modification}, AT_SYMLINK_NOFOLLOW)
///
///     try utimensat(.currentDirectory, "/srv/data", modification: .now)
///
/// - Parameters:
///   - access: when the file was read.
///   - modification: when its contents were changed. The time of the last change of anything (`changeTime`) can't be
///     set.
///   - noFollow: of a symbolic link itself.
/// - Throws: EPERM for another's file; EACCES for `now` without the right to write; EINVAL for nanoseconds that are
///   a second or more; ENOENT, ENOTDIR, EROFS, EBADF.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/utimensat.2.html>
public func utimensat(
  _ dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, access: FileTime = .omit,
  modification: FileTime = .omit, noFollow: Bool = true
) throws(SystemCallError) {
  let directory = dirfd.number
  let flags = noFollow ? LINUX_AT_SYMLINK_NOFOLLOW : 0
  let result = pathname._withAddress { utimensat(directory, $0, access, modification, flags) }
  try check(
    result, "utimensat",
    ["dirfd": described(directory), "pathname": pathname, "atime": access, "mtime": modification])
}

/// futimens(fd, {access, modification})
///
/// - Throws: as `utimensat`; EBADF for an O_PATH descriptor too.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/utimensat.2.html>
public func futimens(
  _ fd: borrowing some DescriptorLike & ~Copyable, access: FileTime = .omit, modification: FileTime = .omit
) throws(SystemCallError) {
  let number = fd.number
  let result = utimensat(number, 0, access, modification, 0)
  try check(result, "futimens", ["fd": number, "atime": access, "mtime": modification])
}

private func utimensat(
  _ directory: Int, _ pathname: Int, _ access: FileTime, _ modification: FileTime, _ flags: some BinaryInteger
) -> Int {
  if !access.isValid || !modification.isValid { return -Int(Errno.invalidArgument.rawValue) }
  var times = (access.record, modification.record)
  return withUnsafeMutableBytes(of: &times) {
    systemCall(__NR_utimensat, directory, pathname, address($0.baseAddress), Int(flags))
  }
}
