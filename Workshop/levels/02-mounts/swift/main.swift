import Linux

let options = Options()

/// The filesystems that every program expects.
func mountFilesystems(_ root: String) throws {
  try mount("proc", "\(root)/proc", "proc", [.noSuid, .noDev, .noExec])
  // Read-only: what is written there is for the whole machine.
  try mount("sysfs", "\(root)/sys", "sysfs", [.readOnly, .noSuid, .noDev, .noExec])
  try mount("tmpfs", "\(root)/dev", "tmpfs", [.noSuid, .noExec], "mode=755,size=64k")
  for name in ["pts", "shm"] { try mkdir("\(root)/dev/\(name)") }
  // Terminals of our own: without newinstance older kernels show the host's.
  try mount("devpts", "\(root)/dev/pts", "devpts", [.noSuid, .noExec], "newinstance,ptmxmode=666,mode=620")
  try mount("shm", "\(root)/dev/shm", "tmpfs", [.noSuid, .noDev, .noExec], "mode=1777,size=64m")
  try makeDevices("\(root)/dev")
}

/// A device is a number: who opens a file that has it talks to a driver. Only those that harm nobody.
func makeDevices(_ dev: String) throws {
  let devices: [String: (UInt32, UInt32)] = [
    "null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0),
  ]
  // The umask would take the others' right to write away.
  let mask = umask([])
  for (name, (major, minor)) in devices {
    try mknod(
      "\(dev)/\(name)", .characterDevice, makedev(major, minor),
      [.ownerReadWrite, .groupReadWrite, .otherReadWrite])
  }
  umask(mask)
  try symlink("pts/ptmx", "\(dev)/ptmx")
  try symlink("/proc/self/fd", "\(dev)/fd")
  for (number, name) in ["stdin", "stdout", "stderr"].enumerated() {
    try symlink("/proc/self/fd/\(number)", "\(dev)/\(name)")
  }
}

/// What the child does: at the end of it this process is the command.
func contain() throws -> Never {
  // A table of mounts of our own, a copy of the host's,
  try unshare(.newNS)
  // and no mount goes from one to the other any more. Where "/" is shared, as systemd makes it, it would.
  try mount(nil, "/", nil, [.recursive, .private])
  if let image = options.image {
    try mountFilesystems(image)
    // The image is "/" from here on, to this process and to those that it makes.
    try chroot(image)
    // The working directory is still outside, and through it everything else.
    try chdir("/")
  }
  // It returns only when it fails: when there is no such command.
  do { try exec(options.command) } catch { fail(127, error) }
}

/// What the parent does: it makes the child, and waits for its status.
func run() throws -> Int32 {
  // From here on there are two processes, and both go on. The child gets 0, the parent the child's pid.
  let child = try fork()
  if child == 0 { try contain() }
  return shellStatus(try waitpid(child))
}

end(run)
