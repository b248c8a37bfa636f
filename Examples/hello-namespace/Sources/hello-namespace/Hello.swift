// The three modules in one file, as a program has them that makes other calls too: no name is ambiguous.
import Glibc
import Linux
import SystemPackage

/// A child with a host name, a /mnt and a pid 1 of its own. It needs no root: in its user namespace it has all
/// capabilities, and it is root there as soon as its parent has written the id maps. Until then it waits.
@main struct Hello {
  static func main() throws {
    var gate = try pipe()
    let child = try clone([.newUser, .newNS, .newPID, .newUTS]) {
      gate.closeWriteEnd()
      guard try gate.readEnd.read(upTo: 1).count == 1 else { throw ExitStatus(1) }
      try greet()
    }
    try writeFile("/proc/\(child)/setgroups", "deny")
    try writeFile("/proc/\(child)/uid_map", "0 \(geteuid()) 1")
    try writeFile("/proc/\(child)/gid_map", "0 \(getegid()) 1")
    try gate.writeEnd.write("g")
    let status = try waitpid(child)
    print("the child: \(status)")
    do { try umount("/no/such/mount") } catch { print(error) }
  }

  static func greet() throws {
    try sethostname("cask")
    try mount("tmpfs", "/mnt", "tmpfs", [.noSuid, .noDev, .noExec], "size=1m")
    let file = try FileDescriptor.open(
      "/mnt/hello", .readWrite, options: .create, permissions: .ownerReadWrite)
    try file.closeAfter { _ = try file.writeAll("hello from \(hostname())".utf8) }
    print("\(try readFile("/mnt/hello")), pid \(getpid()), uid \(getuid())")
    try umount("/mnt")
  }

  static func hostname() throws -> String {
    String(try readFile("/proc/sys/kernel/hostname").dropLast())
  }
}
