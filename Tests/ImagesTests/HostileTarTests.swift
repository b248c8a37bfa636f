import Images
import Linux
import SystemPackage
import TestSupport
import Testing

/// Tars that somebody made to reach outside: they stay inside, or nothing of them is left.
@Suite(.requires(.root)) struct HostileTarTests {
  @Test func namesThatLeadOutsideAreRefused() throws {
    let place = try Workplace()
    for name in [
      place.canary, "../canary", "../../../canary", "a/../../canary", "./../canary", "a/b/../../../c", "..",
      "a/..", "/",
    ] {
      for kind in [.file("dead"), .directory, .symbolicLink("x"), .fifo] as [TarWriter.Kind] {
        var tar = TarWriter()
        tar.add("first", .file("first"))
        tar.add(name, kind)
        try place.expectRefusal(tar, member: name, "leads outside")
      }
    }
  }

  @Test func aLinkThatLeadsOutsideIsFollowedInside() throws {
    let place = try Workplace()
    let up = String(repeating: "../", count: 20)
    for (target, inside) in [(place.path, place.path), (up + place.path.dropFirst(), place.path), ("/", "")] {
      var tar = TarWriter()
      tar.add("\((inside + "/x").dropFirst())", .file(""))
      tar.add("evil", .symbolicLink(target))
      tar.add("evil/canary", .file("dead"), mode: 0o777)
      tar.add("evil/new/", .directory, mode: 0o777)
      tar.add("evil/link", .hardLink("evil/canary"))
      tar.add("evil/node", .character(1, 3))
      let rootfs = try place.unpack(tar)
      #expect(try readlink("\(rootfs)/evil").string == target)
      #expect(try readFile("\(rootfs)\(inside)/canary") == "dead")
      #expect(try status("\(rootfs)\(inside)/link").linkCount == 2)
      try place.expectCanary()
      #expect(try names(place.path) == ["canary", "image.tar", "store"])
    }
  }

  @Test func aLinkToNothingInsideIsNotFollowed() throws {
    let place = try Workplace()
    for target in [place.path, "/proc/self/cwd", "/etc", "nowhere"] {
      var tar = TarWriter()
      tar.add("evil", .symbolicLink(target))
      tar.add("evil/canary", .file("dead"))
      try place.expectRefusal(tar, member: "evil/canary", "evil above it leads to nothing")
    }
    var tar = TarWriter()
    tar.add("a", .symbolicLink("b"))
    tar.add("b", .symbolicLink("a"))
    tar.add("a/x", .file(""))
    try place.expectRefusal(tar, member: "a/x", "ELOOP")
  }

  @Test func aFileIsNotWrittenThroughALink() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("canary", .symbolicLink(place.canary))
    tar.add("canary", .file("dead"), mode: 0o777)
    tar.add("d", .symbolicLink(place.path))
    tar.add("d/", .directory, mode: 0o777)
    tar.add("d/canary", .file("dead"))
    let rootfs = try place.unpack(tar)
    #expect(try readFile("\(rootfs)/canary") == "dead")
    #expect(try readFile("\(rootfs)/d/canary") == "dead")
    try place.expectCanary()
  }

  @Test func theModeOfADirectoryIsNotGivenToWhatReplacesIt() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("d/", .directory, mode: 0o777, uid: 1234)
    tar.add("d", .symbolicLink(place.canary))
    let rootfs = try place.unpack(tar)
    #expect(try status("\(rootfs)/d").mode.type == .symbolicLink)
    tar.add("other/file", .file(""))
    tar.add("d", .symbolicLink("other"))
    let second = try place.unpack(tar)
    #expect(try status("\(second)/other").mode.permissions.rawValue == 0o755)
    #expect(try status("\(second)/other").uid == 0)
    try place.expectCanary()
  }

  @Test func hardLinksStayInside() throws {
    let place = try Workplace()
    for target in [place.canary, "../canary", "a/../../canary", "/etc/passwd"] {
      var tar = TarWriter()
      tar.add("stolen", .hardLink(target))
      try place.expectRefusal(tar, member: "stolen", "its hard link to \(target) leads outside")
    }
    for (target, cause) in [
      ("nowhere", "no such member"), ("none/where", "no such member"), ("d", "the directory d"),
      (".", "the root"),
    ] {
      var tar = TarWriter()
      tar.add("d/", .directory)
      tar.add("stolen", .hardLink(target))
      try place.expectRefusal(tar, member: "stolen", cause)
    }
  }

  @Test func aHardLinkToALinkIsTheLinkItself() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("link", .symbolicLink(place.canary))
    tar.add("second", .hardLink("link"))
    tar.add("second", .file("dead"), mode: 0o777)
    tar.add("third", .hardLink("link"))
    let rootfs = try place.unpack(tar)
    #expect(try readFile("\(rootfs)/second") == "dead")
    #expect(try status("\(rootfs)/third").mode.type == .symbolicLink)
    try place.expectCanary()
  }

  @Test func aHardLinkThroughALinkStaysInside() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("evil", .symbolicLink(place.path))
    tar.add("stolen", .hardLink("evil/canary"))
    try place.expectRefusal(tar, member: "stolen", "no such member")
  }

  @Test func theRootStaysADirectory() throws {
    let place = try Workplace()
    for kind in [.file("x"), .symbolicLink("/"), .fifo] as [TarWriter.Kind] {
      for name in [".", "./."] {
        var tar = TarWriter()
        tar.add(name, kind)
        try place.expectRefusal(tar, member: name, "the root is no directory")
      }
    }
  }

  @Test func whatOverlayfsObeysIsRefused() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("d/", .directory, pax: [("SCHILY.xattr.trusted.overlay.redirect", "/etc")])
    try place.expectRefusal(tar, member: "d/", "trusted.overlay.redirect is overlayfs's own")
    tar = TarWriter()
    tar.add("d/", .directory, pax: [("SCHILY.xattr.user.overlay.opaque", "y")])
    try place.expectRefusal(tar, member: "d/", "user.overlay.opaque is overlayfs's own")
    // An accent, which to Swift changes the dot.
    tar = TarWriter()
    tar.add("d/", .directory, pax: [("SCHILY.xattr.user.overlay.\u{301}", "y")])
    try place.expectRefusal(tar, member: "d/", "is overlayfs's own")
    tar = TarWriter()
    tar.add("gone", .character(0, 0))
    try place.expectRefusal(tar, member: "gone", "overlayfs's mark of a removed file")
  }

  @Test func aDeepTreeIsRemovedAgain() async {
    await #expect(processExitsWith: .success) {
      // Deeper than a path can say, and than there are descriptors.
      _ = try prlimit(0, .nofile, ResourceLimit(soft: 200, hard: 200))
      let place = try Workplace()
      var tar = TarWriter()
      let step = Array(repeating: "d", count: 1000).joined(separator: "/")
      tar.add("l0", .symbolicLink("."))
      for number in 1...5 {
        tar.addLong("L", "l\(number - 1)/\(step)/x")
        tar.add("short", .file("x"))
        tar.addLong("K", "l\(number - 1)/\(step)")
        tar.add("l\(number)", .symbolicLink("short"))
      }
      tar.add("..", .directory)
      try place.expectRefusal(tar, member: "..", "leads outside")
    }
  }

  @Test func namesCanNotWriteToTheTerminal() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("../a\u{1b}[31m\nb\u{202e}", .file(""))
    try place.expectRefusal(tar, member: "../a\\u{1B}[31m\\nb\\u{202E}", "leads outside")
  }
}
