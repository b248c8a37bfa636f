import Linux
import OCISpec
import SystemPackage

/// A container's directory below the runtime's root, and what is in it.
///
/// | file | what it is |
/// |---|---|
/// | state.json | the `ContainerRecord`, written by rename |
/// | config.json | the configuration that the container was made of |
/// | start.new | the socket by which it is started, while it is made |
/// | start | the same, once it waits to be started |
///
/// A flock of the directory is held by whoever makes the container, and by `run` until its end; one of config.json by
/// whoever changes it.
struct ContainerDirectory {
  let path: String
  let id: String

  init(root: String, id: String) throws {
    try checkID(id)
    self.id = id
    path = "\(root)/\(id)"
  }

  var stateFile: String { "\(path)/state.json" }
  var configFile: String { "\(path)/config.json" }
  var socketInTheMaking: String { "\(path)/start.new" }
  var socket: String { "\(path)/start" }

  /// What a keeper, or `delete`, removes with the directory.
  static let files = ["state.json", "state.json.new", "config.json", "start.new", "start"]

  func write(_ record: ContainerRecord) throws {
    try writeFile("\(stateFile).new", JSONWriter.text(record))
    try rename("\(stateFile).new", stateFile)
  }

  /// Whether there is no such container.
  func isMissing() throws -> Bool {
    do { _ = try Stat(FilePath(path)) } catch {
      if error == .noSuchFileOrDirectory || error == .notDirectory { return true }
      throw ContainerError("look for the container \(id): \(error.sentence)")
    }
    return false
  }

  /// - Throws: ``ContainerError`` where there is no such container, or its state can't be read.
  func read() throws -> ContainerRecord {
    let text: String
    do { text = try readFile(stateFile) } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory {
        throw ContainerError(
          fileKind(path) == nil
            ? "container does not exist: \(id)"
            : "the container \(id) has no state: it is being made, or its maker was killed; delete --force removes it"
        )
      }
      throw ContainerError("read the state of \(id): \(error)")
    }
    do { return try JSONReader.read(ContainerRecord.self, Array(text.utf8)).value } catch {
      throw ContainerError("the state of the container \(id) is damaged: \(stateFile): \(error)")
    }
  }

  /// The lock of who changes the container, which lasts as long as the descriptor. Of a container that is only begun it
  /// is its maker's.
  func lock() throws -> Descriptor {
    do {
      let isBegun = fileKind(configFile) == nil
      let held = try isBegun ? open(path, [.directory, .noFollow]) : open(configFile, .noFollow)
      try flock(held, .exclusive)
      return held
    } catch {
      if error.errno == .noSuchFileOrDirectory { throw ContainerError("container does not exist: \(id)") }
      throw ContainerError("lock the container \(id): \(error)")
    }
  }
}

/// A name becomes part of paths and cgroup names.
private func checkID(_ id: String) throws {
  func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || "_+-.".utf8.contains(byte)
  }
  if id.isEmpty { throw ContainerError("the container's id is empty") }
  let isName = id != "." && id != ".." && id.utf8.allSatisfy(isPlain)
  guard isName && id.utf8.count <= 255 else {
    let name = id.utf8.count > 80 ? "of \(id.utf8.count) bytes" : "\"\(id)\""
    let wrong = id.unicodeScalars.first { !$0.isASCII || !isPlain(UInt8(ascii: $0)) }
    let what = wrong.map { "invalid character `\($0)` in the ID" } ?? "invalid id"
    throw ContainerError("\(what) \(name): it has 1 to 255 letters, digits, _, +, - and .")
  }
}
