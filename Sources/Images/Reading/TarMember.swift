import CArchive
import Linux
import SystemPackage

/// One member of a tar, as the tar tells it. Nothing of it is to be trusted.
struct TarMember {
  enum Kind {
    case regular(size: Int)
    case directory
    case symbolicLink(target: RawPath)
    /// To another member, by its name.
    case hardLink(target: RawPath)
    case node(NodeType, DeviceNumber)
  }

  let path: RawPath
  let kind: Kind
  let metadata: Metadata
}

/// Who may do what with a file, and its time.
struct Metadata {
  /// With the bits for setuid, setgid and sticky.
  let mode: FilePermissions
  let uid: UInt32
  let gid: UInt32
  let time: FileStatus.Timestamp
  let attributes: [ExtendedAttribute]
  /// The names of attributes that the file doesn't get.
  let leftOut: [String]

  /// What a directory gets that no member tells of, above one with this metadata: whoever unpacks the tar, and
  /// whenever, the tree is the same.
  var ofImpliedDirectory: Metadata {
    Metadata(
      mode: .usualDirectory, uid: 0, gid: 0, time: time, attributes: [],
      leftOut: [])
  }
}

extension TarMember {
  init(_ entry: OpaquePointer, _ limits: ImageLimits) throws {
    guard let name = archive_entry_pathname(entry), name.pointee != 0 else {
      throw Refusal("a member has no name")
    }
    path = RawPath(name)
    guard path.bytes.count <= limits.pathBytes else {
      throw Refusal("its name has \(path.bytes.count) bytes, more than \(limits.pathBytes)").of(member: path)
    }
    do {
      kind = try Kind(entry)
      metadata = try Metadata(entry)
    } catch { throw Refusal(error).of(member: path) }
  }
}

extension TarMember.Kind {
  fileprivate init(_ entry: OpaquePointer) throws {
    if let target = archive_entry_hardlink(entry) {
      self = .hardLink(target: RawPath(target))
      return
    }
    switch archive_entry_filetype(entry) {
    case 0o100000:
      guard let size = Int(exactly: archive_entry_size(entry)), size >= 0 else {
        throw Refusal("it has no size")
      }
      self = .regular(size: size)
    case 0o040000: self = .directory
    case 0o120000:
      guard let target = archive_entry_symlink(entry), target.pointee != 0 else {
        throw Refusal("it is a symbolic link to nothing")
      }
      self = .symbolicLink(target: RawPath(target))
    case 0o010000: self = .node(.fifo, DeviceNumber(0, 0))
    case 0o020000: self = .node(.characterDevice, try DeviceNumber(of: entry))
    case 0o060000: self = .node(.blockDevice, try DeviceNumber(of: entry))
    case let type: throw Refusal("it is of a type that no file has: \(String(type, radix: 8))")
    }
  }
}

extension DeviceNumber {
  fileprivate init(of entry: OpaquePointer) throws {
    let (major, minor) = (archive_entry_rdevmajor(entry), archive_entry_rdevminor(entry))
    // What mknod(2) takes: 12 bits and 20 bits.
    guard major < 1 << 12, minor < 1 << 20 else {
      throw Refusal("no device has the number \(major):\(minor)")
    }
    self.init(UInt32(major), UInt32(minor))
  }
}

extension Metadata {
  fileprivate init(_ entry: OpaquePointer) throws {
    mode = FilePermissions(rawValue: archive_entry_perm(entry) & 0o7777)
    uid = try owner(archive_entry_uid(entry))
    gid = try owner(archive_entry_gid(entry))
    time = FileStatus.Timestamp(
      seconds: Int64(archive_entry_mtime(entry)),
      nanoseconds: UInt32(truncatingIfNeeded: archive_entry_mtime_nsec(entry)))
    (attributes, leftOut) = try Metadata.attributes(entry)
  }
}

/// The largest number means "no change" to the kernel, and is no id.
private func owner(_ number: Int64) throws -> UInt32 {
  guard let id = UInt32(exactly: number), id < .max else { throw Refusal("\(number) is no owner's id") }
  return id
}
