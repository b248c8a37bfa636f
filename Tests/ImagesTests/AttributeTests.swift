import CLinux
import Images
import Linux
import Synchronization
import TestSupport
import Testing

/// Attributes and access control lists are kept, or it is said that they are not.
@Suite(.requires(.root)) struct AttributeTests {
  @Test func attributesAreKept() throws {
    let place = try Workplace()
    var tar = TarWriter()
    // A file may bind ports below 1024: version 2, effective, CAP_NET_BIND_SERVICE.
    let capability = "\u{1}\u{0}\u{0}\u{2}\u{0}\u{4}" + String(repeating: "\u{0}", count: 14)
    tar.add(
      "ping", .file("x"), mode: 0o755, uid: 7,
      pax: [("SCHILY.xattr.security.capability", capability), ("SCHILY.xattr.user.mime", "text")])
    tar.add("d/", .directory, mode: 0o500, pax: [("SCHILY.xattr.user.color", "blue")])
    let rootfs = try place.unpack(tar)
    #expect(attribute("security.capability", of: "\(rootfs)/ping") == Array(capability.utf8))
    #expect(attribute("user.mime", of: "\(rootfs)/ping") == Array("text".utf8))
    #expect(attribute("user.color", of: "\(rootfs)/d") == Array("blue".utf8))
    #expect(try status("\(rootfs)/ping").uid == 7)
  }

  @Test func accessControlListsAreKept() throws {
    let place = try Workplace()
    var tar = TarWriter()
    let list = "user::rwx,user:lisa:r--:1234,group::r-x,group:adm:-w-:4,mask::rwx,other::--x"
    tar.add("f", .file("x"), mode: 0o750, pax: [("SCHILY.acl.access", list)])
    tar.add("d/", .directory, mode: 0o750, pax: [("SCHILY.acl.default", list)])
    let rootfs = try place.unpack(tar)
    let none: [UInt8] = [255, 255, 255, 255]
    let expected: [[UInt8]] = [
      [2, 0, 0, 0], [1, 0, 7, 0] + none, [2, 0, 4, 0, 0xd2, 4, 0, 0], [4, 0, 5, 0] + none,
      [8, 0, 2, 0, 4, 0, 0, 0],
      [16, 0, 7, 0] + none, [32, 0, 1, 0] + none,
    ]
    #expect(attribute("system.posix_acl_access", of: "\(rootfs)/f") == expected.flatMap { $0 })
    #expect(attribute("system.posix_acl_default", of: "\(rootfs)/d") == expected.flatMap { $0 })
    // The group's bits of the mode are the mask.
    #expect(try status("\(rootfs)/f").mode.permissions.rawValue == 0o771)
  }

  @Test func aListThatNamesSomebodyWithoutANumberIsRefused() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add(
      "f", .file("x"), pax: [("SCHILY.acl.access", "user::rwx,user:lisa:r--,group::r-x,mask::r-x,other::---")]
    )
    try place.expectRefusal(tar, member: "f", "names lisa without a number")
  }

  @Test func whatIsLeftOutIsTold() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("a", .file(""), pax: [("SCHILY.xattr.security.selinux", "system_u:object_r:bin_t:s0")])
    tar.add(
      "b", .symbolicLink("a"),
      pax: [("SCHILY.xattr.security.selinux", "x"), ("SCHILY.xattr.trusted.other", "y")])
    tar.add("c", .file(""), pax: [("SCHILY.fflags", "nodump")])
    let notes = Notes()
    let rootfs = try place.unpack(tar, note: notes.add)
    #expect(
      notes.all == [
        "the image \(place.tar): file flags of 1 member was left out",
        "the image \(place.tar): security.selinux of 2 members was left out",
        "the image \(place.tar): trusted.other of 1 member was left out",
      ])
    #expect(attribute("security.selinux", of: "\(rootfs)/a") == nil)
  }

  private func attribute(_ name: String, of path: String) -> [UInt8]? {
    var value = [UInt8](repeating: 0, count: 1000)
    let count = value.withUnsafeMutableBytes { value in
      path._withAddress { path in
        name._withAddress { systemCall(__NR_lgetxattr, path, $0, address(value.baseAddress), value.count) }
      }
    }
    return count < 0 ? nil : Array(value.prefix(count))
  }
}

/// Lines that were noted, by whatever thread.
final class Notes: Sendable {
  private let lines = Mutex<[String]>([])
  var all: [String] { lines.withLock { $0 } }

  @Sendable func add(_ line: String) { lines.withLock { $0.append(line) } }
}
