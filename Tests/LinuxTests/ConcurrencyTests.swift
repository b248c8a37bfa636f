import Linux
import SystemPackage
import Testing

/// Many threads call the library at once: it has no state of its own that they could get into each other's way by. What
/// isn't seen in the results, the thread sanitizer sees.
@Suite struct ConcurrencyTests {
  @Test func everyThreadHasItsOwnAnswers() async throws {
    try await withThrowingTaskGroup(of: [String].self) { group in
      for number in 0..<8 {
        group.addTask { try (0..<50).map { try answers(number * 1000 + $0) } }
      }
      for try await texts in group { for text in texts { #expect(text == "") } }
    }
  }
}

/// What was wrong with the answers to one thread's calls.
private func answers(_ number: Int) throws -> String {
  let text = "\(number)"
  var pipe = try pipe()
  try pipe.writeEnd.write(text)
  if String(decoding: try pipe.readEnd.read(upTo: 100), as: UTF8.self) != text { return "pipe" }
  pipe.closeWriteEnd()
  let file = try memfd_create(FilePath(text).string)
  try file.write(text)
  if try statx(at: file, "", .emptyPath).size != UInt64(text.utf8.count) { return "statx" }
  if try readFile("/proc/self/fd/\(file.rawValue)") != text { return "readFile" }
  let sockets = try socketpair()
  try sendmsg(sockets.first, Array(text.utf8), descriptor: file)
  if String(decoding: try recvmsg(sockets.second, upTo: 100, descriptors: 1).bytes, as: UTF8.self) != text {
    return "recvmsg"
  }
  var entries = [PollDescriptor(pipe.readEnd)]
  if try poll(&entries, timeout: .zero) != 1 { return "poll" }
  do throws(SystemCallError) { _ = try open("/nowhere/\(text)", .directory) } catch {
    let expected = "open(pathname: \"/nowhere/\(text)\", flags: O_DIRECTORY"
    if !"\(error)".hasPrefix(expected) || error.errno != .noSuchFileOrDirectory { return "\(error)" }
  }
  if "\(OpenFlags([.tmpFile, .readWrite]))" != "O_RDWR | O_TMPFILE" { return "flags" }
  if "\(Signal(rawValue: Int32(1 + number % 15)))".isEmpty || currentEnvironment().isEmpty { return "words" }
  return ""
}
