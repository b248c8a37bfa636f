// Without Glibc: there the names are its own.
import Linux
import Testing

@Suite("exit, _exit")
struct ExitTests {
  @Test func exitFlushesWhatPrintHoldsBack() async {
    await #expect(processExitsWith: .exitCode(3)) { exit(3) }
    await #expect(processExitsWith: .success) {
      expectEqual(
        try output {
          print("held back", terminator: "")
          exit(3)
        }, "held back")
    }
  }

  @Test func underscoreExitDoesNot() async {
    await #expect(processExitsWith: .exitCode(4)) { _exit(4) }
    await #expect(processExitsWith: .success) {
      expectEqual(
        try output {
          print("held back", terminator: "")
          _exit(3)
        }, "")
    }
  }
}

/// What a child writes into a pipe, which makes stdio hold text back, before it ends with 3.
private func output(_ body: () -> Void) throws -> String {
  var ends = try pipe()
  let child = try fork {
    try dup2(ends.writeEnd, 1)
    body()
  }
  ends.closeWriteEnd()
  var text: [UInt8] = []
  while case let part = try ends.readEnd.read(upTo: 100), !part.isEmpty { text += part }
  expectEqual(try waitpid(child), .exited(3))
  return String(decoding: text, as: UTF8.self)
}
