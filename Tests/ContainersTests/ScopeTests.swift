import func Glibc.shutdown
import Linux
import Testing

@testable import Containers

/// Starting a scope against a bus that says what it is told to, before it is asked.
struct ScopeTests {
  private let scope = Scope(name: "a.scope", bus: "/bus", cgroup: "/cg", properties: [])

  private func reply(to serial: UInt32, _ values: String...) -> [UInt8] {
    var message = BusMessage(.reply)
    message.serial = 100 + serial
    message.replySerial = serial
    message.signature = String(repeating: "o", count: values.count)
    var body = BusEncoder()
    for value in values { body.string(value) }
    message.body = body.bytes
    return message.encoded
  }

  private func error(to serial: UInt32, _ name: String, _ text: String?) -> [UInt8] {
    var message = BusMessage(.error)
    message.serial = 100 + serial
    message.replySerial = serial
    message.errorName = name
    if let text {
      message.signature = "s"
      var body = BusEncoder()
      body.string(text)
      message.body = body.bytes
    }
    return message.encoded
  }

  private let greeting = Array("OK 0123\r\n".utf8)

  /// - Returns: the error, and what the client has sent.
  private func start(
    _ said: [UInt8], closes: Bool = true, time: Int = 10_000_000
  ) throws -> (BusError?, [UInt8]) {
    var sockets = try socketpair(.stream)
    try sockets.first.write(said)
    // What is written stays to be read.
    if closes { #expect(shutdown(sockets.first.rawValue, 1) == 0) }
    let client = try dup(sockets.second)
    sockets.closeSecond()
    var failure: BusError?
    do {
      var bus = try Bus(client, time: time)
      try listenToJobs(&bus)
      try startScope(scope, pid: 5, &bus)
    } catch let error as BusError { failure = error }
    return (failure, try sockets.first.read(upTo: 65536))
  }

  @Test func aJobThatIsDoneIsAScope() throws {
    let (job, others) = ("/job/1", BusTests.jobRemoved(job: "/job/0", result: "failed").encoded)
    let done = BusTests.jobRemoved(job: job, result: "done").encoded
    let before = greeting + reply(to: 1, "/name") + others + reply(to: 2)
    let (failure, sent) = try start(before + reply(to: 3, job) + others + done)
    #expect(failure == nil)
    let uid = "\(geteuid())".utf8.map { "3\(String($0 - 0x30, radix: 16))" }.joined()
    #expect(sent.starts(with: Array("\0AUTH EXTERNAL \(uid)\r\nBEGIN\r\nl".utf8)))
    // A signal may come before the answer that tells its job.
    #expect(try start(before + done + reply(to: 3, job)).0 == nil)
    #expect(try start(before + done + reply(to: 3, "/job/2")).0 == .closed)
  }

  @Test func aRefusalIsTold() throws {
    let before = greeting + reply(to: 1, "/name") + reply(to: 2)
    let name = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired"
    let (failure, _) = try start(before + error(to: 3, name, "Interactive authentication required."))
    #expect(failure == .refused(name: name, "Interactive authentication required."))
    #expect(failure?.description.contains("\(name)); only root may ask the system's instance") == true)
    #expect(try start(before + error(to: 3, "a.B", nil)).0 == .refused(name: "a.B", ""))
    let job = reply(to: 3, "/job/1") + BusTests.jobRemoved(job: "/job/1", result: "timeout").encoded
    #expect(try start(before + job).0 == .jobEnded("timeout"))
  }

  @Test func aFailureOfTheConnectionIsNamed() {
    #expect(BusError(SystemCallError(call: "read", errno: .connectionReset)) == .closed)
    #expect(
      BusError(SystemCallError(call: "read", errno: .notPermitted)).description
        == "the connection to the bus broke: operation not permitted (EPERM)")
  }

  @Test func whoIsNotLetInIsTold() throws {
    #expect(try start(Array("REJECTED EXTERNAL\r\n".utf8)).0 == .notLetIn)
    #expect(try start([]).0 == .closed)
    #expect(try start(Array(repeating: 65, count: 4096)).0 == .malformed)
    #expect(try start(greeting + Array("no message of D-Bus".utf8)).0 == .malformed)
    #expect(try start(greeting + reply(to: 1, "/name").dropLast()).0 == .closed)
  }

  @Test func aSilentBusIsNotWaitedForForever() throws {
    #expect(try start(greeting, closes: false, time: 50_000).0 == .timedOut)
  }

  @Test func aBusThatIsNotThereIsNamed() {
    let error = #expect(throws: BusError.self) { _ = try Bus.connect("/nonexistent/bus") }
    #expect(
      error?.description == "the bus at /nonexistent/bus can't be reached: no such file or directory (ENOENT)"
    )
  }
}
