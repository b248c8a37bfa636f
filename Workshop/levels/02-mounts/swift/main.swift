import Glibc
import Linux

let options = Options()

/// The filesystems that every program expects below `root`.
func mountFilesystems(_ root: String) throws {
  try mount("proc", "\(root)/proc", "proc", [.noSuid, .noDev, .noExec])
  try mount("sysfs", "\(root)/sys", "sysfs", [.noSuid, .noDev, .noExec, .readOnly])
  try mount("tmpfs", "\(root)/dev", "tmpfs", [.noSuid, .strictATime], "mode=755,size=64k")
  try mkdir("\(root)/dev/pts")
  try mount("devpts", "\(root)/dev/pts", "devpts", [.noSuid, .noExec], "newinstance,ptmxmode=666,mode=620")
  try mkdir("\(root)/dev/shm")
  try mount("shm", "\(root)/dev/shm", "tmpfs", [.noSuid, .noDev, .noExec], "mode=1777,size=64m")
  try makeDevices("\(root)/dev")
}

/// The device nodes that every program expects, and the links beside them.
func makeDevices(_ dev: String) throws {
  umask([])
  for (name, minor) in [("null", 3), ("zero", 5), ("full", 7), ("random", 8), ("urandom", 9)] {
    try mknod("\(dev)/\(name)", .characterDevice, 0o666, makedev(1, UInt32(minor)))
  }
  try mknod("\(dev)/tty", .characterDevice, 0o666, makedev(5, 0))
  umask([.groupWrite, .otherWrite])
  try symlink("pts/ptmx", "\(dev)/ptmx")
  try symlink("/proc/self/fd", "\(dev)/fd")
  for (number, name) in ["stdin", "stdout", "stderr"].enumerated() {
    try symlink("/proc/self/fd/\(number)", "\(dev)/\(name)")
  }
}

/// What the child does: at the end of it this process is the command.
func contain() throws {
  if let image = options.image {
    // A table of mounts of our own, from which nothing goes back to the host's.
    try unshare(.newNS)
    try mount(nil, "/", nil, [.recursive, .private])
    try mountFilesystems(image)
    try chroot(image)
    // Without it the working directory stays outside of the new root.
    try chdir("/")
  }
  do { try exec(options.command) } catch { quit(127, error) }
}

do {
  let child = try fork {
    do { try contain() } catch { quit(125, error) }
  }
  exit(try waitpid(child).shellStatus ?? 1)
} catch {
  quit(125, error)
}
