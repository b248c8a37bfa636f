import CLinux
import SystemPackage

/// What statmount(2) tells of a mount. What the kernel didn't give is nil; `fields` tells what it gave.
public struct MountStatus: Hashable, Sendable {
  public let fields: StatMountFields
  public let superblock: Superblock?
  public let mount: Mount?
  /// The peer group in the caller's namespace that mounts come from, for a slave; 0 where there is none.
  public let propagateFrom: UInt64?
  /// The directory of the filesystem that is the mount's root: "/" but for bind mounts.
  public let root: FilePath?
  /// Where it is mounted, seen from the caller's root directory.
  public let mountPoint: FilePath?
  /// "tmpfs"
  public let filesystemType: String?
  /// "sshfs" of "fuse.sshfs"
  public let filesystemSubtype: String?
  public let namespace: MountNamespaceID?
  /// The filesystem's own options as /proc/self/mountinfo shows them, escaped: "size=1024k,mode=700".
  public let options: String?
  /// The same one by one, not escaped.
  public let optionArray: [String]?
  /// The options of security modules, one by one.
  public let securityOptions: [String]?
  /// The device or word that was mounted.
  public let source: String?
  /// Of an idmapped mount, seen from the caller's user namespace.
  public let uidMap: [IDMapping]?
  public let gidMap: [IDMapping]?
  /// What this kernel knows. Linux 6.15.
  public let supported: StatMountFields?

  /// Of the filesystem, which several mounts may show.
  public struct Superblock: Hashable, Sendable {
    public let device: DeviceNumber
    /// TMPFS_MAGIC and so on, <linux/magic.h>.
    public let magic: UInt64
    /// MS_RDONLY, MS_SYNCHRONOUS, MS_DIRSYNC, MS_LAZYTIME.
    public let flags: MountFlags
  }

  public struct Mount: Hashable, Sendable {
    public let id: MountID
    /// Its own for the root of the namespace.
    public let parent: MountID
    /// As /proc/self/mountinfo has it.
    public let reusedID: UInt32
    public let reusedParent: UInt32
    public let attributes: MountAttributes
    /// MS_SHARED, MS_SLAVE, MS_PRIVATE, MS_UNBINDABLE; a slave may be shared too.
    public let propagation: MountFlags
    /// 0 where it is not shared.
    public let peerGroup: UInt64
    /// The peer group that it is a slave of, or 0.
    public let master: UInt64
  }
}

/// A line of an id map: `count` ids from `inside` on are shown as those from `outside` on.
public struct IDMapping: Hashable, Sendable {
  public let inside: UInt32
  public let outside: UInt32
  public let count: UInt32

  public init(inside: UInt32, outside: UInt32, count: UInt32) {
    self.inside = inside
    self.outside = outside
    self.count = count
  }

  /// "0 1000 1", as in /proc/self/uid_map.
  init?(_ line: String) {
    let numbers = line.split(separator: " ").compactMap { UInt32($0) }
    guard numbers.count == 3 else { return nil }
    self.init(inside: numbers[0], outside: numbers[1], count: numbers[2])
  }
}

extension MountStatus {
  /// From what the kernel wrote: the structure, and the texts after it.
  init(_ bytes: UnsafeRawBufferPointer) {
    let fixed = bytes.loadUnaligned(as: clinux_statmount.self)
    let texts = Texts(bytes: UnsafeRawBufferPointer(rebasing: bytes[MemoryLayout<clinux_statmount>.size...]))
    let given = StatMountFields(rawValue: fixed.mask)
    func value<Value>(_ field: StatMountFields, _ value: @autoclosure () -> Value) -> Value? {
      given.contains(field) ? value() : nil
    }

    fields = given
    superblock = value(.superblock, Superblock(fixed))
    mount = value(.mount, Mount(fixed))
    propagateFrom = value(.propagateFrom, fixed.propagate_from)
    root = value(.root, FilePath(texts[fixed.mnt_root]))
    mountPoint = value(.mountPoint, FilePath(texts[fixed.mnt_point]))
    filesystemType = value(.filesystemType, texts[fixed.fs_type])
    filesystemSubtype = value(.filesystemSubtype, texts[fixed.fs_subtype])
    namespace = value(.namespace, MountNamespaceID(rawValue: fixed.mnt_ns_id))
    options = value(.options, texts[fixed.mnt_opts])
    optionArray = value(.optionArray, texts[fixed.opt_array, fixed.opt_num])
    securityOptions = value(.securityOptions, texts[fixed.opt_sec_array, fixed.opt_sec_num])
    source = value(.source, texts[fixed.sb_source])
    uidMap = value(.uidMap, texts[fixed.mnt_uidmap, fixed.mnt_uidmap_num].compactMap(IDMapping.init))
    gidMap = value(.gidMap, texts[fixed.mnt_gidmap, fixed.mnt_gidmap_num].compactMap(IDMapping.init))
    supported = value(.supported, StatMountFields(rawValue: fixed.supported_mask))
  }
}

/// The texts after struct statmount, each ended by a NUL byte.
private struct Texts {
  let bytes: UnsafeRawBufferPointer

  subscript(offset: UInt32) -> String { self[offset, 1].first ?? "" }

  subscript(offset: UInt32, count: UInt32) -> [String] {
    var rest = bytes.dropFirst(Int(offset))
    return (0..<count).map { _ in
      let text = rest.prefix { $0 != 0 }
      rest = rest.dropFirst(text.count + 1)
      return String(decoding: text, as: UTF8.self)
    }
  }
}

extension MountStatus.Superblock {
  fileprivate init(_ from: clinux_statmount) {
    device = DeviceNumber(from.sb_dev_major, from.sb_dev_minor)
    magic = from.sb_magic
    flags = MountFlags(rawValue: UInt(from.sb_flags))
  }
}

extension MountStatus.Mount {
  fileprivate init(_ from: clinux_statmount) {
    id = MountID(rawValue: from.mnt_id)
    parent = MountID(rawValue: from.mnt_parent_id)
    reusedID = from.mnt_id_old
    reusedParent = from.mnt_parent_id_old
    attributes = MountAttributes(rawValue: from.mnt_attr)
    propagation = MountFlags(rawValue: UInt(from.mnt_propagation))
    peerGroup = from.mnt_peer_group
    master = from.mnt_master
  }
}
