import Containers
import OCISpec
import SystemPackage

extension Verb {
  static let update = Verb(
    name: "update", words: "ID", summary: "Change the limits of a container that runs.",
    options: [
      Option("resources", "r", value: "FILE", help: "the limits, as linux.resources; - is standard input"),
      Option("memory", value: "BYTES", help: "memory"),
      Option("memory-reservation", value: "BYTES", help: "memory below which nothing is taken away"),
      Option("memory-swap", value: "BYTES", help: "memory and swap together; -1 for no limit"),
      Option("kernel-memory", value: "BYTES", help: "memory of the kernel (version 1)"),
      Option("kernel-memory-tcp", value: "BYTES", help: "memory of TCP buffers (version 1)"),
      Option("cpu-share", value: "SHARES", help: "weight among others, 2 to 262144"),
      Option("cpu-quota", value: "MICROSECONDS", help: "processor time in each period; -1 for no limit"),
      Option("cpu-period", value: "MICROSECONDS", help: "the period's length"),
      Option("cpu-burst", value: "MICROSECONDS", help: "what may be saved up"),
      Option("cpu-rt-period", value: "MICROSECONDS", help: "the period of real-time processes"),
      Option("cpu-rt-runtime", value: "MICROSECONDS", help: "their time in it"),
      Option("cpu-idle", value: "0|1", help: "whether it only gets what others leave"),
      Option("cpuset-cpus", value: "LIST", help: "processors, as 0-3,7"),
      Option("cpuset-mems", value: "LIST", help: "memory nodes"),
      Option("pids-limit", value: "N", help: "processes; -1 for no limit"),
      Option("blkio-weight", value: "WEIGHT", help: "weight in input and output, 10 to 1000"),
    ]
  ) { context, arguments in
    let resources =
      try arguments["resources"].map { try readResources($0, context.runtime.warn) } ?? resources(arguments)
    try context.runtime.update(arguments.id(), resources)
    return 0
  }
}

private func readResources(_ file: String, _ warn: (String) -> Void) throws -> Resources {
  var text: [UInt8] = []
  let descriptor = file == "-" ? FileDescriptor.standardInput : try .open(FilePath(file), .readOnly)
  var buffer = [UInt8](repeating: 0, count: 65536)
  while text.count <= JSONReader.maximumSize {
    let count = try buffer.withUnsafeMutableBytes { try descriptor.read(into: $0) }
    if count == 0 { break }
    text += buffer[..<count]
  }
  let (resources, unknown) = try JSONReader.read(Resources.self, text)
  for property in unknown { warn("\(file): \(property): unknown, and ignored") }
  return resources
}

private func resources(_ arguments: Arguments) throws(UsageError) -> Resources {
  func number<Number: FixedWidthInteger>(_ name: String, _: Number.Type = Number.self) throws(UsageError)
    -> Number?
  {
    guard let text = arguments[name] else { return nil }
    guard let number = Number(text) ?? size(text).flatMap(Number.init(exactly:)) else {
      throw UsageError("--\(name) \(text): it is no number that fits")
    }
    return number
  }
  var resources = Resources()
  resources.memory.limit = try number("memory")
  resources.memory.reservation = try number("memory-reservation")
  resources.memory.swap = try number("memory-swap")
  resources.memory.kernel = try number("kernel-memory")
  resources.memory.kernelTCP = try number("kernel-memory-tcp")
  resources.cpu.shares = try number("cpu-share")
  resources.cpu.quota = try number("cpu-quota")
  resources.cpu.period = try number("cpu-period")
  resources.cpu.burst = try number("cpu-burst")
  resources.cpu.realtimePeriod = try number("cpu-rt-period")
  resources.cpu.realtimeRuntime = try number("cpu-rt-runtime")
  resources.cpu.idle = try number("cpu-idle")
  resources.cpu.cpus = arguments["cpuset-cpus"]
  resources.cpu.mems = arguments["cpuset-mems"]
  if let limit: Int64 = try number("pids-limit") { resources.pids = Pids(limit: limit) }
  resources.blockIO.weight = try number("blkio-weight")
  return resources
}

/// A number of bytes with a unit: 50M, 1g, 64KiB.
private func size(_ text: String) -> Int64? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  var unit = text.dropFirst(digits.count).lowercased()
  for ending in ["ib", "b"] where unit.hasSuffix(ending) && unit.utf8.count > ending.utf8.count {
    unit.removeLast(ending.utf8.count)
    break
  }
  guard let number = Int64(digits), let power = ["k", "m", "g", "t"].firstIndex(of: unit) else { return nil }
  let (product, overflow) = number.multipliedReportingOverflow(by: 1 << (10 * (Int64(power) + 1)))
  return overflow ? nil : product
}
