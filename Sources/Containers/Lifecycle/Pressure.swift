import OCISpec

/// How long processes had to wait for a resource (PSI): cgroups of version 2 tell it.
public struct Pressure: Record {
  public struct Stall: Record {
    /// The part of the last 10, 60 and 300 seconds, in percent.
    public var avg10 = Percentage()
    public var avg60 = Percentage()
    public var avg300 = Percentage()
    /// Microseconds.
    public var total: UInt64 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("avg10", &avg10)
      try properties.required("avg60", &avg60)
      try properties.required("avg300", &avg300)
      try properties.required("total", &total)
    }
  }

  /// Some processes had to wait, and all that had something to do.
  public var some = Stall()
  public var full = Stall()

  public init() {}

  /// Lines like "some avg10=0.00 avg60=0.00 avg300=0.00 total=0". What isn't there stays 0: older kernels have no
  /// second line for processors.
  init(_ text: String) {
    for line in text.parts(at: "\n") {
      let words = line.parts(at: " ")
      var stall = Stall()
      for word in words.dropFirst() {
        guard let (name, value) = word.cut(at: "=") else { continue }
        switch name {
        case "avg10": stall.avg10 = Percentage(value)
        case "avg60": stall.avg60 = Percentage(value)
        case "avg300": stall.avg300 = Percentage(value)
        case "total": stall.total = UInt64(value) ?? 0
        default: break
        }
      }
      switch words[0] {
      case "some": some = stall
      case "full": full = stall
      default: break
      }
    }
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("some", &some)
    try properties.required("full", &full)
  }
}

/// A number with two places, as the kernel writes it.
public struct Percentage: JSONValue, Hashable, Sendable {
  public var hundredths: UInt64 = 0

  public init() {}

  init(_ text: String) {
    let parts = text.parts(at: ".")
    guard parts.count == 2, parts[1].utf8.count == 2, let whole = UInt64(parts[0]),
      let rest = UInt64(parts[1]),
      whole <= 100
    else { return }
    hundredths = whole * 100 + rest
  }

  public init(_ reader: JSONReader, _ token: JSONToken) throws(JSONError) { hundredths = 0 }

  public func write(to writer: inout JSONWriter) {
    let rest = hundredths % 100
    writer.plain("\(hundredths / 100)\(rest == 0 ? "" : rest < 10 ? ".0\(rest)" : ".\(rest)")")
  }
}
