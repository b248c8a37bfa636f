import Linux

/// A connection to a bus of D-Bus, for a few calls one after the other.
struct Bus: ~Copyable {
  private let socket: Descriptor
  private let deadline: Int
  /// What has come and wasn't read yet.
  private var received: [UInt8] = []
  private var lastSerial: UInt32 = 0
  /// Signals that came while an answer was waited for.
  private var signals: [BusMessage] = []

  /// Says who we are, which the kernel has told the bus already, and takes the bus's greeting.
  ///
  /// - Parameter time: for everything, in microseconds.
  init(_ socket: consuming Descriptor, time: Int) throws {
    self.socket = socket
    deadline = monotonicTime() + time
    let digits = "\(geteuid())".utf8.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    try send(Array("\0AUTH EXTERNAL \(digits.joined())\r\n".utf8))
    guard try readLine().starts(with: "OK ".utf8) else { throw BusError.notLetIn }
    try send(Array("BEGIN\r\n".utf8))
    _ = try call(BusMessage.toBus("Hello"))
  }

  /// Connects to the socket at a path.
  ///
  /// - Parameter time: for everything, in microseconds. Others wait as long for a bus; a machine may be slow.
  static func connect(_ path: String, time: Int = 30_000_000) throws -> Bus {
    let client = try Linux.socket(.stream)
    do { try Linux.connect(client, .path(path)) } catch {
      throw BusError.unreachable(path: path, error.errno.sentence)
    }
    return try Bus(client, time: time)
  }

  /// Makes a call and waits for its answer.
  mutating func call(_ message: BusMessage) throws -> BusMessage {
    lastSerial += 1
    var message = message
    message.serial = lastSerial
    try send(message.encoded)
    while true {
      let answer = try next()
      switch answer.kind {
      case .reply where answer.replySerial == lastSerial: return answer
      case .error where answer.replySerial == lastSerial:
        let text = answer.signature.utf8.first == UInt8(ascii: "s") ? answer.firstText : nil
        throw BusError.refused(name: answer.errorName ?? "an error without a name", text ?? "")
      case .signal: signals.append(answer)
      default: break
      }
    }
  }

  /// The next signal, one that has come already first.
  mutating func nextSignal() throws -> BusMessage {
    if !signals.isEmpty { return signals.removeFirst() }
    while true {
      let message = try next()
      if message.kind == .signal { return message }
    }
  }

  private mutating func next() throws -> BusMessage {
    while true {
      if let length = try BusMessage.length(beginning: received), received.count >= length {
        let message = try BusMessage(decoding: Array(received.prefix(length)))
        received.removeFirst(length)
        return message
      }
      try receive()
    }
  }

  /// A line of the greeting, without its end.
  private mutating func readLine() throws -> [UInt8] {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(received[..<end])
        received.removeFirst(line.count + 1)
        return line
      }
      if received.count > 1024 { throw BusError.malformed }
      try receive()
    }
  }

  private mutating func receive() throws {
    let time = deadline - monotonicTime()
    var requests = [PollDescriptor(socket)]
    if try time <= 0 || poll(&requests, timeout: .microseconds(time)) == 0 { throw BusError.timedOut }
    let bytes: [UInt8]
    do { bytes = try socket.read(upTo: 4096) } catch { throw BusError(error) }
    if bytes.isEmpty { throw BusError.closed }
    received += bytes
  }

  /// Without SIGPIPE.
  private borrowing func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let sent: Int
      do { sent = try sendmsg(socket, rest) } catch { throw BusError(error) }
      rest = rest.dropFirst(sent)
    }
  }
}

extension BusMessage {
  /// A call to the bus itself.
  static func toBus(_ member: String) -> BusMessage {
    var message = BusMessage(.call)
    message.destination = "org.freedesktop.DBus"
    message.path = "/org/freedesktop/DBus"
    message.interface = "org.freedesktop.DBus"
    message.member = member
    return message
  }

  /// The body's first value, a string.
  fileprivate var firstText: String? {
    var decoder = BusDecoder(body, isBigEndian: isBigEndian)
    return try? decoder.string()
  }
}
