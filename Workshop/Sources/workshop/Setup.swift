import Facts
import Linux

/// `workshop setup`: the images, which are directories with the files of a small system.
struct Setup {
  private let isDebian: Bool
  private let mirror: String?
  private let isClassic: Bool
  private let isBundle: Bool

  init(_ arguments: [String]) throws {
    var arguments = Arguments(arguments)
    isDebian = arguments.has("--debian")
    mirror = try arguments.value(of: "--mirror")
    isClassic = arguments.has("--classic")
    isBundle = arguments.has("--bundle")
    try arguments.end()
    if mirror != nil && !isDebian { throw UsageError("--mirror: it is for --debian") }
  }

  func run() throws -> Int32 {
    try needRoot("images have root's files")
    if isClassic { return try classic() }
    let folder = try Folder.current()
    if isDebian {
      try make("\(folder.path)/debian", makeDebian)
    } else if isBundle {
      try make("\(folder.path)/image", SmallImage.make)
      try make("\(folder.path)/bundle", makeBundle)
    } else {
      try make("\(folder.path)/image", SmallImage.make)
    }
    try Record.read(in: folder).write()
    return 0
  }

  /// "ubuntu" is the one that they take when none is named.
  private func classic() throws -> Int32 {
    try makeDirectories(Classic.images)
    try makeDirectories(Classic.containers)
    try make("\(Classic.images)/busybox.tar") { try pack($0, SmallImage.make) }
    try make("\(Classic.images)/ubuntu.tar") { try pack($0, isDebian ? makeDebian : SmallImage.make) }
    return 0
  }

  /// Whole or not at all, and never over what is there.
  private func make(_ path: String, _ body: (String) throws -> Void) throws {
    if exists(path) { return say("\(path): it is there already, and stays as it is") }
    let making = "\(path).making-\(ownPID())"
    do {
      try body(making)
      try renameat2(making, path, .noReplace)
    } catch {
      var unmounted = Unmounted()
      unmounted.unmountAll(below: making)
      removeDirectory(making)
      throw error
    }
    say("\(path): made")
  }

  /// The image, and what is to be done with it, as the OCI specification has it.
  private func makeBundle(_ bundle: String) throws {
    try mkdir(bundle)
    try writeFile("\(bundle)/config.json", try readFile("\(try Course.directory())/given/config.json"))
  }

  private func pack(_ tar: String, _ image: (String) throws -> Void) throws {
    let tree = "\(tar)-tree"
    defer { removeDirectory(tree) }
    try image(tree)
    guard try workshop.run(["tar", "-C", tree, "--numeric-owner", "-cf", tar, "."]) == 0 else {
      throw CheckError("tar: it failed")
    }
  }

  private func makeDebian(_ root: String) throws {
    guard isThere("debootstrap") else {
      throw CheckError("debootstrap: not found; it makes the Debian image: apt-get install debootstrap")
    }
    let command = ["debootstrap", "--variant=minbase", "stable", root] + (mirror.map { [$0] } ?? [])
    guard try workshop.run(command) == 0 else {
      throw CheckError(
        "debootstrap: it failed, as it says above; without a network, or with a mirror of your own, name one: "
          + "--mirror URL. The small image needs none: workshop setup")
    }
  }
}

/// Where the programs of the course "Docker from scratch" look for images, and make their containers.
enum Classic {
  static let images = "/workshop/images"
  static let containers = "/workshop/containers"
}

/// An image of Debian's busybox: a program that is a shell, ls, mount and so on, by the name under which it is called.
enum SmallImage {
  static func make(_ root: String) throws {
    guard let busybox = busyboxOfTheHost() else {
      throw CheckError("busybox: not found; it makes the image: apt-get install busybox-static")
    }
    for name in ["", "/bin", "/dev", "/etc", "/proc", "/root", "/sys", "/tmp"] { try mkdir(root + name) }
    try copyFile(busybox, "\(root)/bin/busybox", isProgram: true)
    for name in try output(of: [busybox, "--list"]).text.split(separator: "\n") where name != "busybox" {
      try symlink("busybox", "\(root)/bin/\(name)")
    }
    try createFile(
      "\(root)/etc/passwd", "root:x:0:0:root:/root:/bin/sh\nyou:x:1000:1000:you:/root:/bin/sh\n")
  }
}

func needRoot(_ why: String) throws {
  guard geteuid() == 0 else { throw CheckError("\(why): it takes root; begin with sudo -s") }
}
