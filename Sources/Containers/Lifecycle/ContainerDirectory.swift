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
/// A flock of the directory is held by whoever makes the container, by `run` until its end, and by `start`; one of
/// config.json by whoever changes or removes it.
struct ContainerDirectory {
  let root: String
  let path: String
  let id: String

  init(root: String, id: String) throws {
    try checkID(id)
    self.root = root
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

  /// Whether who makes the container, or `run` for it, is at work.
  var isHeld: Bool {
    guard let directory = try? open() else { return false }
    return (try? claim(directory)) == false
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
        if fileKind(root) == .other {
          throw ContainerError("container does not exist: \(id): \(root) is no directory")
        }
        throw ContainerError(
          fileKind(path) == nil
            ? "container does not exist: \(id)"
            : "the container \(id) has no state: it is being made, or its maker was killed; delete --force removes it"
        )
      }
      throw ContainerError("read the state of \(id): \(error)")
    }
    do {
      let record = try JSONReader.read(ContainerRecord.self, Array(text.utf8)).value
      try record.check(id)
      return record
    } catch {
      throw ContainerError("the state of the container \(id) is damaged: \(stateFile): \(error)")
    }
  }

  /// The lock of who changes the container. A container that is only begun is its maker's; after a maker that was killed
  /// it can be had.
  func lock() throws -> ContainerLock {
    guard let lock = try lockIfThere() else { throw ContainerError("container does not exist: \(id)") }
    return lock
  }

  /// The same; nil where there is no such container.
  func lockIfThere() throws -> ContainerLock? {
    do {
      while true {
        let place = try open()
        if let file = try openIfThere(configFile) {
          try flock(file, .exclusive)
          // While this waited, the container may have been removed, and one of the same name made.
          if try isAt(configFile, file) { return ContainerLock(place: place, file: file) }
        } else if try claim(place), fileKind(configFile) == nil, try isAt(path, place) {
          return ContainerLock(place: place, file: nil)
        } else {
          var none: [PollDescriptor] = []
          _ = try poll(&none, timeout: .milliseconds(2))
        }
      }
    } catch {
      if error.errno == .noSuchFileOrDirectory || error.errno == .notDirectory { return nil }
      throw ContainerError("lock the container \(id): \(error)")
    }
  }

  func open() throws(SystemCallError) -> Descriptor { try Linux.open(path, [.directory, .noFollow]) }

  /// Takes the lock of the directory, for as long as the descriptor is open.
  ///
  /// - Returns: false when somebody has it.
  func claim(_ place: borrowing Descriptor) throws(SystemCallError) -> Bool {
    do { try flock(place, .exclusive, wait: false) } catch {
      if error.errno == .wouldBlock { return false }
      throw error
    }
    return true
  }
}

/// The right to change a container, which lasts as long as this.
struct ContainerLock: ~Copyable {
  /// The directory.
  let place: Descriptor
  /// config.json, whose lock it is, where that is there.
  let file: Descriptor?
}

private func openIfThere(_ path: String) throws(SystemCallError) -> Descriptor? {
  do { return try open(path, .noFollow) } catch {
    if error.errno == .noSuchFileOrDirectory { return nil }
    throw error
  }
}

/// Whether a path still leads to what was opened by it.
private func isAt(_ path: String, _ file: borrowing Descriptor) throws(SystemCallError) -> Bool {
  let own = try statx(at: file, "", .emptyPath)
  do { return try statx(path, .symlinkNoFollow).inode == own.inode } catch {
    if error.errno == .noSuchFileOrDirectory { return false }
    throw error
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
