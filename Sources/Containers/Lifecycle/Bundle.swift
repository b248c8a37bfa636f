import Linux
import OCISpec
import SystemPackage

/// A bundle as it is read: once, so that nothing that changes later counts.
struct Bundle {
  /// Absolute.
  let path: String
  let text: String
  let config: Config
  /// The root filesystem, absolute.
  let root: String

  init(_ given: String, configFile: String?, warn: (String) -> Void) throws {
    path = try absolutePath(given)
    let file = configFile ?? "\(path)/config.json"
    let bytes = try readBounded(file)
    text = String(decoding: bytes, as: UTF8.self)
    let unknown: [String]
    do {
      (config, unknown) = try Config.read(bytes)
      try config.check()
    } catch {
      throw ContainerError("\(file): \(error)")
    }
    for property in unknown { warn("\(file): \(property): unknown, and ignored") }
    guard let own = config.root else { throw ContainerError("\(file): root: it is missing") }
    root = own.path.begins(with: "/") ? own.path : "\(path)/\(own.path)"
  }
}

/// A file that is refused by its size before it is parsed, and by its kind before it is read: a FIFO could keep its
/// reader for ever.
private func readBounded(_ path: String) throws -> [UInt8] {
  do {
    let file = try open(path, [.nonBlock, .noCTTY])
    let status = try statx(at: file, "", .emptyPath)
    guard status.mode.rawValue & 0o170000 == 0o100000 else {
      throw ContainerError("\(path): it is no regular file")
    }
    let limit = JSONReader.maximumSize
    var bytes: [UInt8] = []
    // The kernel's own files have no size.
    while status.size == 0 || bytes.count < status.size {
      let part = try file.read(upTo: 65536)
      if part.isEmpty { break }
      bytes += part
      if bytes.count > limit { throw ContainerError("\(path): larger than \(limit >> 20) MiB") }
    }
    return bytes
  } catch let error as SystemCallError { throw ContainerError("\(path): \(error.errno.sentence)") }
}

/// A path of the caller's, from the working directory unless it is absolute.
public func absolutePath(_ path: String) throws -> String {
  if path.begins(with: "/") { return path }
  let directory: String
  do { directory = try getcwd().string } catch {
    throw ContainerError("\(path): the working directory has no path: \(error.errno.sentence)")
  }
  return path.isEmpty || path == "." ? directory : "\(directory)/\(path)"
}
