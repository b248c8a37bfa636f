import Glibc
import Linux
import SystemPackage
import TestSupport
import Testing

@testable import Images

/// The store: one unpacks, others wait, and what is there is whole.
@Suite(.requires(.root)) struct StoreTests {
  @Test func anImageIsUnpackedOnce() throws {
    let place = try Workplace()
    let notes = Notes()
    let rootfs = try place.unpack(tar, note: notes.add)
    let inode = try status(rootfs).inode
    #expect(try place.unpack(tar, note: notes.add) == rootfs)
    // Under another name it is the same.
    try run("cp \(place.tar) \(place.path)/copy")
    #expect(try ImageStore(root: place.store, note: notes.add).rootfs(ofTar: "\(place.path)/copy") == rootfs)
    #expect(try status(rootfs).inode == inode)
    #expect(notes.all == [unpackedNote(place.tar)])
  }

  @Test func onlyTheOwnerMayEnterTheStore() throws {
    let place = try Workplace()
    let rootfs = try place.unpack(tar)
    #expect(try status("\(place.store)/images").mode.permissions.rawValue == 0o700)
    #expect(try status("\(rootfs)/..").mode.permissions.rawValue == 0o700)
    // Whatever it was before.
    try run("chmod 755 \(place.store)/images")
    try place.unpack(tar)
    #expect(try status("\(place.store)/images").mode.permissions.rawValue == 0o700)
    try run("chown 1234 \(place.store)/images")
    #expect(
      throws: ImageError(image: place.tar, cause: "the store \(place.store)/images belongs to uid 1234")
    ) {
      try place.unpack(tar)
    }
    try run("rm -r \(place.store) && mkdir \(place.store) && ln -s \(place.path) \(place.store)/images")
    let error = #expect(throws: ImageError.self) { try place.unpack(tar) }
    #expect(error?.cause.contains("ELOOP") == true || error?.cause.contains("ENOTDIR") == true)
    #expect(try names(place.path) == ["canary", "image.tar", "store"])
  }

  @Test func whatWouldBeUnpackedIsToldWithoutWriting() throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    let store = ImageStore(root: place.store)
    let expected = try store.expectedRootfs(ofTar: place.tar)
    #expect(try names(place.path) == ["canary", "image.tar"])
    #expect(try store.rootfs(ofTar: place.tar) == expected)
    try place.write(Array("no tar".utf8))
    #expect(throws: ImageError.self) { try store.expectedRootfs(ofTar: place.tar) }
  }

  @Test func aKnownTarIsNotReadAgain() throws {
    let place = try Workplace()
    let rootfs = try place.unpack(tar)
    // Too young to be remembered: it could change within the same tick of the clock.
    #expect(try links(place) == [])
    try place.write(tar.bytes)
    try run("touch -r \(place.canary) \(place.tar)")
    try waitUntilOld(place.tar)
    #expect(try ImageStore(root: place.store).rootfs(ofTar: place.tar) == rootfs)
    let link = try #require(try links(place).first)
    // That the hash comes from there shows by another image of its name.
    let other = String(repeating: "a", count: 64)
    try run("cd \(place.store)/images && cp -a sha256-* sha256-\(other) && ln -sfn sha256-\(other) \(link)")
    let store = ImageStore(root: place.store)
    #expect(try store.rootfs(ofTar: place.tar) == "\(place.store)/images/sha256-\(other)/rootfs")
    // Bad ones are ignored: to an image that is gone, to what is no image, to elsewhere.
    try run("rm -r \(place.store)/images/sha256-\(other)")
    let image = rootfs.split(separator: "/").dropLast().last.map(String.init) ?? ""
    for target in [
      "\(image)/..", "\(image)/", "sha256-\(other)", "sha256-abc", "..", "/etc", "sha256-\(other)/../..",
      "unpacking-\(other)",
    ] {
      try run("ln -sfn \(target) \(place.store)/images/\(link)")
      #expect(try store.rootfs(ofTar: place.tar) == rootfs)
    }
    #expect(try links(place) == [link])
    #expect(try readlink("\(place.store)/images/\(link)").string == image)
    // A change is seen, though the size and the time of modification are the same.
    var second = TarWriter()
    second.add("b", .file("x"), pax: [("SCHILY.xattr.security.selinux", "label")])
    #expect(second.bytes.count == tar.bytes.count)
    try place.write(second.bytes)
    try run("touch -r \(place.canary) \(place.tar)")
    #expect(try store.rootfs(ofTar: place.tar) != rootfs)
  }

  @Test func leftoversOfTheKilledAreRemoved() throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    let digest = try FileSource(OpenFile(open(place.tar))).digest()
    for name in [digest, String(repeating: "b", count: 64)] {
      try run(
        "mkdir -p \(place.store)/images/unpacking-\(name)/rootfs/half && touch \(place.store)/images/unpacking-\(name)/rootfs/old"
      )
    }
    // One that is alive keeps its own.
    let alive = "\(place.store)/images/unpacking-\(String(repeating: "c", count: 64))"
    try mkdir(alive)
    let lock = try open(alive, [.directory])
    try flock(lock, .exclusive, wait: false)
    let rootfs = try place.unpack(tar)
    #expect(try names(rootfs) == ["a"])
    #expect(
      try names("\(place.store)/images") == [
        "sha256-\(digest)", "unpacking-\(String(repeating: "c", count: 64))",
      ])
  }

  @Test func whoComesSecondWaits() throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    let digest = try FileSource(OpenFile(open(place.tar))).digest()
    let images = "\(place.store)/images"
    // The test is the first, and unpacks something that can be told from the tar.
    try run(
      "mkdir -p \(images)/unpacking-\(digest)/rootfs && touch \(images)/unpacking-\(digest)/rootfs/first")
    let work = OpenFile(try open("\(images)/unpacking-\(digest)", [.directory]))
    try flock(work.descriptor, .exclusive, wait: false)
    let waiting = try pipe()
    let second = Second(place, waiting.writeEnd.fileDescriptor)
    let thread = try second.start()
    #expect(try waiting.readEnd.read(upTo: 1) == [1])
    #expect(Glibc.rename("\(images)/unpacking-\(digest)", "\(images)/sha256-\(digest)") == 0)
    #expect(flock(work.descriptor.rawValue, LOCK_UN) == 0)
    pthread_join(thread, nil)
    #expect(second.result == "\(images)/sha256-\(digest)/rootfs")
    #expect(try names("\(images)/sha256-\(digest)/rootfs") == ["first"])
    let left = try names(images)
    #expect(left == ["sha256-\(digest)"])
    // What it has made is removed with it.
    withExtendedLifetime(place) {}
  }

  /// It fails, and removes what it has; or it is killed, and leaves it.
  @Test(arguments: [true, false]) func whoComesSecondDoesItWhenTheFirstFails(removes: Bool) throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    let digest = try FileSource(OpenFile(open(place.tar))).digest()
    let work = "\(place.store)/images/unpacking-\(digest)"
    try run("mkdir -p \(work)/rootfs && touch \(work)/rootfs/first")
    let lock = OpenFile(try open(work, [.directory]))
    try flock(lock.descriptor, .exclusive, wait: false)
    let waiting = try pipe()
    let second = Second(place, waiting.writeEnd.fileDescriptor)
    let thread = try second.start()
    #expect(try waiting.readEnd.read(upTo: 1) == [1])
    if removes { try run("rm -r \(work)") }
    #expect(flock(lock.descriptor.rawValue, LOCK_UN) == 0)
    pthread_join(thread, nil)
    #expect(second.result == "\(place.store)/images/sha256-\(digest)/rootfs")
    #expect(try names(second.result) == ["a"])
    #expect(try names("\(place.store)/images") == ["sha256-\(digest)"])
  }

  @Test func twoAtOnceUnpackOnce() async throws {
    let place = try Workplace()
    var tar = self.tar
    for number in 0..<300 { tar.add("many/\(number)", .file("\(number)")) }
    try place.write(tar.bytes)
    let notes = Notes()
    let (store, path) = (ImageStore(root: place.store, note: notes.add), place.tar)
    let found = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<2 { group.addTask { try store.rootfs(ofTar: path) } }
      return try await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(found.count == 1)
    #expect(notes.all.filter { $0 == unpackedNote(path) }.count == 1)
    #expect(try names("\(found.first ?? "")/many").count == 300)
    #expect(try names("\(place.store)/images").filter { !$0.hasPrefix("tar-") }.count == 1)
  }

  @Test func theHashIsOfWhatWasUnpacked() throws {
    let place = try Workplace()
    try place.write(tar.bytes)
    let path = FilePath("\(place.store)/images")
    // As if the file had been another one when it was hashed first.
    let before = String(repeating: "d", count: 64)
    let digest = try StoreDirectory.with(path) { store in
      try store.add(before, waits: {}) { directory in
        let reader = try TarReader(OpenFile(open(place.tar)), ImageLimits())
        try Unpacker(reader, into: directory).unpack()
        return try reader.digest()
      }
    }
    #expect(try digest == FileSource(OpenFile(open(place.tar))).digest())
    #expect(try names(path.string) == ["sha256-\(digest)"])
  }

  /// A member with a label, so that unpacking it leaves a note.
  private var tar: TarWriter {
    var tar = TarWriter()
    tar.add("a", .file("x"), pax: [("SCHILY.xattr.security.selinux", "label")])
    return tar
  }

  private func unpackedNote(_ path: String) -> String {
    "the image \(path): security.selinux of 1 member was left out"
  }

  private func links(_ place: Workplace) throws -> [String] {
    try names("\(place.store)/images").filter { $0.hasPrefix("tar-") }
  }

  /// Until the file's change is so long ago that the clock has moved on.
  private func waitUntilOld(_ path: String) throws {
    let changed = try status(path).changeTime.seconds
    while Int64(time(nil)) <= changed + 2 { usleep(50_000) }
  }
}

/// A second one who unpacks the tar of a place, in a thread of its own; it writes a byte when it waits.
private final class Second: @unchecked Sendable {
  private let place: Workplace
  private let waiting: FileDescriptor
  private(set) var result = ""

  init(_ place: Workplace, _ waiting: FileDescriptor) {
    self.place = place
    self.waiting = waiting
  }

  func start() throws -> pthread_t {
    var thread = pthread_t()
    let result = pthread_create(
      &thread, nil,
      { argument in
        argument.map { Unmanaged<Second>.fromOpaque($0).takeRetainedValue().run() }
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard result == 0 else { throw Errno(rawValue: result) }
    return thread
  }

  private func run() {
    let waiting = self.waiting
    let store = ImageStore(root: place.store) { line in
      if line.contains("waiting") { _ = try? waiting.writeAll([1]) }
    }
    do { result = try store.rootfs(ofTar: place.tar) } catch { Issue.record(error) }
  }
}
