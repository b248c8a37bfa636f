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

/// A file that is refused by its size before it is read.
private func readBounded(_ file: String) throws -> [UInt8] {
  do { return try readBytes(file, limit: JSONReader.maximumSize) } catch {
    if error.errno == .fileTooLarge {
      throw ContainerError("\(file): larger than \(JSONReader.maximumSize >> 20) MiB")
    }
    throw ContainerError("\(file): \(error.errno.sentence)")
  }
}

/// A path of the caller's, from the working directory unless it is absolute.
public func absolutePath(_ path: String) throws -> String {
  if path.begins(with: "/") { return path }
  let directory = try getcwd().string
  return path.isEmpty || path == "." ? directory : "\(directory)/\(path)"
}
