import Images
import Linux
import TestSupport
import Testing

/// What is no tar, or no whole one, gives one line that says so, and leaves nothing.
@Suite(.requires(.root)) struct BrokenTarTests {
  @Test func whatIsNoTarIsRefused() throws {
    let place = try Workplace()
    let notATar = "it is no tar, plain or compressed by gzip, xz or zstd"
    try place.expectRefusal(Array("#!/bin/sh\necho no tar\n".utf8), notATar)
    try place.expectRefusal((0..<5000).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7) }, notATar)
    try place.expectRefusal([], "it is empty")
    try place.expectRefusal([0], notATar)
    try place.expectRefusal(TarWriter().bytes, "it has no members")
    try place.expectRefusal([0x1f, 0x8b, 1, 2, 3, 4], "it can't be decompressed (gzip)")
    try place.expectRefusal([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1], "it can't be decompressed (xz)")
    try place.expectRefusal([0x28, 0xb5, 0x2f, 0xfd, 1], "it can't be decompressed (zstd)")
  }

  @Test func whatCanNotBeReadIsRefused() throws {
    let place = try Workplace()
    for (path, cause) in [
      ("\(place.path)/nowhere", "ENOENT"), (place.path, "it is no regular file"),
      ("/dev/null", "it is no regular file"),
    ] {
      let error = #expect(throws: ImageError.self) { try ImageStore(root: place.store).rootfs(ofTar: path) }
      #expect(error?.image == path)
      #expect(error?.cause.contains(cause) == true, "\(error?.cause ?? "")")
    }
    #expect(try names(place.path) == ["canary"])
  }

  @Test func aTarThatIsCutAnywhereIsRefused() throws {
    let place = try Workplace()
    let tar = self.tar
    for length in stride(from: 1, to: tar.members.count + 1, by: 97) {
      try place.expectCut(Array(tar.bytes.prefix(length)))
    }
    // Between two members, where libarchive sees nothing wrong.
    for length in [512, 2048, tar.members.count] {
      try place.expectRefusal(
        Array(tar.bytes.prefix(length)), "it is truncated: the mark of its end is missing")
    }
  }

  @Test(.requires(.program("xz")), .requires(.program("zstd")), arguments: ["gzip", "xz", "zstd -q"])
  func aCompressedTarThatIsCutOrChangedIsRefused(program: String) throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    try run("\(program) <\(place.tar) >\(place.path)/c && mv \(place.path)/c \(place.tar)")
    let bytes = try Array(open(place.tar).read(upTo: 1 << 20))
    for length in stride(from: 1, to: bytes.count, by: max(1, bytes.count / 40)) {
      try place.expectCut(Array(bytes.prefix(length)))
    }
    try place.expectCut(Array(bytes.dropLast()))
    var survived = 0
    for index in stride(from: 12, to: bytes.count - 1, by: max(1, bytes.count / 40)) {
      var changed = bytes
      changed[index] ^= 0x10
      // A few bits mean nothing; but what is unpacked must be what was packed.
      if let rootfs = try? place.unpack(changed) {
        survived += 1
        #expect(try readFile("\(rootfs)/etc/passwd") == "root\n", "byte \(index)")
        #expect(try readFile("\(rootfs)/big") == big, "byte \(index)")
      }
    }
    #expect(survived < 3)
  }

  @Test func limitsEndABomb() throws {
    let place = try Workplace()
    var limits = ImageLimits()
    limits.bytes = 1 << 20
    var tar = TarWriter()
    tar.add("zeros", .file(""), size: 1 << 40)
    try place.expectRefusal(tar, limits: limits, member: "zeros", "it unpacks to more than 1048576 bytes")
    try place.expectRefusal(tar, member: "zeros", "it unpacks to more than")
    tar = TarWriter()
    for number in 1...9 { tar.add("\(number)", .file(String(repeating: "x", count: 200_000))) }
    try place.expectRefusal(tar, limits: limits, member: "6", "it unpacks to more than 1048576 bytes")
    // The end of a tar doesn't end what is decompressed.
    try place.expectRefusal(
      self.tar.bytes + [UInt8](repeating: 0, count: 2 << 20), limits: limits,
      "it unpacks to more than 1048576 bytes")
    limits = ImageLimits()
    limits.members = 3
    try place.expectRefusal(tar, limits: limits, "it has more than 3 members")
    tar = TarWriter()
    tar.addLong("L", String(repeating: "n/", count: 3000))
    tar.add("short", .file(""))
    try place.expectRefusal(
      tar, member: String(repeating: "n/", count: 100) + "n…", "its name has 6000 bytes, more than 4095")
    tar = TarWriter()
    tar.add(String(repeating: "y", count: 99), .file(""), pax: [("path", String(repeating: "z", count: 300))])
    try place.expectRefusal(tar, member: String(repeating: "z", count: 201) + "…", "ENAMETOOLONG")
  }

  @Test func membersThatNoFileCanBeAreRefused() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("device", .character(9999, 1))
    try place.expectRefusal(tar, member: "device", "no device has the number 9999:1")
    tar = TarWriter()
    tar.add("owned", .file(""), pax: [("uid", "4294967295")])
    try place.expectRefusal(tar, member: "owned", "4294967295 is no owner's id")
    tar = TarWriter()
    tar.add("link", .symbolicLink(""))
    try place.expectRefusal(tar, member: "link", "a symbolic link to nothing")
  }

  private let big = (0..<3000).map { "line \($0 &* 7919 % 1009)\n" }.joined()

  private var tar: TarWriter {
    var tar = TarWriter()
    tar.add("etc/", .directory, mode: 0o755)
    tar.add("etc/passwd", .file("root\n"))
    tar.add("bin", .symbolicLink("usr/bin"))
    tar.add("big", .file(big))
    return tar
  }
}

extension Workplace {
  /// Expects a tar that was cut to be refused, with whatever cause.
  func expectCut(_ bytes: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(throws: ImageError.self, "\(bytes.count) bytes", sourceLocation: sourceLocation) {
      try self.unpack(bytes)
    }
    #expect(try names(path) == ["canary", "image.tar"], sourceLocation: sourceLocation)
  }
}
