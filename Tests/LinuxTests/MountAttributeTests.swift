import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("mount_setattr, open_tree_attr, idmapped mounts", .requires(.root))
struct MountAttributeTests {
  @Test func attributesAreSetAndCleared() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs", [.noExec, .readOnly])
        try mount_setattr("/tmp/a", MountAttributeChange(set: [.noSuid, .noDev], clear: .readOnly))
        expectEqual(try options(of: "/tmp/a"), "rw,nosuid,nodev,noexec,relatime")
        let times = MountAttributeChange(set: [.noATime, .noDirATime], clear: [.accessTime, .noExec])
        try mount_setattr("/tmp/a", times)
        expectEqual(try options(of: "/tmp/a"), "rw,nosuid,nodev,noatime,nodiratime")
        try mount_setattr(
          "/tmp/a", MountAttributeChange(set: .strictATime, clear: [.accessTime, .noDirATime]))
        expectEqual(try options(of: "/tmp/a"), "rw,nosuid,nodev")

        let halved = MountAttributeChange(set: .noATime)
        let error = expectErrno(.invalidArgument) { try mount_setattr("/tmp/a", halved) }
        expectEqual(
          error.map { "\($0)" },
          """
          mount_setattr(dirfd: AT_FDCWD, pathname: "/tmp/a", flags: 0, \
          attr: {attr_set: MOUNT_ATTR_NOATIME}): invalid argument (EINVAL)
          """)
        expectErrno(.invalidArgument) {
          try mount_setattr("/tmp/a/..", MountAttributeChange(set: MountAttributes(rawValue: 1 << 40)))
        }
        expectErrno(.noSuchFileOrDirectory) { try mount_setattr("/tmp/nowhere", times) }
        try mkdir("/tmp/plain")
        expectErrno(.invalidArgument) { try mount_setattr("/tmp/plain", times) }
      }
    }
  }

  @Test func recursiveReachesEveryMountBelow() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs")
        try mkdir("/tmp/a/b")
        try mount("none", "/tmp/a/b", "tmpfs")
        try mount_setattr("/tmp/a", .recursive, MountAttributeChange(set: .readOnly, propagation: .shared))
        for path in ["/tmp/a", "/tmp/a/b"] {
          expectEqual(try options(of: path), "ro,relatime")
          expectContains(try mountsAt(path).first, " shared:")
        }
        // A file that is open for writing: neither of the two becomes read-only.
        try mount_setattr("/tmp/a", .recursive, MountAttributeChange(clear: .readOnly))
        let file = try FileDescriptor.open(
          "/tmp/a/b/f", .writeOnly, options: .create, permissions: .ownerReadWrite)
        expectErrno(.resourceBusy) {
          try mount_setattr("/tmp/a", .recursive, MountAttributeChange(set: .readOnly))
        }
        expectEqual(try options(of: "/tmp/a"), "rw,relatime")
        try file.close()
      }
    }
  }

  @Test(.requires(.kernel(6, 8)))
  func everyPropagationIsSet() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs")
        for (propagation, word) in [
          (MountPropagation.shared, " shared:"), (.slave, ",relatime - "), (.private, ",relatime - "),
          (.unbindable, " unbindable "),
        ] {
          try mount_setattr("/tmp/a", MountAttributeChange(propagation: propagation))
          expectContains(try mountsAt("/tmp/a").first, word)
          let told = try statmount(try mountID(of: "/tmp/a")).mount?.propagation
          // A slave without a master is private.
          expectEqual(told, propagation == .slave ? .private : propagation.flags)
        }
      }
    }
  }

  @Test(.requires(.kernel(6, 15)))
  func anIdmappedMountShowsOtherOwners() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mkdir("/tmp/b")
        try mount("none", "/tmp/a", "tmpfs")
        try writeFile("/tmp/a/file", "")
        let users = try userNamespace("0 1000 10\n")
        let copy = try open_tree("/tmp/a", .clone)
        try mount_setattr(copy, MountAttributeChange(userNamespace: users.descriptor.fileDescriptor))
        try move_mount(copy, "/tmp/b")
        expectEqual(try statx("/tmp/a/file").uid, 0)
        expectEqual(try statx("/tmp/b/file").uid, 1000)
        let status = try statmount(try mountID(of: "/tmp/b"))
        expectEqual(status.uidMap, [IDMapping(inside: 0, outside: 1000, count: 10)])
        expectEqual(status.gidMap, [IDMapping(inside: 0, outside: 1000, count: 10)])
        #expect(status.mount?.attributes.contains(.idMap) == true)

        // Attached, or with a map already, it can't be given one; and only by a user namespace.
        let map = MountAttributeChange(userNamespace: users.descriptor.fileDescriptor)
        expectErrno(.notPermitted) { try mount_setattr("/tmp/b", map) }
        expectErrno(.invalidArgument) { try mount_setattr("/tmp/a", map) }
        let other = try open_tree("/tmp/a", .clone)
        let network = try NamespaceDescriptor(opening: "/proc/thread-self/ns/net")
        expectErrno(.invalidArgument) {
          try mount_setattr(other, MountAttributeChange(userNamespace: network.descriptor.fileDescriptor))
        }
        expectErrno(.badFileDescriptor) {
          try mount_setattr(other, MountAttributeChange(userNamespace: FileDescriptor(rawValue: 987)))
        }
      }
    }
  }

  @Test(.requires(.kernel(6, 15)))
  func openTreeAttrDoesBothInOneCall() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mkdir("/tmp/b")
        try mount("none", "/tmp/a", "tmpfs")
        try writeFile("/tmp/a/file", "")
        let users = try userNamespace("0 3000 1\n")
        let change = MountAttributeChange(
          set: .readOnly, userNamespace: users.descriptor.fileDescriptor)
        try move_mount(try open_tree_attr("/tmp/a", .clone, change), "/tmp/b")
        expectEqual(try statx("/tmp/b/file").uid, 3000)
        #expect(try options(of: "/tmp/b").hasPrefix("ro,"))
        expectErrno(.invalidArgument) {
          _ = try open_tree_attr("/tmp/a", .clone, MountAttributeChange(set: .noATime))
        }
        expectErrno(.noSuchFileOrDirectory) { _ = try open_tree_attr("/tmp/nowhere", .clone, change) }
      }
    }
  }
}

private func options(of path: String) throws -> String {
  let line = try #require(try mountsAt(path).first)
  return String(line.split(separator: " ")[5])
}

/// A user namespace with this map for users and groups; nobody lives in it.
func userNamespace(_ map: String) throws -> NamespaceDescriptor {
  var gate = try pipe()
  let child = try clone(.newUser) {
    gate.closeWriteEnd()
    _ = try gate.readEnd.read(upTo: 1)
  }
  try writeFile("/proc/\(child)/uid_map", map)
  try writeFile("/proc/\(child)/gid_map", map)
  let namespace = try NamespaceDescriptor(opening: "/proc/\(child)/ns/user")
  gate.closeWriteEnd()
  try waitpid(child)
  return namespace
}
