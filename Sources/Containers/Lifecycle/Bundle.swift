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
    let bytes = try readConfiguration(file)
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

/// As the file is at one moment: who writes it meanwhile could make one text of two. It is refused by its size before it is
/// parsed, and by its kind before it is read: a FIFO could keep its reader for ever.
private func readConfiguration(_ file: String) throws -> [UInt8] {
  do {
    let descriptor = try open(file, [.nonBlock, .noCTTY])
    let before = try statx(at: descriptor, "", .emptyPath)
    guard before.mode.type == .regular else { throw ContainerError("\(file): it is no regular file") }
    // The kernel's own files have no size.
    if before.size == 0 { return try readBytes(file, limit: JSONReader.maximumSize) }
    if before.size > JSONReader.maximumSize { throw tooLarge(file) }
    var bytes = try descriptor.read(upTo: Int(before.size))
    while bytes.count < before.size {
      let part = try descriptor.read(upTo: Int(before.size) - bytes.count)
      if part.isEmpty { break }
      bytes += part
    }
    let after = try statx(at: descriptor, "", .emptyPath)
    guard bytes.count == after.size, after.size == before.size, after.changeTime == before.changeTime else {
      throw ContainerError("\(file): it was changed while it was read")
    }
    return bytes
  } catch let error as SystemCallError {
    if error.errno == .fileTooLarge { throw tooLarge(file) }
    let remedy = error.errno == .noFunction ? missingCallRemedy : ""
    throw ContainerError("\(file): \(error.errno.sentence)\(remedy)")
  }
}

private func tooLarge(_ file: String) -> ContainerError {
  ContainerError("\(file): larger than \(JSONReader.maximumSize >> 20) MiB")
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
