import Facts
import Linux

/// Each is tried, in a child and in a table of mounts of its own.
func namespaces(_ folder: Folder) -> [Finding] {
  [
    tried("a table of mounts of your own, and pivot_root", levels: "02 to 16", pivot),
    tried("an overlay over this folder", levels: "04 to 16", remedy: overlayRemedy) {
      try overlay(folder.path)
    },
    tried(
      "programs can be run in this folder", levels: "01 to 16",
      remedy: "a folder on another filesystem, not mounted noexec"
    ) {
      try runFrom(folder.path)
    },
    tried("a host name and queues of your own", levels: "05 to 16") { try unshare([.newUTS, .newIPC]) },
    tried("pids of your own", levels: "06 to 16") { try unshare(.newPID) },
    tried("a network of your own", levels: "07 to 16") { try unshare(.newNet) },
    tried("a cgroup as /", levels: "09 to 16") { try unshare(.newCgroup) },
  ]
}

private let overlayRemedy =
  "modprobe overlay; where that helps nothing, a folder on another filesystem (ext4, xfs, btrfs)"

func tried(
  _ what: String, levels: String, remedy: String = "as root, and not in a container; or another kernel",
  _ body: () throws -> Void
) -> Finding {
  guard let failure = attempt(body) else { return .good(what) }
  return .short("\(what): not here; \(failure)", levels: levels, remedy: remedy)
}

private func enterPlace() throws {
  try unshare(.newNS)
  try mount(nil, "/", nil, [.recursive, .private])
  try mount("tmpfs", "/run", "tmpfs", [.noSuid, .noDev])
  for name in ["upper", "work", "root"] { try mkdir("/run/\(name)") }
}

private func pivot() throws {
  try enterPlace()
  try mount("tmpfs", "/run/root", "tmpfs")
  try chdir("/run/root")
  try pivot_root(".", ".")
  try umount2(".", .detach)
}

/// As level 04 does it: the image below, and what is changed in memory.
private func overlay(_ folder: String) throws {
  // In the option text a colon or a comma in the path would mean something else.
  try chdir(folder)
  try enterPlace()
  try mount("overlay", "/run/root", "overlay", [], "lowerdir=.,upperdir=/run/upper,workdir=/run/work")
}

private func runFrom(_ folder: String) throws {
  let program = "\(folder)/.workshop-doctor-\(ownPID())"
  try createFile(program, "#!/bin/sh\n")
  defer { removeDirectory(program) }
  try chmod(program, [.ownerReadWriteExecute])
  let child = try fork {
    do { try exec([program]) } catch { _exit(126) }
  }
  guard try waitpid(child) == .exited(0) else { throw CheckError("a program in it doesn't start") }
}
