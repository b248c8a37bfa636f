@testable import Containers
import Glibc
import Linux
import SystemPackage
import Testing

/// What is kept of a container between two commands, and its words.
struct RecordTests {
  /// A group of resctrl is removed with the container's cgroups, but has no list of processes. With systemd there is no
  /// other beside the scope.
  @Test func theCgroupOfTheProcessesIsOneThatListsThem() throws {
    let folder = "/tmp/cooper-record-\(getpid())"
    for name in ["", "/group", "/scope"] { try mkdir(folder + name) }
    defer {
      try? unlink(at: open(folder + "/scope", .path), "cgroup.procs")
      for name in ["/scope", "/group", ""] { try? rmdir(folder + name) }
    }
    try writeFile("\(folder)/scope/cgroup.procs", "")
    var record = ContainerRecord()
    record.cgroups = ["\(folder)/group"]
    #expect(record.processCgroup == nil)
    record.scopes = ["\(folder)/scope"]
    #expect(record.processCgroup == "\(folder)/scope")
  }

  @Test(arguments: [
    [], [0x61, 0xc3, 0xa4], [0xff], [0xc3], [0xc3, 0x61], [0xed, 0xa0, 0x80], [0xe2, 0x82],
    [0xf0, 0x9f, 0x98],
    [0xf4, 0x8f, 0xba, 0x81], [0xf4, 0x8f, 0xba, 0x81, 0xff], [0x2f, 0xcc, 0x81, 0x80, 0x0d, 0x0a],
    Array(0x01...0xff),
  ])
  func aWordOfAnyBytesComesBack(_ bytes: [UInt8]) {
    let word = String(ofAnyBytes: bytes)
    #expect(word.bytes == bytes)
  }

  @Test func eachIsAskedOnce() {
    var asked: [Int] = []
    let found = [1, 2, 3].firstResult { number -> Int? in
      asked.append(number)
      return number == 2 ? 20 : nil
    }
    #expect(found == 20 && asked == [1, 2])
  }
}
