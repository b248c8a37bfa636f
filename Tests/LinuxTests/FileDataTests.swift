import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("getdents64, getcwd, access, times, extended attributes, contents", .requires(.root))
struct FileDataTests {
  @Test func aDirectoryTellsItsNames() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/d")
        try mkdir("/tmp/d/sub")
        try symlink("x", "/tmp/d/link")
        // A name of bytes that are no text, and more names than one call gives.
        let odd = FilePath(platformString: [-1, 0x61, 0])
        try writeFile(FilePath("/tmp/d").appending(odd.components), "")
        for number in 0..<3000 { try writeFile("/tmp/d/file-\(number)", "") }
        let directory = try open("/tmp/d", .directory)
        for _ in 1...2 {
          let entries = try getdents64(directory)
          expectEqual(entries.count, 3003)
          expectEqual(Set(entries.map(\.name)).count, 3003)
          expectEqual(entries.first { $0.name == "sub" }?.type, .directory)
          expectEqual(entries.first { $0.name == "link" }?.type, .symbolicLink)
          let names = entries.map(\.name.string)
          expectEqual(names.filter { $0 == "file-2999" }, ["file-2999"])
          guard let last = entries.first(where: { $0.name == "file-2999" }) else { return }
          expectEqual(last.name, "file-2999")
          expectEqual(last.type, .regular)
          expectEqual(last.inode, try statx(at: directory, last.name).inode)
          expectEqual(try statx(at: directory, odd).mode.type, .regular)
          expectEqual(entries.contains { $0.name == odd }, true)
        }
        let error = expectErrno(.notDirectory) { _ = try getdents64(open("/tmp/d/file-1")) }
        expectContains(error.map { "\($0)" }, "count: 32768): not a directory (ENOTDIR)")
        try mkdir("/tmp/gone")
        let gone = try open("/tmp/gone", .directory)
        expectEqual(try getdents64(gone), [])
        try rmdir("/tmp/gone")
        expectErrno(.noSuchFileOrDirectory) { _ = try getdents64(gone) }
        expectErrno(.badFileDescriptor) { _ = try getdents64(FileDescriptor(rawValue: 987)) }
      }
    }
  }

  @Test func theCurrentDirectoryHasAPath() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try inChild {
          try mkdir("/tmp/a b")
          try chdir("/tmp/a b")
          expectEqual(try getcwd(), "/tmp/a b")
          try rmdir("/tmp/a b")
          let error = expectErrno(.noSuchFileOrDirectory) { _ = try getcwd() }
          expectEqual(error.map { "\($0)" }, "getcwd(): no such file or directory (ENOENT)")
        }
        try inChild {
          try mkdir("/tmp/root")
          try chdir("/tmp")
          try chroot("/tmp/root")
          expectErrno(.noSuchFileOrDirectory) { _ = try getcwd() }
        }
      }
    }
  }

  @Test func accessTellsWhatTheCallerMay() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try writeFile("/tmp/f", "")
        try chmod("/tmp/f", .ownerRead)
        try access("/tmp/f", [])
        // Root may, but executes nothing that nobody may.
        try access("/tmp/f", [.read, .write])
        let error = expectErrno(.permissionDenied) { try access("/tmp/f", [.read, .execute]) }
        expectEqual(
          error.map { "\($0)" },
          "access(pathname: \"/tmp/f\", mode: R_OK | X_OK): permission denied (EACCES)")
        expectErrno(.noSuchFileOrDirectory) { try access("/tmp/nowhere", []) }
        let file = try open("/tmp/f", .path)
        try access(at: file, "", .read, .emptyPath)
        expectErrno(.noSuchFileOrDirectory) { try access(at: file, "", .read) }
        try symlink("nowhere", "/tmp/link")
        try access(at: .currentDirectory, "/tmp/link", [], .symlinkNoFollow)
        expectErrno(.noSuchFileOrDirectory) { try access(at: .currentDirectory, "/tmp/link", []) }
        try mount(nil, "/tmp", nil, [.remount, .bind, .readOnly])
        expectErrno(.readOnlyFileSystem) { try access("/tmp/f", .write) }
        try mount(nil, "/tmp", nil, [.remount, .bind])
        try inChild {
          // The effective user is another than the real one.
          try setresuid(0, 7, 0)
          try access("/tmp/f", .read)
          let error = expectErrno(.permissionDenied) {
            try access(at: .currentDirectory, "/tmp/f", .read, .effectiveIDs)
          }
          expectEqual(
            error.map { "\($0)" },
            "faccessat2(dirfd: AT_FDCWD, pathname: \"/tmp/f\", mode: R_OK, flags: AT_EACCESS): "
              + "permission denied (EACCES)")
        }
        expectErrno(.invalidArgument) {
          try access(at: .currentDirectory, "/tmp/f", [], AccessFlags(rawValue: 1))
        }
        expectErrno(.badFileDescriptor) { try access(at: FileDescriptor(rawValue: 987), "x", []) }
      }
    }
  }

  @Test func timesAreSet() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let (old, older) = (
          FileStatus.Timestamp(seconds: 1_000_000_000, nanoseconds: 123_456_789),
          FileStatus.Timestamp(seconds: -5)
        )
        try writeFile("/tmp/f", "")
        try symlink("f", "/tmp/link")
        let now = try statx("/tmp/f").modificationTime
        try utimensat(.currentDirectory, "/tmp/link", access: .time(old), modification: .time(older))
        expectEqual(try statx("/tmp/link", .symlinkNoFollow).accessTime, old)
        expectEqual(try statx("/tmp/link", .symlinkNoFollow).modificationTime, older)
        expectEqual(try statx("/tmp/f").modificationTime, now)
        try utimensat(.currentDirectory, "/tmp/link", modification: .time(older), noFollow: false)
        expectEqual(try statx("/tmp/f").modificationTime, older)

        let file = try open("/tmp/f")
        try futimens(file, access: .time(old))
        expectEqual(try statx("/tmp/f").accessTime, old)
        expectEqual(try statx("/tmp/f").modificationTime, older)
        try futimens(file, modification: .now)
        expectEqual(try statx("/tmp/f").modificationTime >= now, true)
        expectEqual(try statx("/tmp/f").accessTime, old)

        // The kernel would take it for "now".
        let wrong = FileStatus.Timestamp(seconds: 0, nanoseconds: 0x3fff_ffff)
        let error = expectErrno(.invalidArgument) { try futimens(file, access: .time(wrong)) }
        expectEqual(
          error.map { "\($0)" },
          "futimens(fd: \(file.rawValue), atime: {0, 1073741823}, mtime: UTIME_OMIT): "
            + "invalid argument (EINVAL)")
        expectErrno(.noSuchFileOrDirectory) {
          try utimensat(.currentDirectory, "/tmp/nowhere", modification: .now)
        }
        expectErrno(.badFileDescriptor) { try futimens(open("/tmp/f", .path), modification: .now) }
        try inChild {
          try setresuid(7, 7, 7)
          expectErrno(.notPermitted) { try futimens(file, modification: .time(old)) }
          expectErrno(.permissionDenied) { try futimens(file, access: .now, modification: .now) }
        }
      }
    }
  }

  @Test func extendedAttributesAreSetAndRead() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let file = try open("/tmp/f", [.create, .readWrite])
        try fsetxattr(file, "trusted.cask", "oak".utf8)
        expectEqual(try fgetxattr(file, "trusted.cask"), Array("oak".utf8))
        try fsetxattr(file, "trusted.cask", [], .replace)
        expectEqual(try fgetxattr(file, "trusted.cask"), [])
        let error = expectErrno(.fileExists) { try fsetxattr(file, "trusted.cask", [1], .create) }
        expectEqual(
          error.map { "\($0)" },
          "fsetxattr(fd: \(file.rawValue), name: \"trusted.cask\", size: 1, flags: XATTR_CREATE): "
            + "file exists (EEXIST)")
        expectErrno(.noData) { try fsetxattr(file, "trusted.other", [1], .replace) }
        expectErrno(.noData) { _ = try fgetxattr(file, "trusted.other") }
        expectErrno(.notSupported) { try fsetxattr(file, "nonsense.cask", [1]) }
        expectErrno(.invalidArgument) { try fsetxattr(file, "trusted.a\0b", [1]) }
        expectErrno(.badFileDescriptor) { try fsetxattr(open("/tmp/f", .path), "trusted.cask", [1]) }
        try inChild {
          try setresuid(7, 7, 7)
          expectErrno(.notPermitted) { try fsetxattr(file, "trusted.cask", [1]) }
          expectErrno(.noData) { _ = try fgetxattr(file, "trusted.cask") }
        }
      }
    }
  }

  @Test func contentsAreWrittenAtAPlaceAndCut() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let file = try open("/tmp/f", [.create, .readWrite])
        try file.write("0123456789")
        try pwrite(file, "abc".utf8, 2)
        // A sequence without storage of its own, and the position as it was.
        try pwrite(file, (0..<3).lazy.map { UInt8(ascii: "x") + $0 }, 7)
        try file.write("!")
        expectEqual(try readFile("/tmp/f"), "01abc56xyz!")
        try ftruncate(file, 3)
        expectEqual(try readFile("/tmp/f"), "01a")
        try ftruncate(file, 5)
        expectEqual(try readFile("/tmp/f"), "01a\0\0")
        try fsync(file)
        try syncfs(file)

        let large = [UInt8](repeating: 7, count: 5 << 20)
        try mkdir("/tmp/small")
        try mount("tmpfs", "/tmp/small", "tmpfs", [], "size=4m")
        let full = try open("/tmp/small/f", [.create, .writeOnly])
        let error = expectErrno(.noSpace) { try pwrite(full, large, 0) }
        // What was left when it failed, and where.
        expectEqual(
          error.map { "\($0)" },
          "pwrite(fd: \(full.rawValue), count: 1048576, offset: 4194304): no space left on device (ENOSPC)")

        expectErrno(.invalidArgument) { try pwrite(file, [1], -1) }
        expectErrno(.illegalSeek) { try pwrite(pipe().writeEnd, [1], 0) }
        expectErrno(.badFileDescriptor) { try pwrite(open("/tmp/f"), [1], 0) }
        expectErrno(.invalidArgument) { try ftruncate(file, -1) }
        expectErrno(.invalidArgument) { try ftruncate(open("/tmp/f"), 1) }
        expectErrno(.invalidArgument) { try fsync(pipe().writeEnd) }
        expectErrno(.badFileDescriptor) { try fsync(FileDescriptor(rawValue: 987)) }
        expectErrno(.badFileDescriptor) { try syncfs(open("/tmp/f", .path)) }
      }
    }
  }

  @Test func aFileGetsASecondNameInAnotherDirectory() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for path in ["/tmp/a", "/tmp/b"] { try mkdir(path) }
        let a = try open("/tmp/a", .directory)
        let b = try open("/tmp/b", .directory)
        try writeFile("/tmp/a/f", "one")
        try link(from: a, "f", to: b, "g")
        expectEqual(try statx("/tmp/b/g").inode, try statx("/tmp/a/f").inode)
        try symlink("f", "/tmp/a/link")
        try link(from: a, "link", to: b, "link")
        expectEqual(try readlink("/tmp/b/link"), "f")
        let error = expectErrno(.fileExists) { try link(from: a, "f", to: b, "g") }
        expectEqual(
          error.map { "\($0)" },
          "linkat(olddirfd: \(a.rawValue), oldpath: \"f\", newdirfd: \(b.rawValue), newpath: \"g\"): "
            + "file exists (EEXIST)")
        expectErrno(.badFileDescriptor) { try link(from: FileDescriptor(rawValue: 987), "f", to: b, "x") }
      }
    }
  }
}
