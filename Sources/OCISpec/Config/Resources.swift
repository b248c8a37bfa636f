/// Limits, which a cgroup has.
public struct Resources: Record {
  /// In this order: the last that matches decides.
  public var devices: [DeviceRule] = []
  public var memory = Memory()
  public var cpu = CPU()
  public var pids: Pids?
  public var blockIO = BlockIO()
  public var hugepageLimits: [HugepageLimit] = []
  public var network = Network()
  public var rdma = Members<Rdma>()
  /// Files of cgroup version 2, and what to write there.
  public var unified = Members<String>()

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("devices", &devices)
    try properties.optional("memory", &memory)
    try properties.optional("cpu", &cpu)
    try properties.optional("pids", &pids)
    try properties.optional("blockIO", &blockIO)
    try properties.optional("hugepageLimits", &hugepageLimits)
    try properties.optional("network", &network)
    try properties.optional("rdma", &rdma)
    try properties.optional("unified", &unified)
  }
}

/// Allows or denies what may be done with devices.
public struct DeviceRule: Record {
  public var allow = false
  /// "c", "b", or "a" for both, which it is without one.
  public var type: String?
  /// nil for any.
  public var major: Int64?
  public var minor: Int64?
  /// Letters of "rwm": read, write, mknod. All, where it is missing.
  public var access: String?

  public init() {}

  public init(
    allow: Bool, _ type: String? = nil, _ major: Int64? = nil, _ minor: Int64? = nil, _ access: String = "rwm"
  ) {
    self.allow = allow
    self.type = type
    self.major = major
    self.minor = minor
    self.access = access
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("allow", &allow)
    try properties.optional("type", &type)
    try properties.optional("major", &major)
    try properties.optional("minor", &minor)
    try properties.optional("access", &access)
  }
}

/// In bytes; -1 for no limit.
public struct Memory: Record {
  public var limit: Int64?
  public var reservation: Int64?
  /// Memory and swap together.
  public var swap: Int64?
  public var kernel: Int64?
  public var kernelTCP: Int64?
  /// 0 to 100.
  public var swappiness: UInt64?
  public var disableOOMKiller = false
  public var useHierarchy: Bool?
  /// A limit that is below what is used already is an error.
  public var checkBeforeUpdate = false

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("limit", &limit)
    try properties.optional("reservation", &reservation)
    try properties.optional("swap", &swap)
    try properties.optional("kernel", &kernel)
    try properties.optional("kernelTCP", &kernelTCP)
    try properties.optional("swappiness", &swappiness)
    try properties.optional("disableOOMKiller", &disableOOMKiller)
    try properties.optional("useHierarchy", &useHierarchy)
    try properties.optional("checkBeforeUpdate", &checkBeforeUpdate)
  }
}

/// Times are in microseconds.
public struct CPU: Record {
  /// A relative weight, 2 to 262144.
  public var shares: UInt64?
  /// In each period.
  public var quota: Int64?
  public var burst: UInt64?
  public var period: UInt64?
  public var realtimeRuntime: Int64?
  public var realtimePeriod: UInt64?
  /// Lists, as "0-3,7".
  public var cpus: String?
  public var mems: String?
  public var idle: Int64?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("shares", &shares)
    try properties.optional("quota", &quota)
    try properties.optional("burst", &burst)
    try properties.optional("period", &period)
    try properties.optional("realtimeRuntime", &realtimeRuntime)
    try properties.optional("realtimePeriod", &realtimePeriod)
    try properties.optional("cpus", &cpus)
    try properties.optional("mems", &mems)
    try properties.optional("idle", &idle)
  }
}

public struct Pids: Record {
  /// Processes and threads; -1 for no limit.
  public var limit: Int64 = -1

  public init() {}

  public init(limit: Int64) { self.limit = limit }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("limit", &limit)
  }
}

public struct HugepageLimit: Record {
  /// As "2MB".
  public var pageSize = ""
  /// Bytes.
  public var limit: UInt64 = 0

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("pageSize", &pageSize)
    try properties.required("limit", &limit)
  }
}

public struct Network: Record {
  public struct Priority: Record {
    /// Of a network device.
    public var name = ""
    public var priority: UInt32 = 0

    public init() {}

    public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
      try properties.required("name", &name)
      try properties.required("priority", &priority)
    }
  }

  public var classID: UInt32?
  public var priorities: [Priority] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("classID", &classID)
    try properties.optional("priorities", &priorities)
  }
}

public struct Rdma: Record {
  public var hcaHandles: UInt32?
  public var hcaObjects: UInt32?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("hcaHandles", &hcaHandles)
    try properties.optional("hcaObjects", &hcaObjects)
  }
}
