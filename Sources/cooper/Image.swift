import ArgumentParser
import Containers
import Images
import Linux
import OCISpec
import SystemPackage

/// Where a root filesystem comes from: its lower layers, and what belongs to it beside them.
struct Image {
  /// Directories, topmost first. None are the base of an empty root.
  var lower: [String]
  /// Where its users and groups are looked up.
  var root: String
  var mounts: [Mount] = []
  var links: [Link] = []
  /// Whether the directories are there: `explain` unpacks no tar.
  var isUnpacked = true

  /// - Parameters:
  ///   - name: "host", a directory, or a tar.
  ///   - store: where tars are unpacked.
  ///   - unpacks: false where only the path is wanted: `explain` does nothing.
  init(_ name: String, store: @autoclosure () throws -> String, unpacks: Bool) throws {
    root = "/"
    if name == "host" {
      if callerIsRoot {
        lower = ["/"]
        mounts = try hostMounts(parseMountTable(readFile("/proc/self/mountinfo")))
      } else {
        lower = []
        (mounts, links) = hostDirectories()
      }
      return
    }
    guard let status = try status(of: name, "the image") else {
      throw ValidationError("there is no image \(name): an image is host, a directory, or a tar")
    }
    if status.type == .directory {
      root = try existing("the image", name)
      lower = [root]
      return
    }
    let place = try madeAbsolute("--root", store())
    let images = ImageStore(root: place, note: printError)
    if !unpacks {
      root = try images.expectedRootfs(ofTar: name)
    } else if callerIsRoot {
      root = try images.rootfs(ofTar: name)
    } else {
      root = try images.knownRootfs(ofTar: name) ?? unpackAsUser(name, place)
    }
    lower = [root]
    isUnpacked = (try? Stat(FilePath(root))) != nil
  }
}

/// Unpacks a tar where its files get the owners that they have in the user's containers.
private func unpackAsUser(_ name: String, _ place: String) throws -> String {
  try inUserNamespace(HostFacts.read(paths: [])) { ids in
    try ImageStore(root: place, owners: ImageOwners(uids: ids.uids, gids: ids.gids), note: printError)
      .rootfs(ofTar: name)
  }
}

/// The parts of the machine's own root filesystem that programs need.
private let hostRoots = [
  "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu",
]

/// Fresh, whatever the machine has there.
private let freshMounts = [
  Mount("/run", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=755"]),
  Mount("/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"]),
  Mount("/root", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=700"]),
]

/// What a user gets for `host`: these parts, read-only, in an empty root. An overlay of the root filesystem would show
/// what lies below the mounts on it, which the kernel keeps from users; and nearly all of it belongs to root, so that
/// nothing could be changed anyhow.
private func hostDirectories() -> (mounts: [Mount], links: [Link]) {
  var (mounts, links): ([Mount], [Link]) = ([], [])
  for path in hostRoots {
    guard let status = try? statx(path, .symlinkNoFollow) else { continue }
    if status.mode.type == .symbolicLink, let target = try? readlink(path).string {
      links.append(Link(path, target: target))
    } else if status.mode.type == .directory {
      mounts.append(readOnlyBind(path))
    }
  }
  return (mounts + freshMounts, links)
}

private func readOnlyBind(_ path: String) -> Mount {
  Mount(path, source: path, options: ["rbind", "ro", "nosuid", "nodev"])
}

/// What the machine's own root filesystem needs to run programs where parts of it are mounts of their own: these,
/// read-only. Nothing else that is mounted below it is seen, and /run, /tmp and /root are fresh.
func hostMounts(_ table: [MountEntry]) -> [Mount] {
  var points: [String] = []
  for entry in table.map(\.mountPoint) {
    let isNeeded = hostRoots.contains { entry.isSame(as: $0) || entry.begins(with: $0 + "/") }
    // A recursive bind brings what is mounted below it.
    let isCovered = points.contains { entry.isSame(as: $0) || entry.begins(with: $0 + "/") }
    if isNeeded && !isCovered { points.append(entry) }
  }
  return points.map(readOnlyBind) + freshMounts
}
