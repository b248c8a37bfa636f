import Linux
import Testing

@testable import Containers

/// The messages of D-Bus against their bytes, and against bytes that are none.
struct BusTests {
  private static func hello() -> BusMessage {
    var message = BusMessage.toBus("Hello")
    message.serial = 1
    return message
  }

  /// A method call as the specification lays it out, byte by byte.
  private static let helloBytes: [UInt8] =
    Array("l".utf8) + [1, 0, 1] + [0, 0, 0, 0] + [1, 0, 0, 0] + [0x6d, 0, 0, 0]
    + [1, 1] + Array("o\0".utf8) + [21, 0, 0, 0] + Array("/org/freedesktop/DBus\0".utf8) + [0, 0]
    + [2, 1] + Array("s\0".utf8) + [20, 0, 0, 0] + Array("org.freedesktop.DBus\0".utf8) + [0, 0, 0]
    + [3, 1] + Array("s\0".utf8) + [5, 0, 0, 0] + Array("Hello\0".utf8) + [0, 0]
    + [6, 1] + Array("s\0".utf8) + [20, 0, 0, 0] + Array("org.freedesktop.DBus\0".utf8) + [0, 0, 0]

  /// The same signal in the other byte order.
  private static let bigEndianSignal: [UInt8] =
    Array("B".utf8) + [4, 0, 1] + [0, 0, 0, 12] + [0, 0, 0, 9] + [0, 0, 0, 0x20]
    + [3, 1] + Array("s\0".utf8) + [0, 0, 0, 10] + Array("JobRemoved\0".utf8) + [0, 0, 0, 0, 0]
    + [8, 1] + Array("g\0".utf8) + [2] + Array("us\0".utf8)
    + [0, 0, 1, 0] + [0, 0, 0, 3] + Array("foo\0".utf8)

  static func jobRemoved(job: String, result: String) -> BusMessage {
    var message = BusMessage(.signal)
    message.serial = 7
    message.path = "/org/freedesktop/systemd1"
    message.interface = "org.freedesktop.systemd1.Manager"
    message.member = "JobRemoved"
    message.signature = "uoss"
    var body = BusEncoder()
    body.uint32(12)
    body.string(job)
    body.string("cooper-cask.scope")
    body.string(result)
    message.body = body.bytes
    return message
  }

  private static let scope = Scope(
    name: "a.scope", bus: "/bus", cgroup: "/cg",
    properties: [
      .init("Slice", .text("b.slice")), .init("Delegate", .flag(true)), .init("TasksMax", .number(5)),
    ])

  @Test func aCallHasTheSpecificationsBytes() throws {
    #expect(Self.hello().encoded == Self.helloBytes)
    #expect(try BusMessage(decoding: Self.helloBytes) == Self.hello())
  }

  @Test func bothByteOrdersAreRead() throws {
    let signal = try BusMessage(decoding: Self.bigEndianSignal)
    #expect(signal.kind == .signal && signal.serial == 9 && signal.member == "JobRemoved")
    #expect(try signal.values() == ["256", "foo"])
  }

  @Test func theArgumentsOfStartTransientUnit() {
    let body = startTransientUnit(Self.scope, pid: 0x1234).body
    func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count), 0, 0, 0] + Array("\(text)\0".utf8) }
    func type(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array("\(text)\0".utf8) }
    var expected = text("a.scope") + text("fail") + [0, 0, 0]
    expected += [104, 0, 0, 0] + [0, 0, 0, 0]
    let start = expected.count
    expected += text("PIDs") + type("au") + [0, 0, 0] + [4, 0, 0, 0] + [0x34, 0x12, 0, 0]
    expected += text("Slice") + type("s") + [0, 0, 0] + text("b.slice")
    while expected.count % 8 != 0 { expected.append(0) }
    expected += text("Delegate") + type("b") + [1, 0, 0, 0]
    while expected.count % 8 != 0 { expected.append(0) }
    expected += text("TasksMax") + type("t") + [5, 0, 0, 0, 0, 0, 0, 0]
    expected[start - 8] = UInt8(expected.count - start)
    expected += [0, 0, 0, 0, 0, 0, 0, 0]
    #expect(body == expected)
  }

  /// Any bytes give a message or an error, and no message is longer than it may be.
  @Test func hostileBytesAreRefused() {
    let good = [
      Self.helloBytes, Self.bigEndianSignal, Self.jobRemoved(job: "/j", result: "done").encoded,
      startTransientUnit(Self.scope, pid: 1).encoded,
    ]
    var decoded = 0
    func take(_ bytes: [UInt8]) {
      if let length = try? BusMessage.length(beginning: bytes) { #expect(length <= BusMessage.longest) }
      if let message = try? BusMessage(decoding: bytes) {
        decoded += 1
        _ = try? message.values()
      }
    }
    for bytes in good {
      for count in bytes.indices {
        #expect(throws: BusError.malformed) { try BusMessage(decoding: Array(bytes.prefix(count))) }
      }
      #expect(throws: BusError.malformed) { try BusMessage(decoding: bytes + [0]) }
      for index in bytes.indices {
        for value in [0, 1, 0x7f, 0x80, 0xff] as [UInt8] {
          var changed = bytes
          changed[index] = value
          take(changed)
        }
      }
    }
    var random = Random(state: 42)
    for _ in 0..<20_000 {
      var bytes = good[Int(random.next() % 4)]
      for _ in 0...random.next() % 6 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      take(bytes)
    }
    // Some changes don't matter to a parser: the tests above did reach what comes after the header.
    #expect(decoded > 100)
  }

  @Test func aLongMessageIsRefusedByItsHeader() {
    var bytes = Array(Self.helloBytes.prefix(16))
    bytes[4...7] = [0, 0, 0x10, 0]
    #expect(throws: BusError.malformed) { try BusMessage.length(beginning: bytes) }
    bytes[4...7] = [0xff, 0xff, 0xff, 0xff]
    #expect(throws: BusError.malformed) { try BusMessage.length(beginning: bytes) }
  }

  @Test func textsWithANULOrOutsideUTF8AreNone() {
    var body = BusMessage(.signal)
    body.signature = "s"
    for bytes in [[1, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0xff, 0], [1, 0, 0, 0, 65, 66], [2, 0, 0, 0, 65]]
      as [[UInt8]]
    {
      body.body = bytes
      #expect(throws: BusError.malformed) { try body.values() }
    }
    body.signature = "v"
    #expect(throws: BusError.malformed) { try body.values() }
  }
}

/// A sequence that is the same each time.
private struct Random {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state >> 33
  }
}
