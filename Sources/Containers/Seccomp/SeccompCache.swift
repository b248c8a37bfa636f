import CLinux
import Linux
import OCISpec
import SystemPackage

/// Filters that were compiled before, in a directory of files.
///
/// A filter from here costs seven system calls: open, statx and close for the directory and the file, and a read.
///
/// A file has the profile's whole text beside its filter, and answers only for that text. Its name, a short hash, only
/// finds it: whoever makes a profile with the hash of another's gets no filter of theirs, nor gives one to them. So it
/// takes no cryptographic hash, and the text is compared faster than it would be hashed.
///
/// Who else could write here could load a filter of their own into every container. So directory and files must be the
/// owner's and nobody else's to write; otherwise they aren't used. What was written in part is known by its checksum.
public struct SeccompCache: Sendable {
  private let directory: String
  private let owner: UInt32
  private let environment: String

  /// Counts up when another program is made of the same profile.
  private static let version = 2

  /// - Parameters:
  ///   - directory: is made when the first filter is stored, in a directory that exists.
  ///   - owner: the caller's effective user id.
  ///   - kernel: `uname().release`: what a profile may ask for depends on it.
  public init(directory: String, owner: UInt32, kernel: String) {
    self.directory = directory
    self.owner = owner
    environment =
      "cooper \(Self.version), libseccomp \(libseccompVersion()), Linux \(kernel), \(AuditArchitecture.native)\n"
  }

  /// The profile's filter: compiled, and stored, where it isn't here yet. A cache that can't be used is no error.
  ///
  /// - Parameter support: is asked only when the filter is compiled.
  /// - Throws: as ``compileFilter(_:_:property:)``.
  public func filter(
    _ profile: OCISpec.Seccomp, _ support: () -> SeccompSupport = SeccompSupport.read,
    property: String = "linux.seccomp"
  ) throws(CompileError) -> SeccompFilter {
    let key = Array(text(profile).utf8)
    let name = fileName(key)
    if let filter = try? load(name, key) { return filter }
    let filter = try compileFilter(profile, support(), property: property)
    try? store(filter, name, key)
    return filter
  }

  /// Everything that the filter depends on.
  private func text(_ profile: OCISpec.Seccomp) -> String {
    var profile = profile
    // Differs with each container, and isn't in the filter: whether there is one can be an error.
    if profile.listenerMetadata != nil && profile.listenerPath != nil { profile.listenerMetadata = nil }
    if profile.listenerPath != nil { profile.listenerPath = "set" }
    return environment + JSONWriter.text(profile)
  }

  private func fileName(_ key: [UInt8]) -> String {
    let digits = String(checksum(key[...]), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  private func load(_ name: String, _ key: [UInt8]) throws -> SeccompFilter? {
    let folder = try open(directory, [.directory, .noFollow, .path])
    guard try isOurs(folder, .directory, .ownerReadWriteExecute) != nil else { return nil }
    // Not held up by a FIFO, nor led elsewhere by a link.
    let file = try open(at: folder, name, [.noFollow, .nonBlock, .noCTTY])
    guard let size = try isOurs(file, .regular, .ownerReadWrite) else { return nil }
    guard size <= CacheEntry.size(keySize: key.count, count: SeccompFilter.longest) else { return nil }
    return CacheEntry(try file.read(upTo: size)).filter(key)
  }

  private func store(_ filter: SeccompFilter, _ name: String, _ key: [UInt8]) throws {
    try? mkdir(directory, .ownerReadWriteExecute)
    let folder = try open(directory, [.directory, .noFollow])
    guard try isOurs(folder, .directory, .ownerReadWriteExecute) != nil else { return }
    try sweep(folder)
    // Another process that stores the same at the same time has another name. What a killed one left stays until the
    // next sweep.
    let temporary = "\(name).\(systemCall(__NR_getpid))"
    let file = try open(at: folder, temporary, [.create, .exclusive, .writeOnly, .noFollow])
    do {
      // Whatever the umask is.
      try fchmod(file, .ownerReadWrite)
      try file.write(CacheEntry(filter, key).bytes)
      try renameat2(from: folder, temporary, to: folder, name)
    } catch {
      try? unlink(at: folder, temporary)
    }
  }

  /// Whoever may choose profiles must not fill the disk: when there are many, all are made anew as they are used.
  private func sweep(_ folder: borrowing Descriptor) throws {
    let entries = try getdents64(folder)
    guard entries.count >= Self.most else { return }
    for entry in entries { try? unlink(at: folder, entry.name) }
  }

  /// How many files the directory has at most.
  static let most = 64

  /// The size of what is the owner's, and nobody else's to write.
  private func isOurs(
    _ file: borrowing Descriptor, _ type: FileType, _ permissions: FilePermissions
  ) throws -> Int? {
    let status = try statx(at: file, "", .emptyPath, .basicStats)
    let isOurs =
      status.uid == owner && status.mode.type == type && status.mode.permissions == permissions
    return isOurs ? Int(clamping: status.size) : nil
  }
}

/// A file of the cache: a header, the profile's text, the filter.
///
/// | field | bytes |
/// |---|---|
/// | magic and version | 8 |
/// | checksum, of all that follows | 8 |
/// | flags, for seccomp(2) | 4 |
/// | listener, 1 where the filter has one | 4 |
/// | size of the text | 4 |
/// | how many instructions | 4 |
///
/// In the machine's own byte order: it is nobody else's.
struct CacheEntry {
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  init(_ filter: SeccompFilter, _ key: [UInt8]) {
    var rest: [UInt8] = []
    func append(_ number: some FixedWidthInteger) { withUnsafeBytes(of: number) { rest += $0 } }
    append(UInt32(truncatingIfNeeded: filter.flags.rawValue))
    append(UInt32(filter.hasListener ? 1 : 0))
    append(UInt32(key.count))
    append(UInt32(filter.instructions.count))
    rest += key
    for instruction in filter.instructions { append(instruction.word) }
    bytes = Self.words(Self.magic, checksum(rest[...])) + rest
  }

  private static let magic: UInt64 = 0x636f_6f70_6572_0001
  private static let headerSize = 32

  static func size(keySize: Int, count: Int) -> Int { headerSize + keySize + 8 * count }

  /// nil for another profile's, and for what was not written to its end.
  func filter(_ key: [UInt8]) -> SeccompFilter? {
    guard bytes.count >= Self.headerSize, bytes.starts(with: Self.words(Self.magic)) else { return nil }
    let (flags, listener, keySize, count) = (number(16), number(20), number(24), number(28))
    let keyEnd = Self.headerSize + keySize
    guard keySize == key.count, bytes.count == Self.size(keySize: keySize, count: count),
      bytes[Self.headerSize..<keyEnd].elementsEqual(key),
      bytes[8..<16].elementsEqual(Self.words(checksum(bytes[16...])))
    else { return nil }
    return SeccompFilter(
      instructions(bytes[keyEnd...]), SeccompFilterFlags(rawValue: UInt(flags)), hasListener: listener == 1)
  }

  private func number(_ place: Int) -> Int {
    Int(bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: UInt32.self) })
  }

  private static func words(_ words: UInt64...) -> [UInt8] { words.withUnsafeBytes { Array($0) } }
}

/// Tells texts and damage apart; nobody's intent.
private func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
  bytes.withUnsafeBytes { buffer in
    var sum = UInt64(buffer.count)
    func mix(_ word: UInt64) {
      sum = (sum ^ word) &* 0x9e37_79b9_7f4a_7c15
      sum ^= sum >> 32
    }
    let whole = buffer.count / 8 * 8
    for place in stride(from: 0, to: whole, by: 8) {
      mix(buffer.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }
    for place in whole..<buffer.count { mix(UInt64(buffer[place])) }
    return sum
  }
}
