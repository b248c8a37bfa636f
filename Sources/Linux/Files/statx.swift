import CLinux
import SystemPackage

/// What statx(2) tells of a file. A field whose bit is not in `mask` is 0.
///
/// SystemPackage's `Stat` tells less: no id of the mount, no attributes, no time of birth.
public struct FileStatus: Sendable {
  /// What the kernel has filled in.
  public let mask: StatxMask
  public let mode: FileMode
  public let inode: UInt64
  /// In bytes.
  public let size: UInt64
  /// Of 512 bytes each.
  public let blocks: UInt64
  /// The size that suits reads and writes, in bytes.
  public let blockSize: UInt32
  public let linkCount: UInt32
  public let uid: UInt32
  public let gid: UInt32
  public let attributes: FileAttributes
  /// The attributes that this filesystem knows.
  public let supportedAttributes: FileAttributes
  public let accessTime: Timestamp
  public let birthTime: Timestamp
  public let changeTime: Timestamp
  public let modificationTime: Timestamp
  /// The device that the file is on.
  public let device: DeviceNumber
  /// The device that it is, for a device file.
  public let specialDevice: DeviceNumber
  /// The mount that it was found on, where `uniqueMountID` was asked for and given.
  public let mountID: MountID?
  /// The same as /proc/self/mountinfo shows it, where `mountID` was asked for and given instead.
  public let reusedMountID: UInt64?

  /// A time since 1970.
  public struct Timestamp: Hashable, Comparable, Sendable {
    public let seconds: Int64
    public let nanoseconds: UInt32

    /// - Parameter nanoseconds: below 1,000,000,000.
    public init(seconds: Int64, nanoseconds: UInt32 = 0) {
      self.seconds = seconds
      self.nanoseconds = nanoseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
      (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
    }
  }
}

/// statx(AT_FDCWD, pathname, flags, mask, &statxbuf)
///
/// - Throws: ENOENT, ENOTDIR, EACCES, ELOOP.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/statx.2.html>
public func statx(
  _ pathname: some PathLike, _ flags: StatxFlags = [], _ mask: StatxMask = .usual
) throws(SystemCallError) -> FileStatus {
  try statx(at: .currentDirectory, pathname, flags, mask)
}

/// statx(dirfd, pathname, flags, mask, &statxbuf)
///
///     let file = try open("/etc/passwd", .path)
///     let status = try statx(at: file, "", .emptyPath)
public func statx(
  at dirfd: borrowing some DescriptorLike & ~Copyable, _ pathname: some PathLike, _ flags: StatxFlags = [],
  _ mask: StatxMask = .usual
) throws(SystemCallError) -> FileStatus {
  let directory = dirfd.number
  var buffer = clinux_statx()
  let result = withUnsafeMutablePointer(to: &buffer) { buffer in
    pathname._withAddress {
      systemCall(__NR_statx, directory, $0, Int(flags.rawValue), Int(mask.rawValue), address(buffer))
    }
  }
  try check(
    result, "statx",
    ["dirfd": described(directory), "pathname": pathname, "flags": flags, "mask": mask],
    needs: KernelVersion(4, 11))
  return FileStatus(buffer)
}

extension StatxMask {
  /// Everything but the alignments for direct input and output; the mount's unique id where the kernel has it.
  public static let usual: StatxMask = [.basicStats, .birthTime, .mountID, .uniqueMountID]
}

extension FileStatus {
  init(_ from: clinux_statx) {
    mask = StatxMask(rawValue: from.stx_mask)
    mode = FileMode(rawValue: CInterop.Mode(from.stx_mode))
    inode = from.stx_ino
    size = from.stx_size
    blocks = from.stx_blocks
    blockSize = from.stx_blksize
    linkCount = from.stx_nlink
    uid = from.stx_uid
    gid = from.stx_gid
    attributes = FileAttributes(rawValue: from.stx_attributes)
    supportedAttributes = FileAttributes(rawValue: from.stx_attributes_mask)
    accessTime = Timestamp(from.stx_atime)
    birthTime = Timestamp(from.stx_btime)
    changeTime = Timestamp(from.stx_ctime)
    modificationTime = Timestamp(from.stx_mtime)
    device = DeviceNumber(from.stx_dev_major, from.stx_dev_minor)
    specialDevice = DeviceNumber(from.stx_rdev_major, from.stx_rdev_minor)
    mountID = mask.contains(.uniqueMountID) ? MountID(rawValue: from.stx_mnt_id) : nil
    // Asked for both, the kernel gives the unique one only.
    reusedMountID = mask.contains(.mountID) && mountID == nil ? from.stx_mnt_id : nil
  }
}

extension FileStatus.Timestamp {
  fileprivate init(_ from: clinux_statx_timestamp) {
    self.init(seconds: from.tv_sec, nanoseconds: from.tv_nsec)
  }
}
