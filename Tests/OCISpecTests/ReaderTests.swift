import OCISpec
import Testing

struct ReaderTests {
  @Test func aTextSaysWhereItIsNoJSON() {
    let faults = [
      "": "line 1, column 1: expected a value",
      "{\n  \"a\" 1}": "line 2, column 7: expected a colon",
      "{\"a\": 1,}": "line 1, column 9: expected a name in quotes",
      "{\"a\": 1 \"b\": 2}": "line 1, column 9: expected a comma, or the end of an object",
      "[1, 2": "line 1, column 6: expected a comma, or the end of an array",
      "[01]": "line 1, column 3: expected a comma, or the end of an array",
      "[1.]": "line 1, column 4: expected a digit",
      "[1e]": "line 1, column 4: expected a digit",
      "[-]": "line 1, column 3: expected a digit",
      "[tru]": "line 1, column 5: expected true",
      "\"abc": "line 1, column 5: expected a closing quote",
      "\"abc\\": "line 1, column 6: expected a closing quote",
      "\"a\nb\"": "line 1, column 3: expected no control character in a string",
      "{} {}": "line 1, column 4: expected the end of the text",
      "nul": "line 1, column 4: expected null",
    ]
    for (text, fault) in faults { #expect(refusal(Array(text.utf8)) == fault, "\(text)") }
  }

  @Test func itIsNoDeeperThanItsLimit() {
    let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
    #expect(refusal(Array(deep.utf8)) == "line 1, column 65: expected no more than 64 levels")
    #expect(refusal(Array(deep.utf8.dropFirst().dropLast())) == "it must be an object, and is an array")
    #expect(
      refusal([UInt8](repeating: 0x5b, count: 16 << 20))
        == "line 1, column 65: expected no more than 64 levels")
    #expect(refusal([UInt8](repeating: 0x20, count: (16 << 20) + 1)) == "larger than 16 MiB")
  }

  @Test(arguments: [
    (#"{}"#, "ociVersion is missing"),
    (#"{"ociVersion": null}"#, "ociVersion: it must be a string, and is null"),
    (#"{"ociVersion": 1}"#, "ociVersion: it must be a string, and is 1"),
    (#"{"ociVersion": "1.0.0", "ociVersion": "1.0.0"}"#, "ociVersion is there twice"),
    (#"{"ociVersion": "1.0.0", "\u006fciVersion": "1.0.0"}"#, "ociVersion is there twice"),
    (
      #"{"ociVersion": "2.0.0"}"#,
      "ociVersion: 2.0.0: only versions from 1.0.0 on and below 2.0.0 are understood"
    ),
    (
      #"{"ociVersion": "0.9.0"}"#,
      "ociVersion: 0.9.0: only versions from 1.0.0 on and below 2.0.0 are understood"
    ),
    (#"{"ociVersion": "1.0"}"#, #"ociVersion: "1.0" is no version: as 1.3.0"#),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "args": ["a", 2]}}"#,
      "process.args[1]: it must be a string, and is 2"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "args": ["a\u0000b"]}}"#,
      "process.args[0]: there is a NUL in it"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "args": ["\ud800"]}}"#,
      "process.args[0]: it is no text: a wrong escape, or no UTF-8"
    ),
    (#"{"ociVersion": "1.0.0", "process": {"cwd": "tmp"}}"#, #"process.cwd: "tmp" is not absolute"#),
    (#"{"ociVersion": "1.0.0", "process": {"cwd": "/", "env": ["A"]}}"#, #"process.env[0]: "A" has no ="#),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "user": {"uid": 4294967296}}}"#,
      "process.user.uid: it must be a whole number from 0 to 4294967295, and is 4294967296"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "user": {"uid": -1}}}"#,
      "process.user.uid: it must be a whole number from 0 to 4294967295, and is -1"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "user": {"uid": 1.5}}}"#,
      "process.user.uid: it must be a whole number from 0 to 4294967295, and is 1.5"
    ),
    (
      #"{"ociVersion": "1.0.0", "process": {"cwd": "/", "rlimits": [{"type": "RLIMIT_CPU", "soft": 2, "hard": 1}]}}"#,
      "process.rlimits[0].soft: 2 is more than the hard limit, 1"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"namespaces": [{"type": "pid"}, {"type": "pid"}]}}"#,
      "linux.namespaces[1].type: pid is there twice"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"namespaces": [{"type": "moon"}]}}"#,
      #"linux.namespaces[0].type: there is no "moon"; it is one of pid, network, mount, ipc, uts, user, cgroup, time"#
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"sysctl": {"a": "1", "a": "2"}}}"#, "linux.sysctl: a is there twice"
    ),
    (
      #"{"ociVersion": "1.0.0", "linux": {"sysctl": {"a.b": 1}}}"#,
      "linux.sysctl.a.b: it must be a string, and is 1"
    ),
    (#"{"ociVersion": "1.0.0", "mounts": [{"source": "/a"}]}"#, "mounts[0]: destination is missing"),
    (
      #"{"ociVersion": "1.0.0", "hooks": {"poststop": [{"path": "/a", "timeout": 0}]}}"#,
      "hooks.poststop[0].timeout: 0 is not more than 0"
    ),
  ])
  func aConfigSaysWhereItIsWrong(text: String, fault: String) {
    #expect(refusal(Array(text.utf8)) == fault)
  }

  @Test func escapesAreReplaced() throws {
    let text = #"{"ociVersion": "1.0.0", "hostname": "\"\\\/\b\f\n\r\t\u00e4\ud83d\ude00"}"#
    let config = try JSONReader.read(Config.self, Array(text.utf8)).value
    #expect(config.hostname == "\"\\/\u{8}\u{c}\n\r\t\u{e4}\u{1F600}")
    let again = try JSONReader.read(Config.self, Array(JSONWriter.text(config).utf8)).value
    #expect(again == config)
  }

  @Test func aNameMayHaveEscapes() throws {
    let (config, unknown) = try Config.read(
      Array(#"{"\u006fciVersion": "1.0.0", "host\u006eame": "tub"}"#.utf8))
    #expect(config.hostname == "tub")
    #expect(unknown == [])
  }

  @Test func namesAreTheSameByTheirBytes() throws {
    let text = "{\"ociVersion\": \"1.0.0\", \"annotations\": {\"\u{e9}\": \"1\", \"e\u{301}\": \"2\"}}"
    let config = try Config.read(Array(text.utf8)).config
    #expect(config.annotations.members.map(\.value) == ["1", "2"])
  }

  @Test func whatIsUnknownIsTold() throws {
    let text = #"{"moon": {"a": 1}, "ociVersion": "1.0.0", "linux": {"resources": {"memory": {"limt": 5}}}}"#
    let unknown = try JSONReader.read(Config.self, Array(text.utf8)).unknown
    #expect(Set(unknown) == ["moon", "linux.resources.memory.limt"])
  }

  @Test func nothingIsTheSameAsNull() throws {
    let text =
      #"{"ociVersion": "1.0.0", "linux": {"namespaces": null, "seccomp": null, "resources": {"pids": null}}}"#
    var wanted = Config()
    wanted.ociVersion = "1.0.0"
    #expect(try JSONReader.read(Config.self, Array(text.utf8)).value == wanted)
  }
}
