/// A message of D-Bus: the few kinds and header fields that starting a scope takes.
struct BusMessage: Hashable {
  enum Kind: UInt8 { case call = 1, reply, error, signal }

  var kind: Kind
  var serial: UInt32 = 0
  var path: String?
  var interface: String?
  var member: String?
  var errorName: String?
  /// The serial of the call that this answers.
  var replySerial: UInt32?
  var destination: String?
  var sender: String?
  /// The types of the body.
  var signature = ""
  var body: [UInt8] = []
  var isBigEndian = false

  init(_ kind: Kind) { self.kind = kind }

  /// No message of systemd's or the bus's own is nearly as long.
  static let longest = 1 << 20
  private static let fixedSize = 16

  private enum Field: UInt8 {
    case path = 1, interface, member, errorName, replySerial, destination, sender, signature
  }

  var encoded: [UInt8] {
    var encoder = BusEncoder()
    encoder.byte(UInt8(ascii: "l"))
    encoder.byte(kind.rawValue)
    encoder.byte(0)
    encoder.byte(1)
    encoder.uint32(UInt32(body.count))
    encoder.uint32(serial)
    encoder.array(alignment: 8) { fields in
      func add(_ field: Field, _ type: String, _ value: String?) {
        guard let value else { return }
        fields.align(to: 8)
        fields.byte(field.rawValue)
        fields.signature(type)
        if type == "g" { fields.signature(value) } else { fields.string(value) }
      }
      add(.path, "o", path)
      add(.interface, "s", interface)
      add(.member, "s", member)
      add(.errorName, "s", errorName)
      if let replySerial {
        fields.align(to: 8)
        fields.byte(Field.replySerial.rawValue)
        fields.signature("u")
        fields.uint32(replySerial)
      }
      add(.destination, "s", destination)
      add(.sender, "s", sender)
      add(.signature, "g", signature.isEmpty ? nil : signature)
    }
    encoder.align(to: 8)
    return encoder.bytes + body
  }

  /// How many bytes the message has that begins with these; nil while they are too few to tell.
  static func length(beginning bytes: [UInt8]) throws(BusError) -> Int? {
    guard bytes.count >= fixedSize else { return nil }
    var decoder = try BusDecoder(Array(bytes.prefix(fixedSize)), isBigEndian: isBigEndian(bytes[0]))
    // Kind, flags, and version are looked at when the message is whole.
    _ = try decoder.uint32()
    let body = try Int(decoder.uint32())
    _ = try decoder.uint32()
    let fields = try Int(decoder.uint32())
    let length = fixedSize + (fields + 7) / 8 * 8 + body
    if length > longest { throw .malformed }
    return length
  }

  /// One whole message.
  init(decoding bytes: [UInt8]) throws(BusError) {
    guard let first = bytes.first, try Self.length(beginning: bytes) == bytes.count else { throw .malformed }
    isBigEndian = try Self.isBigEndian(first)
    var decoder = BusDecoder(bytes, isBigEndian: isBigEndian)
    _ = try decoder.byte()
    guard let kind = try Kind(rawValue: decoder.byte()) else { throw .malformed }
    self.kind = kind
    _ = try decoder.byte()
    guard try decoder.byte() == 1 else { throw .malformed }
    let bodyLength = try Int(decoder.uint32())
    serial = try decoder.uint32()
    let end = try Int(decoder.uint32()) + Self.fixedSize
    while decoder.position < end { try readField(&decoder) }
    guard decoder.position == end else { throw .malformed }
    try decoder.align(to: 8)
    body = Array(bytes.suffix(bodyLength))
  }

  /// A struct of the field's number and a variant.
  private mutating func readField(_ decoder: inout BusDecoder) throws(BusError) {
    try decoder.align(to: 8)
    let number = try decoder.byte()
    var (text, integer): (String?, UInt32?)
    let type = try decoder.signature()
    switch type {
    case "s", "o": text = try decoder.string()
    case "g": text = try decoder.signature()
    case "u": integer = try decoder.uint32()
    default: throw .malformed
    }
    switch (Field(rawValue: number), type) {
    case (.path, "o"): path = text
    case (.interface, "s"): interface = text
    case (.member, "s"): member = text
    case (.errorName, "s"): errorName = text
    case (.replySerial, "u"): replySerial = integer
    case (.destination, "s"): destination = text
    case (.sender, "s"): sender = text
    case (.signature, "g"): signature = text ?? ""
    case (nil, _): break  // what is unknown is passed over
    default: throw .malformed
    }
  }

  private static func isBigEndian(_ byte: UInt8) throws(BusError) -> Bool {
    switch byte {
    case UInt8(ascii: "l"): false
    case UInt8(ascii: "B"): true
    default: throw .malformed
    }
  }

  /// The body's values, of a signature of strings, paths and numbers.
  ///
  /// - Returns: numbers as texts.
  func values() throws(BusError) -> [String] {
    var decoder = BusDecoder(body, isBigEndian: isBigEndian)
    var values: [String] = []
    for type in signature.utf8 {
      switch type {
      case UInt8(ascii: "s"), UInt8(ascii: "o"): values.append(try decoder.string())
      case UInt8(ascii: "u"): values.append("\(try decoder.uint32())")
      default: throw .malformed
      }
    }
    return values
  }
}
