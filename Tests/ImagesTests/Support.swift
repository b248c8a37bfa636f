import Glibc
import Images
import Linux
import SystemPackage
import Testing

/// A directory of a test's own, with a tar and a store in it, and beside them a file that nothing may touch.
final class Workplace {
  let path: String
  let canary: String

  init() throws {
    var name = Array("/tmp/cooper-images-XXXXXX".utf8CString)
    guard mkdtemp(&name) != nil else { throw Errno(rawValue: errno) }
    path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    canary = "\(path)/canary"
    try writeFile(canary, "alive")
    // A time that no test gives, so that a change is seen.
    try run("touch -d @1234567890 \(canary) && chmod 640 \(canary)")
  }

  deinit { _ = system("rm -rf \(path)") }

  var store: String { "\(path)/store" }
  var tar: String { "\(path)/image.tar" }

  /// Writes the tar and gives its root filesystem.
  @discardableResult
  func unpack(
    _ tar: TarWriter, limits: ImageLimits = ImageLimits(),
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> String {
    try unpack(tar.bytes, limits: limits, note: note)
  }

  @discardableResult
  func unpack(
    _ bytes: [UInt8], limits: ImageLimits = ImageLimits(),
    note: @escaping @Sendable (String) -> Void = { _ in }
  ) throws -> String {
    try write(bytes)
    return try ImageStore(root: store, limits: limits, note: note).rootfs(ofTar: tar)
  }

  func write(_ bytes: [UInt8]) throws {
    let file = try open(tar, [.writeOnly, .create, .truncate])
    try file.write(bytes)
  }

  /// Expects the tar to be refused, with this member and cause, and nothing left of it: no store, a canary as it was.
  func expectRefusal(
    _ tar: TarWriter, limits: ImageLimits = ImageLimits(), member: String? = nil, _ cause: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try expectRefusal(
      tar.bytes, limits: limits, member: member, cause, sourceLocation: sourceLocation)
  }

  func expectRefusal(
    _ bytes: [UInt8], limits: ImageLimits = ImageLimits(), member: String? = nil, _ cause: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    do {
      try unpack(bytes, limits: limits)
      Issue.record("it was unpacked", sourceLocation: sourceLocation)
    } catch let error as ImageError {
      #expect(error.image == tar, sourceLocation: sourceLocation)
      #expect(error.member == member, sourceLocation: sourceLocation)
      #expect(error.cause.contains(cause), "\(error)", sourceLocation: sourceLocation)
    }
    #expect(try names(path) == ["canary", "image.tar"], sourceLocation: sourceLocation)
    try expectCanary(sourceLocation: sourceLocation)
  }

  func expectCanary(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try readFile(canary) == "alive", sourceLocation: sourceLocation)
    let status = try statx(canary, .symlinkNoFollow)
    #expect(status.mode.type == .regular, sourceLocation: sourceLocation)
    #expect(status.mode.permissions.rawValue == 0o640, sourceLocation: sourceLocation)
    #expect(status.modificationTime.seconds == 1_234_567_890, sourceLocation: sourceLocation)
    #expect(status.linkCount == 1, sourceLocation: sourceLocation)
  }
}

/// Runs a command of the shell, which must succeed.
func run(_ command: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
  let status = system("LC_ALL=C.UTF-8; \(command)")
  if status != 0 { Issue.record("\(command): \(status)", sourceLocation: sourceLocation) }
}

/// What a command of the shell prints.
func output(_ command: String, in place: Workplace) throws -> [String] {
  let file = "\(place.path)/output"
  try run("(\(command)) >\(file)")
  defer { _ = Glibc.unlink(file) }
  return try readFile(file).split(separator: "\n").map(String.init)
}

/// The names in a directory, sorted.
func names(_ path: String) throws -> [String] {
  guard let directory = opendir(path) else { throw Errno(rawValue: errno) }
  defer { closedir(directory) }
  var names: [String] = []
  while let entry = readdir(directory) {
    names.append(
      withUnsafePointer(to: &entry.pointee.d_name) {
        String(cString: UnsafeRawPointer($0).assumingMemoryBound(to: CChar.self))
      })
  }
  return names.filter { $0 != "." && $0 != ".." }.sorted()
}

/// What matters of each file of a tree, one line each.
func listing(_ tree: String, in place: Workplace) throws -> [String] {
  let directory = "-type d -printf '%P %y %m %U:%G %T@\\n'"
  let other = "-printf '%P %y %m %U:%G %T@ %n %s %l\\n'"
  return try output("cd \(tree) && find . \(directory) -o \(other) | sort", in: place)
    + output("cd \(tree) && find . -type f -exec sha256sum {} + | sort -k 2", in: place)
    + output("cd \(tree) && find . -type b -o -type c | sort | xargs -r stat -c '%n %t:%T'", in: place)
}

func status(_ path: String) throws -> FileStatus { try statx(path, .symlinkNoFollow) }
