/// Writes values as D-Bus has them: little-endian, and each at a multiple of its size.
struct BusEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func align(to size: Int) {
    while bytes.count % size != 0 { bytes.append(0) }
  }

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func uint16(_ value: UInt16) { integer(value) }

  mutating func uint32(_ value: UInt32) { integer(value) }

  mutating func uint64(_ value: UInt64) { integer(value) }

  mutating func boolean(_ value: Bool) { integer(UInt32(value ? 1 : 0)) }

  /// A string, or the path of an object.
  mutating func string(_ text: String) {
    uint32(UInt32(text.utf8.count))
    bytes += text.utf8
    byte(0)
  }

  mutating func signature(_ text: String) {
    byte(UInt8(text.utf8.count))
    bytes += text.utf8
    byte(0)
  }

  /// An array; its length doesn't count the padding before the first element.
  mutating func array(alignment: Int, _ elements: (inout BusEncoder) -> Void) {
    uint32(0)
    let place = bytes.count - 4
    align(to: alignment)
    let start = bytes.count
    elements(&self)
    var length = UInt32(bytes.count - start)
    for index in place..<place + 4 {
      bytes[index] = UInt8(truncatingIfNeeded: length)
      length >>= 8
    }
  }

  private mutating func integer<T: FixedWidthInteger>(_ value: T) {
    align(to: MemoryLayout<T>.size)
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
