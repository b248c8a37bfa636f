import Facts
import Linux

/// What stands for the host, at one moment.
struct Surroundings {
  let mounts: JSON
  let files: [String: String]
  let images: [String: String]
  let cgroups: [String: String]

  init() {
    mounts = Facts.mounts("self")
    var files: [String: String] = [:]
    for place in ["/run", "/tmp", "/var/tmp", "/dev"] {
      for (path, what) in listing(place) { files[place + path] = what }
    }
    for name in names(in: "/") { files["/" + name] = "" }
    // Terminals come and go.
    self.files = files.filter { !$0.key.hasPrefix("/dev/pts/") && !$0.key.contains("__pycache__") }
    images = listing("/images")
    cgroups = cgroupFiles()
  }

  var json: JSON {
    [
      "mounts": mounts, "files": .object(files.mapValues(JSON.string)),
      "images": .object(images.mapValues(JSON.string)), "cgroups": .object(cgroups.mapValues(JSON.string)),
    ]
  }
}

/// The settings of every cgroup that the cage can see; "" for the directory itself.
private func cgroupFiles() -> [String: String] {
  let wanted = [
    "cpu.weight", "cpu.shares", "memory.max", "memory.limit_in_bytes", "memory.swap.max",
    "memory.memsw.limit_in_bytes", "pids.max", "cgroup.procs",
  ]
  var found: [String: String] = [:]
  func look(_ directory: String) {
    found[directory] = ""
    for name in names(in: directory) {
      let path = "\(directory)/\(name)"
      if wanted.contains(name) {
        found[path] = lines(of: path).joined(separator: " ")
      } else if exists("\(path)/."), (try? statx(path, .symlinkNoFollow))?.mode.type == .directory {
        look(path)
      }
    }
  }
  look("/sys/fs/cgroup")
  return found
}
