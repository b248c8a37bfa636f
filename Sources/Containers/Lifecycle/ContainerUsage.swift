import Linux
import OCISpec

/// What a container uses, as `events` prints it.
public struct ContainerUsage: Record {
  public var cpu = CPUUsage()
  public var memory = MemoryUsage()
  public var pids = PidsUsage()
  public var blkio = BlockIOUsage()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("cpu", &cpu)
    try properties.required("memory", &memory)
    try properties.required("pids", &pids)
    try properties.required("blkio", &blkio)
  }
}

public struct CPUUsage: Record {
  /// Nanoseconds.
  public struct Times: Record {
    public var total: UInt64 = 0
    public var kernel: UInt64 = 0
    public var user: UInt64 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("total", &total)
      try properties.required("kernel", &kernel)
      try properties.required("user", &user)
    }
  }

  public struct Throttling: Record {
    public var periods: UInt64 = 0
    public var throttledPeriods: UInt64 = 0
    /// Nanoseconds.
    public var throttledTime: UInt64 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("periods", &periods)
      try properties.required("throttledPeriods", &throttledPeriods)
      try properties.required("throttledTime", &throttledTime)
    }
  }

  public var usage = Times()
  public var throttling = Throttling()
  public var psi: Pressure?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("usage", &usage)
    try properties.required("throttling", &throttling)
    try properties.optional("psi", &psi)
  }
}

public struct MemoryUsage: Record {
  /// Bytes; `limit` is the highest number where there is none.
  public struct Amount: Record {
    public var limit: UInt64 = .max
    public var usage: UInt64 = 0
    public var max: UInt64 = 0
    public var failcnt: UInt64 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("limit", &limit)
      try properties.required("usage", &usage)
      try properties.required("max", &max)
      try properties.required("failcnt", &failcnt)
    }
  }

  public var cache: UInt64 = 0
  public var usage = Amount()
  public var swap = Amount()
  /// memory.stat, as it is.
  public var raw = Members<UInt64>()
  public var psi: Pressure?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("cache", &cache)
    try properties.required("usage", &usage)
    try properties.required("swap", &swap)
    try properties.required("raw", &raw)
    try properties.optional("psi", &psi)
  }
}

public struct PidsUsage: Record {
  public var current: UInt64 = 0
  /// 0 where there is none.
  public var limit: UInt64 = 0

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("current", &current)
    try properties.required("limit", &limit)
  }
}

public struct BlockIOUsage: Record {
  public struct Entry: Record {
    public var major: UInt64 = 0
    public var minor: UInt64 = 0
    public var op = ""
    public var value: UInt64 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("major", &major)
      try properties.required("minor", &minor)
      try properties.required("op", &op)
      try properties.required("value", &value)
    }
  }

  public var ioServiceBytesRecursive: [Entry] = []
  public var ioServicedRecursive: [Entry] = []
  public var psi: Pressure?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("ioServiceBytesRecursive", &ioServiceBytesRecursive)
    try properties.required("ioServicedRecursive", &ioServicedRecursive)
    try properties.optional("psi", &psi)
  }
}
