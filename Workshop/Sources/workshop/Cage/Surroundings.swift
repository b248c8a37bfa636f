import Facts
import Linux

/// What stands for the host, at one moment.
struct Surroundings: Sendable {
  let mounts: [Mount]
  /// Path, and what tells a change.
  let files: [String: String]
  let images: [String: String]
  let cgroups: [String: [String: String]]
  let volumeIsWritable: Bool

  init(changes: borrowing Descriptor) {
    mounts = Facts.mounts("self")
    var files: [String: String] = [:]
    for place in ["/dev", "/run", "/tmp", "/var/tmp", "/volume"] {
      for (path, what) in listing(place) { files[place + path] = what }
    }
    let overlays = "/proc/self/fd/\(changes.rawValue)"
    for number in names(in: overlays) { files.merge(added(to: "\(overlays)/\(number)")) { $1 } }
    // Terminals come and go, and Python keeps what it has compiled.
    self.files = files.filter { !$0.key.hasPrefix("/dev/pts/") && !$0.key.contains("/__pycache__/") }
    images = listing("/images")
    cgroups = cgroupSettings()
    volumeIsWritable = (try? access("/volume", .write)) != nil
  }
}

/// Every file below a directory of the same filesystem, with what tells a change.
private func listing(_ directory: String, _ path: String = "") -> [String: String] {
  var found: [String: String] = [:]
  for name in names(in: directory + path) {
    let below = "\(path)/\(name)"
    guard let status = try? statx(directory + below, .symlinkNoFollow) else { continue }
    found[below] = "\(status.mode.rawValue) "
    switch status.mode.type {
    case .directory where status.attributes.contains(.mountRoot): break
    case .directory: found.merge(listing(directory, below)) { $1 }
    case .symbolicLink: found[below]? += link(directory + below) ?? ""
    default: found[below]? += "\(status.size) \(status.modificationTime)"
    }
  }
  return found
}

/// What an overlay has in its upper directory, without the directories that are only copies of lower ones.
private func added(to upper: String, _ path: String = "") -> [String: String] {
  var found: [String: String] = [:]
  for name in names(in: upper + path) {
    let below = "\(path)/\(name)"
    guard let status = try? statx(upper + below, .symlinkNoFollow) else { continue }
    if status.mode.type == .directory && !isNew(upper + below) {
      found.merge(added(to: upper, below)) { $1 }
    } else {
      found[below] = "\(status.mode.rawValue) \(status.size) \(status.modificationTime)"
    }
  }
  return found
}

/// The kernel marks a directory that has none below it.
private func isNew(_ directory: String) -> Bool {
  guard let file = try? open(directory, [.directory]) else { return false }
  return (try? fgetxattr(file, "trusted.overlay.opaque")) == Array("y".utf8)
}

/// Every cgroup that the cage can see, and its settings by their files' names.
func cgroupSettings() -> [String: [String: String]] {
  let wanted = [
    "cpu.weight", "cpu.shares", "memory.max", "memory.limit_in_bytes", "memory.swap.max",
    "memory.memsw.limit_in_bytes", "pids.max", "cgroup.procs",
  ]
  var found: [String: [String: String]] = [:]
  func look(_ directory: String) {
    var settings: [String: String] = [:]
    for name in wanted {
      if let text = try? readFile("\(directory)/\(name)") {
        settings[name] = text.split(separator: "\n").joined(separator: " ")
      }
    }
    found[directory] = settings
    for name in directories(in: directory) { look("\(directory)/\(name)") }
  }
  look("/sys/fs/cgroup")
  return found
}
