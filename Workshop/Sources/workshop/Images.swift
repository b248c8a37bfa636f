import Facts
import Linux

/// The images of the checks: made here, of Debian's busybox and the probe.
enum Images {
  private static let applets = [
    "ash", "cat", "chmod", "chown", "chroot", "cp", "date", "df", "dmesg", "echo", "env", "false", "free",
    "grep", "head", "hostname", "id", "ifconfig", "ip", "ipcs", "kill", "ln", "ls", "mkdir", "mknod", "mount",
    "mv", "nproc", "ping", "ps", "pwd", "readlink", "rm", "rmdir", "sed", "sh", "sleep", "sort", "stat", "su",
    "tail", "test", "touch", "true", "tty", "umount", "uname", "unshare", "vi", "wc", "which", "whoami",
    "yes",
  ]

  static var cache: String {
    let environment = currentEnvironment()
    func value(_ name: String) -> String? {
      environment.first { $0.hasPrefix("\(name)=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    return value("WORKSHOP_CACHE")
      ?? "\(value("XDG_CACHE_HOME") ?? "\(value("HOME") ?? "/root")/.cache")/cooper/workshop"
  }

  /// The probe is built beside this program, and installed with the levels.
  static func probe() throws -> String {
    let beside = "\(parentDirectory(of: "\(try readlink("/proc/self/exe"))"))/probe"
    if exists(beside) { return beside }
    let installed = "\(try Course.directory())/probe"
    if exists(installed) { return installed }
    throw CheckError("\(beside): there is no probe; build it: swift build --product probe")
  }

  /// Where they are; makes them when they aren't there, or when the probe is another one.
  static func prepare() throws -> String {
    let probe = try probe()
    guard let busybox = ["/bin/busybox", "/usr/bin/busybox"].first(where: exists) else {
      throw CheckError("busybox: not found; it makes the images: apt-get install busybox-static")
    }
    let status = try statx(probe)
    let directory = "\(cache)/images-\(status.size)-\(status.modificationTime.seconds)"
    if exists(directory) { return directory }
    try makeDirectories(cache)
    for old in names(in: cache) where old.hasPrefix("images-") { removeDirectory("\(cache)/\(old)") }
    let making = "\(cache)/making-\(ownPID())"
    try mkdir(making)
    try makeSmall("\(making)/small", probe: probe, busybox: busybox)
    try makeTop("\(making)/top")
    try rename(making, directory)
    return directory
  }

  private static func makeSmall(_ root: String, probe: String, busybox: String) throws {
    for name in ["", "/bin", "/dev", "/etc", "/proc", "/root", "/run", "/sys", "/tmp", "/usr", "/var"] {
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
    for (name, text) in files { try writeFile("\(root)/\(name)", text) }
  }

  /// The layer above the small image.
  private static func makeTop(_ root: String) throws {
    try mkdir(root)
    try writeFile("\(root)/from-top", "top\n")
    try writeFile("\(root)/in-both", "top\n")
  }
}
