import Linux
import SystemPackage
import TestSupport
import Testing

@Suite("fsopen, fsconfig, fsmount, fspick, open_tree, move_mount", .requires(.root))
struct MountAPITests {
  @Test func aFilesystemIsConfiguredMadeAndMounted() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        let context = try fsopen("tmpfs")
        try fsconfig(context, .string("source", "cask"))
        try fsconfig(context, .string("size", "1m"))
        try fsconfig(context, .string("mode", "700"))
        try fsconfig(context, .create)
        let mount = try fsmount(context, [.noSuid, .noDev, .noExec, .noSymFollow])
        expectEqual(try mountsAt("/tmp/a"), [])
        try move_mount(mount, "/tmp/a")
        let line = try #require(try mountsAt("/tmp/a").first)
        expectContains(line, " rw,nosuid,nodev,noexec,relatime,nosymfollow ")
        expectContains(line, " - tmpfs cask rw,size=1024k,mode=700")
        expectErrno(.resourceBusy) { _ = try fsmount(context) }
      }
    }
  }

  @Test func theFilesystemsWordsAreInTheError() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let context = try fsopen("tmpfs")
        let fd = context.descriptor.rawValue
        let error = expectErrno(.invalidArgument) { try fsconfig(context, .string("size", "much")) }
        expectEqual(
          error.map { "\($0)" },
          """
          fsconfig(fs_fd: \(fd), cmd: FSCONFIG_SET_STRING, key: "size", value: "much"): \
          invalid argument (EINVAL); tmpfs: Bad value for 'size'
          """)
        let unknown = expectErrno(.invalidArgument) { try fsconfig(context, .flag("no-such")) }
        expectEqual(unknown?.hint, "tmpfs: Unknown parameter 'no-such'")
        expectEqual(context.readMessages(), [])
        // Without the library's reading there are messages to read.
        try fsconfig(context, .string("source", "one"))
        let second = expectErrno(.invalidArgument) { try fsconfig(context, .string("source", "two")) }
        expectContains(second?.hint, "Multiple sources")
        expectErrno(.invalidArgument) { try fsconfig(context, .string("si\0ze", "1m")) }
        expectErrno(Errno(rawValue: 19)) { _ = try fsopen("no-such-filesystem") }
        expectErrno(.invalidArgument) { _ = try fsmount(context) }
      }
    }
  }

  @Test func aParameterIsAFileABlobOrADirectory() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for name in ["/tmp/lower", "/tmp/upper", "/tmp/work", "/tmp/all"] { try mkdir(name) }
        try writeFile("/tmp/lower/file", "text")
        let context = try fsopen("overlay")
        let lower = try open_tree("/tmp/lower", .clone)
        // By descriptor since Linux 6.13, where `lowerdir+` takes one; else by name.
        do {
          try fsconfig(context, .descriptor("lowerdir+", lower.fileDescriptor))
        } catch {
          try fsconfig(context, .string("lowerdir", "/tmp/lower"))
        }
        try fsconfig(context, .string("upperdir", "/tmp/upper"))
        try fsconfig(context, .string("workdir", "/tmp/work"))
        try fsconfig(context, .create)
        try move_mount(try fsmount(context), "/tmp/all")
        expectEqual(try readFile("/tmp/all/file"), "text")

        // tmpfs takes none of these kinds: the command arrives, and the refusal is the filesystem's.
        let other = try fsopen("tmpfs")
        let directory = try FileDescriptor.open("/tmp", .readOnly, options: .directory)
        for command in [
          FilesystemCommand.binary("size", [1, 2, 3]), .path("size", "/tmp"),
          .path("size", "lower", at: directory), .emptyPath("size", directory),
          .descriptor("size", directory),
        ] {
          let error = expectErrno(.invalidArgument) { try fsconfig(other, command) }
          expectContains(error.map { "\($0)" }, "cmd: \(command.name), key: \"size\"")
          expectContains(error?.hint, "size")
        }
        expectErrno(.badFileDescriptor) {
          try fsconfig(other, .descriptor("size", FileDescriptor(rawValue: 987)))
        }
      }
    }
  }

  @Test(.requires(.kernel("ext4", probe: hasExt4)))
  func aParameterIsAPath() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // The device of a journal: looked up now, and opened at the filesystem's making only.
        try mknod("/tmp/device", .blockDevice, DeviceNumber(7, 99))
        let tmp = try FileDescriptor.open("/tmp", .readOnly, options: .directory)
        let device = try open("/tmp/device", .path)
        for command in [
          FilesystemCommand.path("journal_path", "/tmp/device"), .path("journal_path", "device", at: tmp),
          .emptyPath("journal_path", device.fileDescriptor), .string("journal_path", "/tmp/device"),
        ] {
          try fsconfig(try fsopen("ext4"), command)
        }
        let context = try fsopen("ext4")
        expectErrno(.invalidArgument) { try fsconfig(context, .path("journal_path", "/tmp/nowhere")) }
        expectErrno(.invalidArgument) { try fsconfig(context, .emptyPath("journal_path", tmp)) }
      }
    }
  }

  @Test(.requires(.kernel(6, 6)))
  func createExclusiveTakesNoOtherFilesystem() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        let first = try fsopen("tmpfs")
        try fsconfig(first, .createExclusive)
        try move_mount(try fsmount(first), "/tmp/a")
        // One cgroup2 for the whole system: a second superblock can't be.
        let second = try fsopen("sysfs")
        try fsconfig(second, .create)
        let third = try fsopen("sysfs")
        expectErrno(.resourceBusy) { try fsconfig(third, .createExclusive) }
        // A context that failed is of no more use.
        expectErrno(.resourceBusy) { try fsconfig(third, .create) }
        expectErrno(.resourceBusy) { try fsconfig(fspick("/tmp/a"), .createExclusive) }
      }
    }
  }

  @Test func fspickReconfiguresAFilesystem() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs", [], "size=1m")
        let context = try fspick("/tmp/a", .symlinkNoFollow)
        try fsconfig(context, .string("size", "2m"))
        try fsconfig(context, .flag("ro"))
        try fsconfig(context, .reconfigure)
        let line = try #require(try mountsAt("/tmp/a").first)
        expectContains(line, " ro,size=2048k")
        expectErrno(.readOnlyFileSystem) { try mkdir("/tmp/a/b") }
        expectErrno(.invalidArgument) { _ = try fspick("/tmp/a/..//a/../../proc/self") }
        expectErrno(.noSuchFileOrDirectory) { _ = try fspick("/tmp/nowhere") }
        let root = try open_tree("/tmp/a")
        _ = try fspick(at: root, "", .emptyPath)
      }
    }
  }

  @Test func openTreeCopiesAMount() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mkdir("/tmp/b")
        try mount("none", "/tmp/a", "tmpfs", .noSuid)
        try mkdir("/tmp/a/inner")
        try mount("none", "/tmp/a/inner", "tmpfs", .noExec)
        let copy = try open_tree("/tmp/a", [.clone, .recursive])
        try move_mount(copy, "/tmp/b")
        expectContains(try mountsAt("/tmp/b").first, " rw,nosuid,")
        expectContains(try mountsAt("/tmp/b/inner").first, " rw,noexec,")

        // Without `clone` it is the mount itself, and moves.
        let itself = try open_tree("/tmp/b/inner")
        try mkdir("/tmp/c")
        try move_mount(itself, "/tmp/c")
        expectEqual(try mountsAt("/tmp/b/inner"), [])
        expectEqual(try mountsAt("/tmp/c").count, 1)

        expectErrno(.invalidArgument) { _ = try open_tree("/tmp/a", .recursive) }
        expectErrno(.noSuchFileOrDirectory) { _ = try open_tree("/tmp/nowhere") }
        try symlink("/tmp/a", "/tmp/link")
        let link = try open_tree("/tmp/link", .symlinkNoFollow)
        expectEqual(try readlink("/proc/thread-self/fd/\(link.descriptor.rawValue)"), "/tmp/link")
        expectErrno(.notDirectory) { _ = try open_tree(at: link, "x") }
        let error = expectErrno(.invalidArgument) { _ = try open_tree("/", OpenTreeFlags(rawValue: 1 << 30)) }
        expectEqual(
          error.map { "\($0)" },
          """
          open_tree(dirfd: AT_FDCWD, pathname: "/", flags: 0x40000000): invalid argument (EINVAL)
          """)
      }
    }
  }

  @Test func aDetachedMountGoesWithItsDescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs")
        func hold() throws {
          let copy = try open_tree("/tmp/a", .clone)
          try mkdir(at: copy, "made-through-the-copy")
        }
        try hold()
        try rmdir("/tmp/a/made-through-the-copy")
        try umount("/tmp/a")
      }
    }
  }

  @Test(.requires(.kernel(6, 5)))
  func moveMountPutsAMountBeneath() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("top", "/tmp/a", "tmpfs")
        let context = try fsopen("tmpfs")
        try fsconfig(context, .string("source", "below"))
        try fsconfig(context, .create)
        let below = try fsmount(context)
        try mkdir("/tmp/empty")
        expectErrno(.invalidArgument) { try move_mount(below, "/tmp/empty", .beneath) }
        try move_mount(below, "/tmp/a", .beneath)
        expectEqual(try sources(at: "/tmp/a").sorted(), ["below", "top"])
        try umount("/tmp/a")
        expectEqual(try sources(at: "/tmp/a"), ["below"])
      }
    }
  }

  @Test func moveMountSetsThePeerGroup() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for name in ["/tmp/a", "/tmp/b"] { try mkdir(name) }
        try mount("none", "/tmp/a", "tmpfs")
        try mount("/tmp/a", "/tmp/b", nil, .bind)
        try mount(nil, "/tmp/a", nil, .shared)
        func group(_ path: String) throws -> String? {
          try mountsAt(path).first?.split(separator: " ").first { $0.hasPrefix("shared:") }.map(String.init)
        }
        expectEqual(try group("/tmp/b"), nil)
        try move_mount("/tmp/a", "/tmp/b", .setGroup)
        #expect(try group("/tmp/b") != nil)
        expectEqual(try group("/tmp/b"), try group("/tmp/a"))
        expectErrno(.invalidArgument) { try move_mount("/tmp/a", "/tmp/b", .setGroup) }
      }
    }
  }

  @Test func moveMountFollowsAsToldAndFails() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        for name in ["/tmp/a", "/tmp/b"] { try mkdir(name) }
        try mount("none", "/tmp/a", "tmpfs")
        try symlink("b", "/tmp/link")
        let tmp = try FileDescriptor.open("/tmp", .readOnly, options: .directory)
        try move_mount(from: tmp, "a", to: tmp, "link", .toSymlinks)
        expectEqual(try mountsAt("/tmp/b").count, 1)
        let target = try open_tree("/tmp/a")
        try move_mount(from: tmp, "b", to: target, "", .toEmptyPath)
        expectEqual(try mountsAt("/tmp/a").count, 1)
        expectErrno(.invalidArgument) { try move_mount("/tmp/b", "/tmp/a") }
        expectErrno(.noSuchFileOrDirectory) { try move_mount("/tmp/a", "/tmp/nowhere") }
        try mkdir("/tmp/a/below")
        expectErrno(.tooManySymbolicLinkLevels) { try move_mount("/tmp/a", "/tmp/a/below") }
        expectErrno(.notDirectory) { try move_mount("/tmp/a", "/proc/version/x") }
      }
    }
  }
}

private func hasExt4() -> Bool { (try? readFile("/proc/filesystems"))?.contains("\text4\n") == true }

private func sources(at path: String) throws -> [String] {
  try mountsAt(path).compactMap { line in
    line.split(separator: " ").suffix(2).first.map(String.init)
  }
}
