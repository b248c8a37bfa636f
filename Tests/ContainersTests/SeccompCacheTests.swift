@testable import Containers
import Glibc
import Linux
import OCISpec
import SystemPackage
import Testing

/// A directory of the test's own, removed behind it.
private func inDirectory(_ body: (String) throws -> Void) throws {
  var template = Array("/tmp/cooper-seccomp-XXXXXX".utf8CString)
  let path = try #require(mkdtemp(&template).map { String(cString: $0) })
  defer {
    for entry in names(path + "/cache") { try? unlink("\(path)/cache/\(entry)") }
    try? rmdir(path + "/cache")
    for entry in names(path) { try? unlink("\(path)/\(entry)") }
    try? rmdir(path)
  }
  try body(path)
}

private func names(_ path: String) -> [String] {
  guard let directory = try? open(path, .directory), let entries = try? getdents64(directory) else {
    return []
  }
  return entries.map(\.name.string).sorted()
}

private let profile1 = profile(.errno, [rule(.allow, ["getpid", "exit_group"])]) { $0.flags = [.log] }

/// What was compiled, and how often the kernel was asked for it: only then it was compiled.
private func ask(
  _ cache: SeccompCache, _ profile: OCISpec.Seccomp = profile1
) throws -> (filter: SeccompFilter, compiled: Bool) {
  var asked = false
  let filter = try cache.filter(profile) {
    asked = true
    return .all
  }
  return (filter, asked)
}

private func cache(_ path: String, kernel: String = "6.18", owner: UInt32 = geteuid()) -> SeccompCache {
  SeccompCache(directory: path + "/cache", owner: owner, kernel: kernel)
}

@Suite("The cache of seccomp filters")
struct SeccompCacheTests {
  @Test func aSecondContainerFindsTheFilter() throws {
    try inDirectory { path in
      let first = try ask(cache(path))
      let second = try ask(cache(path))
      #expect(first.compiled)
      #expect(!second.compiled)
      #expect(second.filter == first.filter)
      #expect(first.filter == (try compileFilter(profile1, .all)))
      let file = try #require(names(path + "/cache").first)
      let mode = try statx("\(path)/cache/\(file)").mode.permissions
      #expect(mode == .ownerReadWrite)
      #expect(try statx(path + "/cache").mode.permissions == .ownerReadWriteExecute)
      #expect(names(path + "/cache").count == 1)
    }
  }

  @Test func aListenerIsRemembered() throws {
    try inDirectory { path in
      var listening = profile(.allow, [rule(.notify, ["mount"])])
      listening.listenerPath = "/run/a"
      listening.listenerMetadata = "of one container"
      listening.flags = [.waitKillableRecv]
      let first = try ask(cache(path), listening)
      // Where the listener is and what it is told isn't in the filter.
      listening.listenerPath = "/run/b"
      listening.listenerMetadata = "of another"
      let second = try ask(cache(path), listening)
      #expect(!second.compiled)
      #expect(second.filter.hasListener && second.filter == first.filter)
      #expect(second.filter.flags == .waitKillableRecv)
      // Without it the same profile is refused, as if nothing were stored.
      listening.listenerPath = nil
      #expect(throws: CompileError.self) { try ask(cache(path), listening) }
      listening.listenerMetadata = nil
      #expect(throws: CompileError.self) { try ask(cache(path), listening) }
    }
  }

  @Test func whatIsDifferentIsCompiledAnew() throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      var other = profile1
      other.defaultErrnoRet = 5
      #expect(try ask(cache(path), other).compiled)
      #expect(try ask(cache(path, kernel: "6.19")).compiled)
      #expect(try ask(cache(path)).compiled == false)
      #expect(names(path + "/cache").count == 3)
    }
  }

  /// The hash is short: another profile's file may have the name.
  @Test func aFileOfAnotherProfileIsNotTaken() throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      let file = try #require(names(path + "/cache").first)
      try rename("\(path)/cache/\(file)", path + "/saved")
      let other = profile(.allow)
      _ = try ask(cache(path), other)
      let otherFile = try #require(names(path + "/cache").first)
      try rename("\(path)/cache/\(otherFile)", "\(path)/cache/\(file)")
      let again = try ask(cache(path))
      #expect(again.compiled)
      #expect(again.filter == (try compileFilter(profile1, .all)))
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func aFileThatIsNotWholeIsMadeAnew() throws {
    try inDirectory { path in
      let good = try ask(cache(path)).filter
      let file = "\(path)/cache/" + (try #require(names(path + "/cache").first))
      let bytes = try open(file).read(upTo: 1 << 16)
      for size in [0, 1, 16, 31, 32, 40, bytes.count - 8, bytes.count - 1] {
        try open(file, [.writeOnly, .truncate]).write(bytes.prefix(size))
        let again = try ask(cache(path))
        #expect(again.compiled && again.filter == good, "\(size) bytes")
      }
      try open(file, [.writeOnly, .truncate]).write(bytes + [0])
      #expect(try ask(cache(path)).compiled)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func aChangedByteIsSeen() throws {
    let key = Array("key".utf8)
    let filter = try compileFilter(profile1, .all)
    let entry = CacheEntry(filter, key)
    #expect(entry.filter(key) == filter)
    #expect(entry.filter(Array("kez".utf8)) == nil)
    for place in entry.bytes.indices {
      var bytes = entry.bytes
      bytes[place] ^= 0x10
      #expect(CacheEntry(bytes).filter(key) == nil, "byte \(place)")
    }
  }

  @Test(arguments: [0o644, 0o660, 0o400, 0o4600] as [CInt])
  func aFileThatOthersCouldHaveWrittenIsNotTaken(_ mode: CInt) throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      let file = "\(path)/cache/" + (try #require(names(path + "/cache").first))
      Glibc.chmod(file, mode_t(mode))
      #expect(try ask(cache(path)).compiled)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test(arguments: [0o755, 0o770, 0o777, 0o1777] as [CInt])
  func aDirectoryThatOthersSeeIsNotUsed(_ mode: CInt) throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      Glibc.chmod(path + "/cache", mode_t(mode))
      #expect(try ask(cache(path)).compiled)
      #expect(try ask(cache(path)).compiled)
      Glibc.chmod(path + "/cache", 0o700)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func whatIsAnothersIsNotUsed() throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      // To the cache of another, ours is foreign.
      let foreign = cache(path, owner: geteuid() + 1)
      #expect(try ask(foreign).compiled)
      #expect(try ask(foreign).compiled)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func linksAndFIFOsAreReplaced() throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      let file = "\(path)/cache/" + (try #require(names(path + "/cache").first))
      try rename(file, path + "/saved")
      try symlink(path + "/saved", file)
      #expect(try ask(cache(path)).compiled)
      #expect(try !ask(cache(path)).compiled)
      try unlink(file)
      mkfifo(file, 0o600)
      #expect(try ask(cache(path)).compiled)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func aLinkIsNoDirectoryOfTheCache() throws {
    try inDirectory { path in
      _ = try ask(cache(path))
      try symlink("cache", path + "/link")
      let linked = SeccompCache(directory: path + "/link", owner: geteuid(), kernel: "6.18")
      #expect(try ask(linked).compiled)
    }
  }

  @Test func itDoesNotGrowForEver() throws {
    try inDirectory { path in
      try mkdir(path + "/cache", .ownerReadWriteExecute)
      for number in 0..<SeccompCache.most { try writeFile("\(path)/cache/old\(number)", "") }
      _ = try ask(cache(path))
      #expect(names(path + "/cache").count == 1)
      #expect(try !ask(cache(path)).compiled)
    }
  }

  @Test func withoutItsDirectoryItOnlyCompiles() throws {
    let nowhere = SeccompCache(directory: "/nonexistent/cache", owner: geteuid(), kernel: "6.18")
    #expect(try ask(nowhere).compiled)
    #expect(try ask(nowhere).filter == compileFilter(profile1, .all))
  }
}
