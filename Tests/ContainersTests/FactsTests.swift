@testable import Containers
import Testing

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
          id: 36, mountPoint: "/mnt x", type: "ext4", options: ["rw", "noatime"],
          superOptions: ["rw", "errors=continue"]),
        MountEntry(
          id: 37, mountPoint: "/sys/fs/cgroup/cpu", type: "cgroup", options: ["ro"],
          superOptions: ["rw", "cpu", "cpuacct"]),
        MountEntry(id: 39, mountPoint: "/a\\b", type: "tmpfs", options: ["rw"], superOptions: ["ro"]),
      ])
    #expect(table.map(\.isReadOnly) == [false, true, true])
  }
}
