import ArgumentParser
import Containers
import Images
import Linux
import OCISpec
import SystemPackage

/// Where a root filesystem comes from: its lower layers, and mounts that belong to it.
struct Image {
  /// Directories, topmost first.
  var lower: [String]
  var mounts: [Mount] = []
  /// Whether the directories are there: `explain` unpacks no tar.
  var isUnpacked = true

  /// - Parameters:
  ///   - name: "host", a directory, or a tar.
  ///   - store: where tars are unpacked.
  ///   - unpacks: false where only the path is wanted: `explain` does nothing, and needs no root.
  init(_ name: String, store: String, unpacks: Bool) throws {
    if name == "host" {
      lower = ["/"]
      mounts = try hostMounts(parseMountTable(readFile("/proc/self/mountinfo")))
      return
    }
    guard let status = try? Stat(FilePath(name)) else {
      throw ValidationError("there is no image \(name): an image is host, a directory, or a tar")
    }
    if status.type == .directory {
      lower = [try existing("the image", name)]
      return
    }
    let images = ImageStore(root: try madeAbsolute("--root", store), note: printError)
    lower = [try unpacks ? images.rootfs(ofTar: name) : images.expectedRootfs(ofTar: name)]
    isUnpacked = (try? Stat(FilePath(lower[0]))) != nil
  }
}

/// What the machine's own root filesystem needs to run programs where parts of it are mounts of their own: these,
/// read-only. Nothing else that is mounted below it is seen, and /run, /tmp and /root are fresh.
func hostMounts(_ table: [MountEntry]) -> [Mount] {
  let roots = [
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/gnu",
  ]
  var points: [String] = []
  for entry in table.map(\.mountPoint) {
    let isNeeded = roots.contains { entry.isSame(as: $0) || entry.begins(with: $0 + "/") }
    // A recursive bind brings what is mounted below it.
    let isCovered = points.contains { entry.isSame(as: $0) || entry.begins(with: $0 + "/") }
    if isNeeded && !isCovered { points.append(entry) }
  }
  return points.map { Mount($0, source: $0, options: ["rbind", "ro", "nosuid", "nodev"]) }
    + [
      Mount("/run", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=755"]),
      Mount("/tmp", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=1777"]),
      Mount("/root", type: "tmpfs", source: "tmpfs", options: ["nosuid", "nodev", "mode=700"]),
    ]
}
