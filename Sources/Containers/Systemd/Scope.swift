/// A scope: systemd's name for a cgroup with processes that somebody else has started.
public struct Scope: Hashable, Sendable {
  /// "cooper-ID.scope"
  public var name: String
  /// Where systemd listens.
  public var bus: String
  /// Where the scope's cgroup comes to be.
  public var cgroup: String
  public var properties: [Property]

  /// One of org.freedesktop.systemd1.Scope's.
  public struct Property: Hashable, Sendable {
    public indirect enum Value: Hashable, Sendable {
      case text(String)
      case flag(Bool)
      case number(UInt64)
      /// Another kind of whole number, in its bits.
      case integer(UInt64, IntegerKind)
      case double(Double)
      case objectPath(String)
      /// With the type of its elements, which may be none.
      case array([Value], of: String)
      case tuple([Value])
    }

    /// D-Bus's letters for the whole numbers that are not of 64 bits without a sign.
    public enum IntegerKind: String, Hashable, Sendable {
      case byte = "y", int16 = "n", uint16 = "q", int32 = "i", uint32 = "u", int64 = "x"
    }

    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public init(name: String, bus: String, cgroup: String, properties: [Property]) {
    self.name = name
    self.bus = bus
    self.cgroup = cgroup
    self.properties = properties
  }
}

/// The unit of a cgroup.
func unitName(_ cgroup: String) -> String { pathComponents(cgroup).last ?? "" }

extension Scope.Property: CustomStringConvertible {
  public var description: String {
    switch value {
    case .text(let text): "\(name)=\(text)"
    case .flag(let flag): "\(name)=\(flag ? "yes" : "no")"
    case .number(.max): "\(name)=infinity"
    case .number(let number): "\(name)=\(number)"
    default: "\(name)=\(value)"
    }
  }
}

extension Scope.Property.Value: CustomStringConvertible {
  public var description: String {
    switch self {
    case .text(let text), .objectPath(let text): text
    case .flag(let flag): "\(flag)"
    case .number(let number): "\(number)"
    case .integer(let bits, .byte), .integer(let bits, .uint16), .integer(let bits, .uint32): "\(bits)"
    case .integer(let bits, _): "\(Int64(bitPattern: bits))"
    case .double(let number): "\(number)"
    case .array(let values, _): "[\(values.map(\.description).joined(separator: ", "))]"
    case .tuple(let values): "(\(values.map(\.description).joined(separator: ", ")))"
    }
  }

  /// Its type, as D-Bus writes it.
  var signature: String {
    switch self {
    case .text: "s"
    case .flag: "b"
    case .number: "t"
    case .integer(_, let kind): kind.rawValue
    case .double: "d"
    case .objectPath: "o"
    case .array(_, let element): "a" + element
    case .tuple(let values): "(" + values.map(\.signature).joined() + ")"
    }
  }

  func encode(to encoder: inout BusEncoder) {
    switch self {
    case .text(let text), .objectPath(let text): encoder.string(text)
    case .flag(let flag): encoder.boolean(flag)
    case .number(let number): encoder.uint64(number)
    case .integer(let bits, let kind):
      switch kind {
      case .byte: encoder.byte(UInt8(truncatingIfNeeded: bits))
      case .int16, .uint16: encoder.uint16(UInt16(truncatingIfNeeded: bits))
      case .int32, .uint32: encoder.uint32(UInt32(truncatingIfNeeded: bits))
      case .int64: encoder.uint64(bits)
      }
    case .double(let number): encoder.uint64(number.bitPattern)
    case .array(let values, let element):
      encoder.array(alignment: busAlignment(element)) { encoder in
        for value in values { value.encode(to: &encoder) }
      }
    case .tuple(let values):
      encoder.align(to: 8)
      for value in values { value.encode(to: &encoder) }
    }
  }
}

/// What the first byte of a value of this type is aligned to.
private func busAlignment(_ signature: String) -> Int {
  switch signature.utf8.first {
  case UInt8(ascii: "y"), UInt8(ascii: "g"): 1
  case UInt8(ascii: "n"), UInt8(ascii: "q"): 2
  case UInt8(ascii: "x"), UInt8(ascii: "t"), UInt8(ascii: "d"), UInt8(ascii: "("): 8
  default: 4
  }
}
