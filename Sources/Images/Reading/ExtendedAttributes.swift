import CArchive
import Glibc

/// What a member has beside mode and owner.
struct ExtendedAttribute {
  /// With its namespace: "user.mime_type".
  let name: String
  let value: [UInt8]
}

extension Metadata {
  /// The extended attributes of a member that its file gets, access control lists among them, and the names of those
  /// that it doesn't get.
  ///
  /// - Throws: for those that overlayfs obeys: they would show a file that is elsewhere, or hide one.
  static func attributes(
    _ entry: OpaquePointer
  ) throws -> (kept: [ExtendedAttribute], leftOut: [String]) {
    var kept: [ExtendedAttribute] = []
    var leftOut: [String] = []
    var name: UnsafePointer<CChar>?
    var value: UnsafeRawPointer?
    var count = 0
    archive_entry_xattr_reset(entry)
    while archive_entry_xattr_next(entry, &name, &value, &count) == ARCHIVE_OK {
      guard let text = name.map({ String(cString: $0) }) else { continue }
      if begins(text, with: "trusted.overlay.") || begins(text, with: "user.overlay.") {
        throw Refusal("its attribute \(text) is overlayfs's own")
      }
      if isKept(text) {
        let bytes = UnsafeRawBufferPointer(start: value, count: count)
        kept.append(ExtendedAttribute(name: text, value: Array(bytes)))
      } else {
        leftOut.append(text)
      }
    }
    if archive_entry_fflags_text(entry) != nil { leftOut.append("file flags") }
    kept += try accessControlLists(entry)
    return (kept, leftOut)
  }

  /// Others are labels of the machine that made the tar (security.selinux), or belong to a filesystem.
  private static func isKept(_ name: String) -> Bool {
    name == "security.capability" || begins(name, with: "user.") || begins(name, with: "system.posix_acl_")
  }

  /// By bytes, as the kernel looks at it: `hasPrefix` takes a dot and an accent behind it for one.
  private static func begins(_ name: String, with prefix: String) -> Bool {
    name.utf8.starts(with: prefix.utf8)
  }
}

private func accessControlLists(_ entry: OpaquePointer) throws -> [ExtendedAttribute] {
  let lists = [
    (ARCHIVE_ENTRY_ACL_TYPE_ACCESS, "system.posix_acl_access"),
    (ARCHIVE_ENTRY_ACL_TYPE_DEFAULT, "system.posix_acl_default"),
  ]
  if archive_entry_acl_types(entry) & ~(lists[0].0 | lists[1].0) != 0 {
    throw Refusal("its access control list is not one of Linux's")
  }
  return try lists.compactMap { type, name in
    let value = try accessControlList(entry, type)
    return value.map { ExtendedAttribute(name: name, value: $0) }
  }
}

/// One list as the kernel takes it, <linux/posix_acl_xattr.h>: a version, then tag, permissions and id of each entry,
/// little-endian and in the order of the tags. nil for a list that says no more than the mode.
private func accessControlList(_ entry: OpaquePointer, _ wanted: CInt) throws -> [UInt8]? {
  let count = archive_entry_acl_reset(entry, wanted)
  if count == 0 { return nil }
  var list: [(tag: UInt16, permissions: UInt16, id: UInt32)] = []
  var (type, permissions, tag, id) = (CInt(0), CInt(0), CInt(0), CInt(0))
  var name: UnsafePointer<CChar>?
  while true {
    let result = archive_entry_acl_next(entry, wanted, &type, &permissions, &tag, &id, &name)
    if result == ARCHIVE_EOF { break }
    guard result == ARCHIVE_OK, let known = kernelTag(tag) else {
      throw Refusal("its access control list can't be read")
    }
    let isNamed = known == 0x02 || known == 0x08
    if isNamed && id < 0 {
      let who = name.map { String(cString: $0) } ?? "somebody"
      throw Refusal(
        "its access control list names \(who) without a number; make the tar without --acls, or by bsdtar")
    }
    list.append((known, UInt16(permissions & 7), isNamed ? UInt32(id) : .max))
  }
  list.sort { $0.tag < $1.tag }
  var bytes: [UInt8] = [2, 0, 0, 0]
  for entry in list {
    withUnsafeBytes(of: entry.tag.littleEndian) { bytes += $0 }
    withUnsafeBytes(of: entry.permissions.littleEndian) { bytes += $0 }
    withUnsafeBytes(of: entry.id.littleEndian) { bytes += $0 }
  }
  return bytes
}

/// ACL_USER_OBJ and so on, <linux/posix_acl.h>.
private func kernelTag(_ tag: CInt) -> UInt16? {
  switch tag {
  case ARCHIVE_ENTRY_ACL_USER_OBJ: 0x01
  case ARCHIVE_ENTRY_ACL_USER: 0x02
  case ARCHIVE_ENTRY_ACL_GROUP_OBJ: 0x04
  case ARCHIVE_ENTRY_ACL_GROUP: 0x08
  case ARCHIVE_ENTRY_ACL_MASK: 0x10
  case ARCHIVE_ENTRY_ACL_OTHER: 0x20
  default: nil
  }
}
