/// Weights are 10 to 1000.
public struct BlockIO: Record {
  public var weight: UInt16?
  public var leafWeight: UInt16?
  public var weightDevice: [WeightDevice] = []
  public var throttleReadBpsDevice: [ThrottleDevice] = []
  public var throttleWriteBpsDevice: [ThrottleDevice] = []
  public var throttleReadIOPSDevice: [ThrottleDevice] = []
  public var throttleWriteIOPSDevice: [ThrottleDevice] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("weight", &weight)
    try properties.optional("leafWeight", &leafWeight)
    try properties.optional("weightDevice", &weightDevice)
    try properties.optional("throttleReadBpsDevice", &throttleReadBpsDevice)
    try properties.optional("throttleWriteBpsDevice", &throttleWriteBpsDevice)
    try properties.optional("throttleReadIOPSDevice", &throttleReadIOPSDevice)
    try properties.optional("throttleWriteIOPSDevice", &throttleWriteIOPSDevice)
  }
}

public struct WeightDevice: Record {
  public var major: Int64 = 0
  public var minor: Int64 = 0
  public var weight: UInt16?
  public var leafWeight: UInt16?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("major", &major)
    try properties.required("minor", &minor)
    try properties.optional("weight", &weight)
    try properties.optional("leafWeight", &leafWeight)
  }
}

public struct ThrottleDevice: Record {
  public var major: Int64 = 0
  public var minor: Int64 = 0
  /// Bytes or operations in a second.
  public var rate: UInt64?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("major", &major)
    try properties.required("minor", &minor)
    try properties.optional("rate", &rate)
  }
}
