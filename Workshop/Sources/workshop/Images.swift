import Facts
import Linux

/// The images of the checks, of Debian's busybox and the probe.
enum Images {
  private static let applets = [
    "ash", "cat", "chmod", "chown", "chroot", "cp", "date", "df", "dmesg", "echo", "env", "false", "free",
    "grep", "head", "hostname", "id", "ifconfig", "ip", "ipcs", "kill", "ln", "ls", "mkdir", "mknod", "mount",
    "mv", "nproc", "ping", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "sh", "sleep", "sort", "stat", "su",
    "tail", "test", "touch", "true", "tty", "umount", "uname", "unshare", "vi", "wc", "which", "whoami",
    "yes",
  ]

  /// Directories of the small image, with mode 700.
  static let (usersOwn, rootsOwn) = ("/home", "/root")

  /// The probe is built beside this program, and installed with the levels.
  static func probe() throws -> String {
    let beside = "\(parentDirectory(of: "\(try readlink("/proc/self/exe"))"))/probe"
    if exists(beside) { return beside }
    let installed = "\(try Course.directory())/probe"
    if exists(installed) { return installed }
    throw CheckError("\(beside): there is no probe; build it: swift build --product probe")
  }

  private static func busybox() throws -> String {
    guard let found = busyboxOfTheHost() else {
      throw CheckError("busybox: not found; it makes the images: apt-get install busybox-static")
    }
    return found
  }

  static func make(in directory: String) throws {
    try makeSmall("\(directory)/small", probe: try probe(), busybox: try busybox())
    try makeTop("\(directory)/top")
  }

  private static func makeSmall(_ root: String, probe: String, busybox: String) throws {
    for name in [
      "", "/bin", "/dev", "/etc", "/home", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var",
    ] {
      try mkdir(root + name)
    }
    try copyFile(busybox, "\(root)/bin/busybox", isProgram: true)
    for applet in applets { try symlink("busybox", "\(root)/bin/\(applet)") }
    try copyFile(probe, "\(root)/probe", isProgram: true)
    let files = [
      imageMarker: "", "etc/motd": "as it was\n", "etc/issue": "small\n", "from-base": "base\n",
      "in-both": "base\n",
      "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n",
      "etc/group": "root:x:0:\nuser:x:1000:\n",
    ]
    for directory in [usersOwn, rootsOwn] { try chmod(root + directory, .ownerReadWriteExecute) }
    try lchown(root + usersOwn, owner: 1000, group: 1001)
    try symlink("probe", "\(root)/in-image")
    try symlink("/etc", "\(root)/to-etc")
    for (name, text) in files { try writeFile("\(root)/\(name)", text) }
  }

  /// The layer above the small image.
  private static func makeTop(_ root: String) throws {
    try mkdir(root)
    try writeFile("\(root)/from-top", "top\n")
    try writeFile("\(root)/in-both", "top\n")
  }
}
