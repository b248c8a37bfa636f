/// What runs in a container, and as whom.
public struct Process: Record {
  public var terminal = false
  public var consoleSize: ConsoleSize?
  public var user = User()
  public var args: [String] = []
  /// Windows' command line.
  public var commandLine: String?
  public var env: [String] = []
  public var cwd = "/"
  public var capabilities = Capabilities()
  public var rlimits: [RLimit] = []
  public var noNewPrivileges = false
  public var apparmorProfile: String?
  public var selinuxLabel: String?
  public var oomScoreAdj: Int?
  public var scheduler: Scheduler?
  public var ioPriority: IOPriority?
  public var execCPUAffinity: ExecCPUAffinity?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("terminal", &terminal)
    try properties.optional("consoleSize", &consoleSize)
    try properties.optional("user", &user)
    try properties.optional("args", &args)
    try properties.optional("commandLine", &commandLine)
    try properties.optional("env", &env)
    try properties.required("cwd", &cwd)
    try properties.optional("capabilities", &capabilities)
    try properties.optional("rlimits", &rlimits)
    try properties.optional("noNewPrivileges", &noNewPrivileges)
    try properties.optional("apparmorProfile", &apparmorProfile)
    try properties.optional("selinuxLabel", &selinuxLabel)
    try properties.optional("oomScoreAdj", &oomScoreAdj)
    try properties.optional("scheduler", &scheduler)
    try properties.optional("ioPriority", &ioPriority)
    try properties.optional("execCPUAffinity", &execCPUAffinity)
  }
}

/// In characters.
public struct ConsoleSize: Record {
  public var height: UInt64 = 0
  public var width: UInt64 = 0

  public init() {}

  public init(height: UInt64, width: UInt64) {
    self.height = height
    self.width = width
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("height", &height)
    try properties.required("width", &width)
  }
}

public struct User: Record {
  public var uid: UInt32 = 0
  public var gid: UInt32 = 0
  public var umask: UInt32?
  public var additionalGids: [UInt32] = []
  /// Windows' user.
  public var username: String?

  public init() {}

  public init(uid: UInt32 = 0, gid: UInt32 = 0, additionalGids: [UInt32] = []) {
    self.uid = uid
    self.gid = gid
    self.additionalGids = additionalGids
  }

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("uid", &uid)
    try properties.optional("gid", &gid)
    try properties.optional("umask", &umask)
    try properties.optional("additionalGids", &additionalGids)
    try properties.optional("username", &username)
  }

  /// A process has a user, be it root: whoever edits a configuration finds it there.
  public var isAbsent: Bool { false }
}

/// By their C names.
public struct Capabilities: Record {
  public var bounding: [String] = []
  public var effective: [String] = []
  public var permitted: [String] = []
  public var inheritable: [String] = []
  public var ambient: [String] = []

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("bounding", &bounding)
    try properties.optional("effective", &effective)
    try properties.optional("permitted", &permitted)
    try properties.optional("inheritable", &inheritable)
    try properties.optional("ambient", &ambient)
  }
}

public struct RLimit: Record {
  public var type = ""
  public var soft: UInt64 = 0
  public var hard: UInt64 = 0

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("type", &type)
    try properties.required("soft", &soft)
    try properties.required("hard", &hard)
  }
}

/// sched_setattr(2).
public struct Scheduler: Record {
  public enum Policy: String, JSONWord {
    case other = "SCHED_OTHER"
    case fifo = "SCHED_FIFO"
    case roundRobin = "SCHED_RR"
    case batch = "SCHED_BATCH"
    case iso = "SCHED_ISO"
    case idle = "SCHED_IDLE"
    case deadline = "SCHED_DEADLINE"
  }

  public enum Flag: String, JSONWord {
    case resetOnFork = "SCHED_FLAG_RESET_ON_FORK"
    case reclaim = "SCHED_FLAG_RECLAIM"
    case overrun = "SCHED_FLAG_DL_OVERRUN"
    case keepPolicy = "SCHED_FLAG_KEEP_POLICY"
    case keepParams = "SCHED_FLAG_KEEP_PARAMS"
    case utilClampMin = "SCHED_FLAG_UTIL_CLAMP_MIN"
    case utilClampMax = "SCHED_FLAG_UTIL_CLAMP_MAX"
  }

  public var policy = Policy.other
  public var nice: Int32?
  public var priority: Int32?
  public var flags: [Flag] = []
  /// Nanoseconds, as the two after it.
  public var runtime: UInt64?
  public var deadline: UInt64?
  public var period: UInt64?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("policy", &policy)
    try properties.optional("nice", &nice)
    try properties.optional("priority", &priority)
    try properties.optional("flags", &flags)
    try properties.optional("runtime", &runtime)
    try properties.optional("deadline", &deadline)
    try properties.optional("period", &period)
  }
}

/// ioprio_set(2).
public struct IOPriority: Record {
  public enum Class: String, JSONWord {
    case realTime = "IOPRIO_CLASS_RT"
    case bestEffort = "IOPRIO_CLASS_BE"
    case idle = "IOPRIO_CLASS_IDLE"
  }

  public var `class` = Class.bestEffort
  public var priority: Int32?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.required("class", &`class`)
    try properties.optional("priority", &priority)
  }
}

/// Lists of processors, as "0-3,7", for `exec`: before and after it enters the container's cgroup.
public struct ExecCPUAffinity: Record {
  public var initial: String?
  public var final: String?

  public init() {}

  public mutating func walk(_ properties: inout some Properties) throws(JSONError) {
    try properties.optional("initial", &initial)
    try properties.optional("final", &final)
  }
}
