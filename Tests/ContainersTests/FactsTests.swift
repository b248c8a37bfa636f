import Glibc
import Linux
import Synchronization
import Testing

@testable import Containers

struct FactsTests {
  private let image = ImageFacts(
    passwd: """
      root:x:0:0:root:/root:/bin/sh
      cask:x:1000:1001:Cask:/home/cask:/bin/sh
      1000:x:0:0::/:/bin/sh
      homeless:x:5:6:::
      short:x:7
      huge:x:99999999999:0::/:
      """,
    group: "root:x:0:\nhoops:x:1001:\nstaves:x:1002:cask,homeless\nbroken:x\n")

  @Test func aKernelThatIsTooOldIsNamed() {
    let obstacle = "Linux 5.12 or newer is needed, and this is 5.10.0-32-cloud-amd64"
    #expect(oldKernelObstacle("5.10.0-32-cloud-amd64") == obstacle)
    #expect(oldKernelObstacle("4.19") != nil)
    #expect(oldKernelObstacle("5.12.0-rc1") == nil)
    #expect(oldKernelObstacle("6.1.0-13-amd64") == nil)
    #expect(oldKernelObstacle("no number") == nil)
  }

  @Test(arguments: [
    ("0", ResolvedUser(uid: 0, gid: 0, groups: [], home: "/root")),
    ("cask", ResolvedUser(uid: 1000, gid: 1001, groups: [1002], home: "/home/cask")),
    // CVE-2016-3697: a number is a number, whatever the image calls it.
    ("1000", ResolvedUser(uid: 1000, gid: 1001, groups: [1002], home: "/home/cask")),
    ("1000:7", ResolvedUser(uid: 1000, gid: 7, groups: [], home: "/home/cask")),
    ("cask:staves", ResolvedUser(uid: 1000, gid: 1002, groups: [], home: "/home/cask")),
    ("homeless", ResolvedUser(uid: 5, gid: 6, groups: [1002], home: "/")),
    ("4294967294", ResolvedUser(uid: 4_294_967_294, gid: 0, groups: [], home: "/")),
    ("01", ResolvedUser(uid: 1, gid: 0, groups: [], home: "/")),
  ])
  func aUserIsResolved(_ text: String, _ expected: ResolvedUser) throws {
    #expect(try image.resolve(text) == expected)
  }

  @Test(arguments: [
    "", ":", "1:", ":1", "-1", "1:-1", "4294967295", "4294967296", "18446744073709551616", "nobody",
    "cask:nobody", "short", "huge",
  ])
  func whatIsNoUserIsRefused(_ text: String) {
    #expect(throws: CompileError.self) { try image.resolve(text) }
  }

  @Test func usersAndGroupsAreReadByteByByte() throws {
    let image = ImageFacts(
      passwd: "e\u{301}:x:7:7::/decomposed:\r\n\u{e9}:x:8:8::/composed:\r\n\u{301}c:x:9:9:\u{301}:/c:\n",
      group: "tub:x:5:\u{e9}\r\n\u{301}tub:x:6:a,\u{301}c\r\n")
    #expect(image.users.map(\.home) == ["/decomposed", "/composed", "/c"])
    #expect(try image.resolve("e\u{301}").uid == 7)
    #expect(
      try image.resolve("\u{e9}") == ResolvedUser(uid: 8, gid: 8, groups: [5], home: "/composed"))
    #expect(try image.resolve("\u{301}c").groups == [6])
    #expect(try image.resolve("7:\u{301}tub").gid == 6)
    #expect(throws: CompileError.self) { try image.resolve("e\u{301}:\u{e9}") }
  }

  /// A walk with ".." fails while something is renamed anywhere; here all the time.
  @Test func usersAreReadWhileOthersRename() async throws {
    var template = Array("/tmp/cooper-facts-XXXXXX".utf8CString)
    let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer { _ = system("rm -rf \(directory)") }
    try mkdir("\(directory)/etc")
    try writeFile("\(directory)/users", "cask:x:7:7::/:\n")
    try writeFile("\(directory)/one", "")
    // Long, so that a rename comes while it is walked.
    let way = String(repeating: "../etc/", count: 20)
    try symlink("\(way)../users", "\(directory)/etc/passwd")
    let renames = Mutex(0)
    let renaming = Task.detached {
      while !Task.isCancelled {
        try rename("\(directory)/one", "\(directory)/other")
        try rename("\(directory)/other", "\(directory)/one")
        renames.withLock { $0 += 1 }
      }
    }
    while renames.withLock({ $0 }) < 1000 {
      #expect(ImageFacts.read(rootDirectory: directory).users.map(\.uid) == [7])
      await Task.yield()
    }
    renaming.cancel()
    try await renaming.value
  }

  @Test func linesOfMountinfoAreRead() {
    let table = parseMountTable(
      """
      36 35 98:0 /root /mnt\\040x rw,noatime shared:1 master:2 - ext4 /dev/sda rw,errors=continue
      37 35 0:30 / /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct
      nonsense
      x 35 0:30 / /no-number rw - tmpfs none rw
      38 35 0:30 / /short rw -
      39 35 0:31 / /a\\134b rw - tmpfs none ro
      """)
    #expect(
      table == [
        MountEntry(
          id: 36, parent: 35, root: "/root", mountPoint: "/mnt x", type: "ext4", options: ["rw", "noatime"],
          superOptions: ["rw", "errors=continue"]),
        MountEntry(
          id: 37, parent: 35, mountPoint: "/sys/fs/cgroup/cpu", type: "cgroup", options: ["ro"],
          superOptions: ["rw", "cpu", "cpuacct"]),
        MountEntry(
          id: 39, parent: 35, mountPoint: "/a\\b", type: "tmpfs", options: ["rw"], superOptions: ["ro"]),
      ])
    #expect(table.map(\.isReadOnly) == [false, true, true])
  }

  @Test func aPathLeadsToTheMountOnTopAndNotToWhatALaterOneHides() {
    func table(_ lines: String...) -> [MountEntry] {
      parseMountTable(lines.map { "\($0) rw - x x rw" }.joined(separator: "\n"))
    }
    func id(_ path: String, _ table: [MountEntry]) -> UInt64? { table.mount(at: path)?.id }
    let hidden = table(
      "1 0 0:1 / /", "2 1 0:2 / /sys", "3 2 0:3 / /sys/fs/cgroup", "4 3 0:4 / /sys/fs/cgroup/cpu",
      "5 3 0:5 / /sys/fs/cgroup", "6 5 0:4 / /sys/fs/cgroup/cpu", "7 1 0:7 / /sys/fs/cgroups")
    #expect(id("/sys/fs/cgroup/cpu", hidden) == 6)
    #expect(id("/sys/fs/cgroup/memory", hidden) == 5)
    #expect(id("/sys/fs", hidden) == 2)
    #expect(id("/system", hidden) == 1)
    // A later mount over a directory above.
    #expect(id("/sys/fs/cgroup/cpu", hidden + table("8 2 0:8 / /sys/fs")) == 8)
    // The first root is in itself; another lies on it. In a chroot it may be missing.
    #expect(id("/a", table("1 1 0:1 / /", "2 1 0:2 / /")) == 2)
    #expect(id("/proc/1", table("4 3 0:1 / /proc", "5 3 0:2 / /dev")) == 4)
    #expect(id("/etc", table("4 3 0:1 / /proc")) == nil)
  }
}
