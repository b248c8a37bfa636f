import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("Directories, nodes, owners, with paths and with descriptors", .requires(.root))
struct DirectoryTests {
  @Test func directoriesAreMadeAndRemoved() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a", .ownerReadWriteExecute)
        expectEqual(try statx("/tmp/a").mode.permissions, .ownerReadWriteExecute)
        let error = expectErrno(.fileExists) { try mkdir("/tmp/a") }
        expectContains(error.map { "\($0)" }, "mkdir(pathname: \"/tmp/a\", mode: ")
        expectErrno(.noSuchFileOrDirectory) { try mkdir("/tmp/b/c") }
        try mkdir("/tmp/a/b")
        expectErrno(.directoryNotEmpty) { try rmdir("/tmp/a") }
        try mount("none", "/tmp/a/b", "tmpfs")
        expectErrno(.resourceBusy) { try rmdir("/tmp/a/b") }
        try umount("/tmp/a/b")
        try rmdir("/tmp/a/b")
        try rmdir("/tmp/a")
        expectErrno(.noSuchFileOrDirectory) { try rmdir("/tmp/a") }
        try writeFile("/tmp/f", "")
        expectErrno(.notDirectory) { try rmdir("/tmp/f") }
      }
    }
  }

  @Test func chdirAndChrootChangeWhatPathsMean() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/root")
        try mkdir("/tmp/root/inner")
        expectErrno(.noSuchFileOrDirectory) { try chdir("/tmp/nowhere") }
        expectErrno(.notDirectory) { try chdir("/proc/version") }
        expectErrno(.noSuchFileOrDirectory) { try chroot("/tmp/nowhere") }
        expectErrno(.notDirectory) { try chroot("/proc/version") }
        try chdir("/tmp")
        expectEqual(try statx("root/inner").inode, try statx("/tmp/root/inner").inode)
        let inode = try statx("/tmp/root").inode
        try chroot("root")
        expectEqual(try statx("/").inode, inode)
        expectEqual(try statx("/..").inode, inode)
        // As the documentation says: the current directory is still outside.
        expectEqual(try statx("root").inode, inode)
        try chdir("/inner")
        try inChild {
          _ = setuid(12345)
          expectErrno(.notPermitted) { try chroot("/inner") }
        }
      }
    }
  }

  @Test func linksAreMadeReadAndRemoved() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let long = "/tmp/" + String(repeating: "x/", count: 2000) + "y"
        for target in ["relative/../text", long, "ünïcode"] {
          try symlink(target, "/tmp/link")
          expectEqual(try readlink("/tmp/link").string, target)
          try unlink("/tmp/link")
        }
        expectErrno(.noSuchFileOrDirectory) { _ = try readlink("/tmp/link") }
        expectErrno(.noSuchFileOrDirectory) { try unlink("/tmp/link") }
        expectErrno(.isDirectory) { try unlink("/tmp") }
        expectErrno(.invalidArgument) { _ = try readlink("/tmp") }
        try symlink("x", "/tmp/link")
        let error = expectErrno(.fileExists) { try symlink("y", "/tmp/link") }
        expectEqual(
          error.map { "\($0)" },
          "symlink(target: \"y\", linkpath: \"/tmp/link\"): file exists (EEXIST)")
        expectErrno(.noSuchFileOrDirectory) { try symlink("", "/tmp/other") }
        expectErrno(.fileNameTooLong) { try symlink(String(repeating: "x", count: 4096), "/tmp/other") }
      }
    }
  }

  @Test func nodesOfEachKindAreMade() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for (type, found) in [
          (NodeType.fifo, FileType.fifo), (.regular, .regular), (.socket, .socket),
          (.characterDevice, .characterSpecial), (.blockDevice, .blockSpecial),
        ] {
          try mknod("/tmp/node", type, DeviceNumber(0xabc, 0x12345), .ownerReadWrite)
          let status = try statx("/tmp/node")
          expectEqual(status.mode, FileMode(type: found, permissions: .ownerReadWrite))
          if type == .characterDevice || type == .blockDevice {
            expectEqual(status.specialDevice, DeviceNumber(0xabc, 0x12345))
          }
          expectErrno(.fileExists) { try mknod("/tmp/node", type) }
          try unlink("/tmp/node")
        }
        try mknod("/tmp/null", .characterDevice, DeviceNumber(1, 3))
        try writeFile("/tmp/null", "gone")
        expectEqual(try readFile("/tmp/null"), "")
        try inChild(.newUser) {
          expectErrno(.notPermitted) { try mknod("/tmp/n", .characterDevice, DeviceNumber(1, 3)) }
        }
      }
    }
  }

  @Test(.requires(.kernel(6, 6)))
  func pathsBeginAtADescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        let directory = try open("/tmp/a", [.directory, .path])
        // The directory is meant, whatever its path has become.
        try mkdir("/tmp/b")
        try mount("none", "/tmp/a", "tmpfs")
        try mkdir(at: directory, "d", .ownerReadWriteExecute)
        try symlink("text", at: directory, "l")
        try mknod(at: directory, "p", .fifo)
        expectErrno(.noSuchFileOrDirectory) { _ = try statx("/tmp/a/d") }
        expectEqual(try readlink(at: directory, "l"), "text")
        try umount("/tmp/a")
        expectEqual(try statx("/tmp/a/p").mode.type, .fifo)

        try chmod(at: directory, "p", .groupRead)
        expectEqual(try statx("/tmp/a/p").mode.permissions, .groupRead)
        try chmod(at: directory, "", .ownerExecute)
        expectEqual(try statx("/tmp/a").mode.permissions, .ownerExecute)
        try fchownat(directory, "l", owner: 5)
        expectEqual(try statx("/tmp/a/l", .symlinkNoFollow).uid, 5)
        try fchownat(directory, "", group: 6)
        expectEqual([try statx("/tmp/a").uid, try statx("/tmp/a").gid], [0, 6])

        expectErrno(.isDirectory) { try unlink(at: directory, "d") }
        expectErrno(.notDirectory) { try rmdir(at: directory, "p") }
        for name in ["l", "p"] { try unlink(at: directory, name) }
        try rmdir(at: directory, "d")
        let closed = FileDescriptor(rawValue: 987)
        expectErrno(.badFileDescriptor) { try mkdir(at: closed, "x") }
        expectErrno(.badFileDescriptor) { try rmdir(at: closed, "x") }
        expectErrno(.badFileDescriptor) { try unlink(at: closed, "x") }
        expectErrno(.badFileDescriptor) { try symlink("x", at: closed, "x") }
        expectErrno(.badFileDescriptor) { _ = try readlink(at: closed, "x") }
        expectErrno(.badFileDescriptor) { try mknod(at: closed, "x", .fifo) }
        let error = expectErrno(.badFileDescriptor) { try fchownat(closed, "x", group: 3) }
        expectEqual(
          error.map { "\($0)" },
          "fchownat(dirfd: 987, pathname: \"x\", owner: -1, group: 3): bad file descriptor (EBADF)")
      }
    }
  }

  @Test func ownersAndModesAreChanged() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // Not in /tmp itself: fs.protected_symlinks has a say about links in sticky directories.
        try mkdir("/tmp/own")
        try writeFile("/tmp/own/f", "")
        try symlink("f", "/tmp/own/link")
        try lchown("/tmp/own/link", owner: 3, group: 4)
        expectEqual(try statx("/tmp/own/f").uid, 0)
        expectEqual(try statx("/tmp/own/link", .symlinkNoFollow).gid, 4)
        try chown("/tmp/own/link", owner: 5)
        expectEqual([try statx("/tmp/own/f").uid, try statx("/tmp/own/f").gid], [5, 0])
        try chmod("/tmp/own/link", .otherRead)
        expectEqual(try statx("/tmp/own/f").mode.permissions, .otherRead)
        try fchmod(try open("/tmp/own/f"), .groupWrite)
        expectEqual(try statx("/tmp/own/f").mode.permissions, .groupWrite)

        expectErrno(.noSuchFileOrDirectory) { try chmod("/tmp/own/nowhere", []) }
        expectErrno(.noSuchFileOrDirectory) { try lchown("/tmp/own/nowhere", owner: 0, group: 0) }
        expectErrno(.noSuchFileOrDirectory) { try chown("/tmp/own/nowhere", owner: 0, group: 0) }
        expectErrno(.badFileDescriptor) { try fchmod(try open("/tmp/own/f", .path), []) }
        try inChild {
          _ = setuid(12345)
          expectErrno(.notPermitted) { try lchown("/tmp/own/f", owner: 12345) }
          expectErrno(.notPermitted) { try chmod("/tmp/own/f", .ownerReadWrite) }
        }
      }
    }
  }

  @Test func umaskHoldsBitsBack() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let old = umask([.groupReadWriteExecute, .otherReadWriteExecute])
        try mkdir("/tmp/a")
        expectEqual(try statx("/tmp/a").mode.permissions, .ownerReadWriteExecute)
        expectEqual(umask(old), [.groupReadWriteExecute, .otherReadWriteExecute])
        expectEqual(umask(old), old)
      }
    }
  }
}
