/// Reads values as D-Bus has them. Total: any bytes give values or `BusError.malformed`.
struct BusDecoder {
  private let bytes: [UInt8]
  private let isBigEndian: Bool
  private(set) var position = 0

  init(_ bytes: [UInt8], isBigEndian: Bool) {
    self.bytes = bytes
    self.isBigEndian = isBigEndian
  }

  mutating func align(to size: Int) throws(BusError) {
    let padding = (size - position % size) % size
    guard try take(padding).allSatisfy({ $0 == 0 }) else { throw .malformed }
  }

  mutating func byte() throws(BusError) -> UInt8 {
    guard let byte = try take(1).first else { throw .malformed }
    return byte
  }

  mutating func uint32() throws(BusError) -> UInt32 {
    try align(to: 4)
    let four = try take(4)
    let inOrder = isBigEndian ? Array(four) : four.reversed()
    return inOrder.reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func string() throws(BusError) -> String { try text(length: Int(uint32())) }

  mutating func signature() throws(BusError) -> String { try text(length: Int(byte())) }

  private mutating func text(length: Int) throws(BusError) -> String {
    let content = try take(length)
    guard try byte() == 0, !content.contains(0), let text = String(validating: content, as: UTF8.self) else {
      throw .malformed
    }
    return text
  }

  private mutating func take(_ count: Int) throws(BusError) -> ArraySlice<UInt8> {
    guard count >= 0, count <= bytes.count - position else { throw .malformed }
    defer { position += count }
    return bytes[position..<position + count]
  }
}
