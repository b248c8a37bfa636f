@testable import Containers
import Linux
import OCISpec
import Testing

/// state.json may be torn, or somebody else's: what is wrong in it is found where it is read, and traps nowhere.
struct HostileStateTests {
  private static let numbers = [
    "-9223372036854775809", "-9223372036854775808", "-4294967296", "-2147483649", "-2147483648", "-1", "0",
    "1.5",
    "1e3", "2147483647", "2147483648", "4294967295", "4294967296", "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615", "18446744073709551616", "1" + String(repeating: "0", count: 400),
  ]

  @Test(arguments: ["owner", "pid", "startTime", "namespaces", "mountBelow"], numbers)
  func numbersOfEverySizeAreUsedOrRefused(property: String, number: String) throws {
    var members = ["pid": "2147483647", "startTime": "1"]
    members[property] = number
    let text = members.map { #", "\#($0)": \#($1)"# }.joined()
    guard
      let record = try? read(
        #"{"ociVersion": "1.0.0", "id": "cask", "bundle": "/b", "lastSteps": ["exec"]\#(text)}"#)
    else { return }
    let directory = try ContainerDirectory(root: "/nowhere", id: "cask")
    #expect(try [.stopped, .creating].contains(record.status(directory)))
    #expect(try record.openProcess() == nil)
    #expect(record.state(.running).id == record.stateInside(.running).id)
    #expect(try read(JSONWriter.text(record)) == record)
  }

  @Test(arguments: [
    (#""pid": 0"#, "pid: 0 is no process"), (#""pid": -1"#, "pid: -1 is no process"),
    (
      #""pid": 2147483648"#,
      "pid: it must be a whole number from -2147483648 to 2147483647, and is 2147483648"
    ),
    (
      #""namespaces": 18446744073709551615"#,
      "namespaces: 18446744073709551615 has more than kinds of namespaces"
    ),
    (#""hooks": {"poststop": [{"path": "true"}]}"#, #"hooks.poststop[0].path: "true" is not absolute"#),
  ])
  func whatNoCommandHasWrittenIsRefused(member: String, fault: String) throws {
    let error = #expect(throws: JSONError.self) {
      try read(#"{"ociVersion": "1.0.0", "id": "cask", "bundle": "/b", \#(member)}"#)
    }
    #expect(error?.description == fault)
  }

  @Test func anotherContainersStateIsRefused() throws {
    #expect(throws: JSONError("id", "it is that of another container, keg")) {
      try read(#"{"ociVersion": "1.0.0", "id": "keg", "bundle": "/b"}"#)
    }
  }

  private func read(_ text: String) throws -> ContainerRecord {
    let record = try JSONReader.read(ContainerRecord.self, Array(text.utf8)).value
    try record.check("cask")
    return record
  }
}

struct TextTests {
  @Test func aLongTextHasItsBeginningAndItsEnd() {
    #expect("abcdef".shortened(to: 6) == "abcdef")
    #expect("abcdefg".shortened(to: 4) == "ab … (3 bytes) … fg")
    #expect("ééééé".shortened(to: 6) == "é … (6 bytes) … é")
    let long = String(repeating: "x", count: 3_000_000)
    #expect(long.shortened(to: 4096).utf8.count < 4200)
  }
}
