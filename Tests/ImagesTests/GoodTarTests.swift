import Images
import Linux
import SystemPackage
import TestSupport
import Testing

/// Tars that programs make come out as what went in.
@Suite(.requires(.root)) struct GoodTarTests {
  @Test(arguments: ["ustar", "gnu", "pax"]) func aTreeComesOutAsItWentIn(format: String) throws {
    let place = try Workplace()
    let tree = "\(place.path)/tree"
    try run(
      """
      mkdir -p \(tree)/usr/bin \(tree)/var/empty && cd \(tree)
      echo hello >usr/bin/hello && chmod 4755 usr/bin/hello && ln usr/bin/hello usr/bin/hullo
      ln -s usr/bin bin && ln -s /usr/bin/hello absolute && ln -s a//b/ slashes
      echo x >usr/bin/owned && chown 1234:5678 usr/bin/owned && chmod 2711 usr/bin/owned
      mkfifo -m 600 pipe && mknod -m 640 null c 1 3 && mknod loop b 7 300
      touch -d '2001-02-03 04:05:06' usr/bin/hello pipe && touch -h -d '1999-01-01' bin
      chmod 555 var/empty && chmod 1777 var && touch -d '2002-02-02' var usr usr/bin
      name=$(printf '%090d' 0) && mkdir "$name" && echo long >"$name/file" && echo a >'Főtan' && : >"$(printf 'latin\\351')"
      """)
    // The old format has whole seconds.
    try run("cd \(tree) && find . -exec touch -h -d @1000000000 {} +")
    try run("cd \(tree) && chmod 555 usr && tar --format=\(format) --numeric-owner -cf \(place.tar) .")
    let rootfs = try ImageStore(root: place.store).rootfs(ofTar: place.tar)
    #expect(try listing(rootfs, in: place) == listing(tree, in: place))
    #expect(try readlink("\(rootfs)/slashes").description == readlink("\(tree)/slashes").description)
    try place.expectCanary()
  }

  @Test(.requires(.program("xz")), .requires(.program("zstd")), arguments: ["cat", "gzip", "xz", "zstd -q"])
  func theFourCompressionsAreTold(program: String) throws {
    let place = try Workplace()
    try place.write(usual.bytes)
    // Twice, one after the other, is how parallel compressors work.
    try run(
      "cd \(place.path) && head -c 700 image.tar | \(program) >image.c && tail -c +701 image.tar | \(program) >>image.c"
    )
    let rootfs = try ImageStore(root: place.store).rootfs(ofTar: "\(place.path)/image.c")
    #expect(try readFile("\(rootfs)/etc/passwd") == "root:x:0:0::/:/bin/sh\n")
    #expect(try names("\(rootfs)/..") == ["rootfs"])
    let sum = try output("sha256sum <\(place.path)/image.c", in: place)
    #expect(rootfs == "\(place.store)/images/sha256-\(sum[0].prefix(64))/rootfs")
  }

  @Test func aSparseFileKeepsItsHoles() throws {
    let place = try Workplace()
    try run(
      """
      mkdir \(place.path)/tree && cd \(place.path)/tree && truncate -s 64M end
      truncate -s 32M both && echo middle | dd of=both bs=1M seek=16 conv=notrunc status=none && touch -d @1000000000 . end both
      """)
    for format in ["gnu", "pax --sparse-version=0.0", "pax --sparse-version=0.1", "pax --sparse-version=1.0"]
    {
      try run("cd \(place.path)/tree && tar --format=\(format) -S -cf \(place.tar) .")
      let rootfs = try ImageStore(root: place.store).rootfs(ofTar: place.tar)
      #expect(try listing(rootfs, in: place) == listing("\(place.path)/tree", in: place), "\(format)")
      #expect(try status("\(rootfs)/end").blocks * 512 < 1 << 20, "\(format)")
      #expect(try status("\(rootfs)/both").blocks * 512 < 2 << 20, "\(format)")
    }
  }

  @Test func membersGoThroughLinksWithinTheTree() throws {
    let place = try Workplace()
    var tar = TarWriter()
    // As debootstrap's, and with a link that is absolute.
    tar.add("./", .directory, mode: 0o755)
    tar.add("./usr/bin/", .directory, mode: 0o755)
    tar.add("./bin", .symbolicLink("usr/bin"))
    tar.add("./sbin", .symbolicLink("/usr/bin"))
    tar.add("./bin/foo", .file("foo"), mode: 0o755)
    tar.add("./sbin/bar", .file("bar"), mode: 0o755)
    tar.add("./bin/baz", .hardLink("./sbin/foo"))
    let rootfs = try place.unpack(tar)
    #expect(try names("\(rootfs)/usr/bin") == ["bar", "baz", "foo"])
    #expect(try status("\(rootfs)/usr/bin/baz").inode == status("\(rootfs)/usr/bin/foo").inode)
    #expect(try readlink("\(rootfs)/sbin").string == "/usr/bin")
  }

  @Test func missingParentsAreMade() throws {
    let place = try Workplace()
    var tar = TarWriter()
    // As `docker export` may tell it: no "./", and not every directory.
    tar.add(".dockerenv", .file(""), mode: 0o755)
    tar.add("etc/deep/er/hosts", .file("127.0.0.1"))
    let rootfs = try place.unpack(tar)
    #expect(try readFile("\(rootfs)/etc/deep/er/hosts") == "127.0.0.1")
    #expect(try status("\(rootfs)/etc/deep").mode.permissions.rawValue == 0o755)
    #expect(try status("\(rootfs)/etc/deep").modificationTime.seconds == 1_000_000_000)
    #expect(try status(rootfs).mode.permissions.rawValue == 0o755)
    #expect(try status(rootfs).modificationTime.seconds == 1_000_000_000)
  }

  @Test func laterMembersReplaceEarlierOnes() throws {
    let place = try Workplace()
    var tar = TarWriter()
    tar.add("a", .file("first"))
    tar.add("link", .symbolicLink("a"))
    tar.add("link", .file("second"))
    tar.add("d/", .directory, mode: 0o700)
    tar.add("d/inside/file", .file("gone"))
    tar.add("d", .file("third"))
    tar.add("e", .symbolicLink("a"))
    tar.add("e/", .directory, mode: 0o711)
    tar.add("e/kept", .file("kept"))
    tar.add("e/", .directory, mode: 0o750)
    tar.add("a", .hardLink("a"))
    tar.add("h", .file("own"))
    tar.add("h", .hardLink("a"))
    tar.add("moves/one", .file("one"))
    tar.add("moves", .symbolicLink("e"))
    tar.add("moves/two", .file("two"))
    let rootfs = try place.unpack(tar)
    #expect(try readFile("\(rootfs)/e/two") == "two")
    #expect(try readFile("\(rootfs)/a") == "first")
    #expect(try readFile("\(rootfs)/link") == "second")
    #expect(try readFile("\(rootfs)/d") == "third")
    #expect(try readFile("\(rootfs)/e/kept") == "kept")
    #expect(try status("\(rootfs)/e").mode.permissions.rawValue == 0o750)
    #expect(try status("\(rootfs)/h").inode == status("\(rootfs)/a").inode)
  }

  @Test func namesAreBytes() throws {
    let place = try Workplace()
    let long = (0..<15).map { "\($0)" + String(repeating: "x", count: 240) }.joined(separator: "/")
    var tar = TarWriter()
    tar.add("short", .file("pax"), pax: [("path", long + "/pax")])
    tar.addLong("L", long + "/gnu")
    tar.add("short", .file("gnu"))
    tar.addLong("K", String(repeating: "t", count: 3000))
    tar.add("target", .symbolicLink("short"))
    tar.add("short", .file("é"), pax: [("path", "Főtanúsítvány")])
    let rootfs = try place.unpack(tar)
    #expect(try readFile("\(rootfs)/Főtanúsítvány") == "é")
    #expect(try readlink("\(rootfs)/target").length == 3000)
    // The path with the store before it is longer than the kernel takes.
    let directory = try open(rootfs, [.directory])
    for name in ["pax", "gnu"] {
      let file = try open(at: directory, long + "/" + name)
      #expect(try String(decoding: file.read(upTo: 100), as: UTF8.self) == name)
    }
  }

  private var usual: TarWriter {
    var tar = TarWriter()
    tar.add("etc/", .directory, mode: 0o755)
    tar.add("etc/passwd", .file("root:x:0:0::/:/bin/sh\n"))
    tar.add("big", .file(String(repeating: "0123456789", count: 100_000)))
    return tar
  }
}
