import Linux

/// Places in an image, and the mounts at them. Given.

/// Where `path` of an image that lies at `root` is on the host. A symbolic link of the image is followed as it will
/// be in the container: it never leads out. What is missing is made: directories, and at the end a directory or a
/// file. Nobody changes the image meanwhile, for nothing runs in it yet.
func placeInside(_ root: String, _ path: String, isDirectory: Bool) throws -> String {
  var rest = names(path)
  var found: [String] = []
  var links = 0
  while !rest.isEmpty {
    let name = rest.removeFirst()
    if name == ".." {
      _ = found.popLast()
      continue
    }
    let place = root + (found + [name]).map { "/\($0)" }.joined()
    if let link = try? readlink(place).string {
      links += 1
      if links > 40 { throw Failure("\(path): too many symbolic links") }
      if link.hasPrefix("/") { found = [] }
      rest = names(link) + rest
      continue
    }
    found.append(name)
    if exists(place) { continue }
    if rest.isEmpty && !isDirectory { _ = try open(place, .create) } else { try mkdir(place) }
  }
  return root + found.map { "/\($0)" }.joined()
}

private func names(_ path: String) -> [String] {
  path.split(separator: "/").map(String.init).filter { $0 != "." }
}

/// Whether an open file is a directory.
func isDirectory(_ file: CInt) -> Bool { (try? open("/proc/self/fd/\(file)", [.directory, .path])) != nil }

/// The mounts at that place and below it, each with the flags that a user namespace doesn't let go. One that another
/// is mounted over has no path, and is left out: nobody reaches it.
func mounts(at place: String) throws -> [(place: String, flags: MountFlags)] {
  let known: [(String, MountFlags)] = [("nosuid", .noSuid), ("nodev", .noDev), ("noexec", .noExec)]
  return try readFile("/proc/self/mountinfo").split(separator: "\n").compactMap { line in
    let fields = line.split(separator: " ")
    let found = withoutEscapes(fields[4])
    guard found == place || found.hasPrefix("\(place)/"), mount(at: found) == fields[0] else { return nil }
    let options = fields[5].split(separator: ",").map(String.init)
    return (found, MountFlags(known.filter { options.contains($0.0) }.map(\.1)))
  }
}

/// The number of the mount that the path leads to, as the table has it.
private func mount(at path: String) -> Substring? {
  guard let opened = try? open(path, .path),
    let about = try? readFile("/proc/self/fdinfo/\(opened.rawValue)")
  else { return nil }
  let line = about.split(separator: "\n").first { $0.hasPrefix("mnt_id:") }
  return line?.split(whereSeparator: \.isWhitespace).last
}

/// The table writes a space as \\040.
private func withoutEscapes(_ text: Substring) -> String {
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == UInt8(ascii: "\\"), let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
    {
      bytes.append(code)
      rest = rest.dropFirst(3)
    } else {
      bytes.append(byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}
