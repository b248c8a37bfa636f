import Glibc
import SystemPackage
import TestSupport
import Testing

@testable import Linux

@Suite("statmount, listmount, mount ids", .requires(.root), .requires(.kernel(6, 15)))
struct StatmountTests {
  @Test func statmountTellsEverything() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a b")
        try mount("cask", "/tmp/a b", "tmpfs", [.noSuid, .noExec], "size=1m,mode=700")
        let status = try statmount(try mountID(of: "/tmp/a b"))
        let line = try #require(try lines(of: "/proc/thread-self/mountinfo").last).split(separator: " ")

        expectEqual(status.filesystemType, "tmpfs")
        expectEqual(status.source, "cask")
        expectEqual(status.root, "/")
        expectEqual(status.mountPoint, "/tmp/a b")
        expectContains(status.options, "size=1024k,mode=700")
        #expect(status.optionArray?.contains("size=1024k") == true)
        #expect(status.optionArray?.contains("mode=700") == true)
        expectEqual(status.propagateFrom, 0)
        expectEqual(status.filesystemSubtype, nil)
        expectEqual(status.uidMap, nil)

        let mount = try #require(status.mount)
        expectEqual(mount.id, try mountID(of: "/tmp/a b"))
        expectEqual(mount.parent, try mountID(of: "/tmp"))
        expectEqual("\(mount.reusedID)", String(line[0]))
        expectEqual("\(mount.reusedParent)", String(line[1]))
        expectEqual(mount.attributes, [.noSuid, .noExec])
        expectEqual(mount.propagation, .private)
        expectEqual([mount.peerGroup, mount.master], [0, 0])

        let superblock = try #require(status.superblock)
        expectEqual(superblock.device, try statx("/tmp/a b").device)
        expectEqual("\(superblock.device)", String(line[2]))
        expectEqual(superblock.magic, 0x0102_1994)
        expectEqual(superblock.flags.contains(.readOnly), false)

        // What this kernel says that it knows, and what it gave, are of one mind.
        let supported = try #require(status.supported)
        #expect(supported.isSuperset(of: status.fields))
        expectEqual(supported.intersection(.all), .all)
      }
    }
  }

  @Test func statmountGivesWhatIsAskedFor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let status = try statmount(try mountID(of: "/proc"), [.filesystemType])
        expectEqual(status.filesystemType, "proc")
        expectEqual(status.fields, .filesystemType)
        expectEqual(status.mount, nil)
        let error = expectErrno(.noSuchFileOrDirectory) {
          _ = try statmount(MountID(rawValue: 1 << 40), .mount)
        }
        expectEqual(
          error.map { "\($0)" },
          """
          statmount(mnt_id: 1099511627776, param: STATMOUNT_MNT_BASIC, mnt_ns_id: 0): \
          no such file or directory (ENOENT)
          """)
      }
    }
  }

  @Test func textsOfAnyLengthAreWhole() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        // Longer than the first buffer: overlayfs shows the names of its 60 layers.
        var layers: [String] = []
        for number in 0..<60 {
          layers.append("/tmp/\(String(repeating: "x", count: 120))\(number)")
          try mkdir(layers[number])
        }
        let context = try fsopen("overlay")
        for layer in layers { try fsconfig(context, .string("lowerdir+", layer)) }
        try fsconfig(context, .create)
        try mkdir("/tmp/all")
        try move_mount(try fsmount(context), "/tmp/all")
        let status = try statmount(try mountID(of: "/tmp/all"))
        expectEqual(
          status.optionArray?.filter { $0.hasPrefix("lowerdir+=") }, layers.map { "lowerdir+=\($0)" })
        #expect((status.options?.utf8.count ?? 0) > 7000)
      }
    }
  }

  @Test func listmountTellsTheMountsBelow() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("none", "/tmp/a", "tmpfs")
        var made: [MountID] = []
        for name in ["b", "c", "d", "e", "f"] {
          try mkdir("/tmp/a/\(name)")
          try mount("none", "/tmp/a/\(name)", "tmpfs")
          made.append(try mountID(of: "/tmp/a/\(name)"))
        }
        let top = try mountID(of: "/tmp/a")
        expectEqual(try listmount(top), made)
        expectEqual(try listmount(top, reverse: true), made.reversed())
        for size in 1...6 {
          expectEqual(try listmount(top, pageSize: size), made)
          expectEqual(try listmount(top, reverse: true, pageSize: size), made.reversed())
        }
        let all = try listmount()
        #expect(all.contains(top))
        expectEqual(all.count, try lines(of: "/proc/thread-self/mountinfo").count)
        expectEqual(try listmount(try mountID(of: "/")), all.filter { $0 != (try? mountID(of: "/")) })
        expectErrno(.noSuchFileOrDirectory) { _ = try listmount(MountID(rawValue: 1 << 40)) }
      }
    }
  }

  @Test func anotherNamespacesMountsAreTold() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        try mkdir("/tmp/a")
        try mount("left-behind", "/tmp/a", "tmpfs")
        let id = try mountID(of: "/tmp/a")
        let namespace = try #require(try statmount(id).namespace)
        // It lives as long as somebody holds it.
        let left = try NamespaceDescriptor(opening: "/proc/thread-self/ns/mnt")
        defer { withExtendedLifetime(left.descriptor.rawValue) {} }
        try unshare(.newNS)
        expectErrno(.noSuchFileOrDirectory) { _ = try statmount(id) }
        expectEqual(try statmount(id, in: namespace).source, "left-behind")
        #expect(try listmount(.root, in: namespace).contains(id))
        #expect(try !listmount().contains(id))
        let none = MountNamespaceID(rawValue: 1 << 40)
        expectErrno(.noSuchFileOrDirectory) { _ = try statmount(id, in: none) }
        expectErrno(.noSuchFileOrDirectory) { _ = try listmount(.root, in: none) }
      }
    }
  }

  @Test func aMountHasAnIdByPathAndByDescriptor() async {
    await #expect(processExitsWith: .success) {
      try isolated {
        let detached = try open_tree("/proc", .clone)
        let opened = try open_tree("/proc")
        #expect(try mountID(of: detached) != mountID(of: "/proc"))
        expectEqual(try mountID(of: opened), try mountID(of: "/proc"))
        expectErrno(.noSuchFileOrDirectory) { _ = try mountID(of: "/tmp/nowhere") }
        expectErrno(.badFileDescriptor) { _ = try mountID(of: FileDescriptor(rawValue: 987)) }
        // In no namespace, so the kernel tells nothing of it.
        let id = try mountID(of: detached)
        expectErrno(.noSuchFileOrDirectory) { _ = try statmount(id) }
      }
    }
  }
}
