import ArgumentParser
import Containers
import Linux
import OCISpec

extension ContainerOptions {
  func resources() throws -> Resources {
    var resources = Resources()
    resources.devices = Defaults.deviceRules
    resources.memory.limit = try single("--memory", memory).map { try size("--memory", $0) }
    resources.memory.swap = try single("--memory-swap", memorySwap).map {
      $0 == "-1" ? -1 : try size("--memory-swap", $0)
    }
    if resources.memory.swap != nil && resources.memory.limit == nil {
      throw ValidationError("--memory-swap needs --memory beside it")
    }
    if let text = try single("--cpus", cpus) {
      guard isDecimal(text), let number = Double(text), number >= 0.01, number <= 10_000 else {
        throw ValidationError("--cpus \(text): it is a number from 0.01 to 10000")
      }
      resources.cpu.period = 100_000
      resources.cpu.quota = Int64((number * 100_000).rounded())
    }
    if let text = try single("--cpu-shares", cpuShares) {
      guard let shares = UInt64(text), (2...262_144).contains(shares) else {
        throw ValidationError("--cpu-shares \(text): it is a number from 2 to 262144")
      }
      resources.cpu.shares = shares
    }
    if let text = try single("--pids-limit", pidsLimit) {
      guard let limit = Int64(text), limit == -1 || (1...4_194_304).contains(limit) else {
        throw ValidationError("--pids-limit \(text): it is a number from 1 to 4194304, or -1")
      }
      resources.pids = Pids(limit: limit)
    }
    return resources
  }
}

extension ContainerOptions {
  /// The plan of a request of these options; errors name what was typed.
  func plan(_ request: ContainerRequest, _ host: HostFacts) throws -> Plan {
    do { return try compile(request, host) } catch let error as CompileError {
      throw CompileError(option(of: error.property, request), error.cause)
    }
  }

  /// The option that a property comes from.
  private func option(of property: String, _ request: ContainerRequest) -> String {
    let options = [
      "linux.resources.memory.limit": "--memory", "linux.resources.memory.swap": "--memory-swap",
      "linux.resources.cpu.quota": "--cpus", "linux.resources.cpu.shares": "--cpu-shares",
      "linux.resources.pids.limit": "--pids-limit", "process.capabilities": "--cap-add",
      "process.user.uid": "--user", "process.user.gid": "--user", "process.user.additionalGids": "--user",
      "linux.cgroupsPath": "--cgroup-manager systemd",
    ]
    if let option = options[property] { return option }
    // "mounts[7].options"; those that were typed are the last, volumes first.
    let mounts = request.config.mounts
    let word = property.parts(at: "[").last?.parts(at: "]").first ?? ""
    guard property.begins(with: "mounts["), let index = Int(word), mounts.indices.contains(index) else {
      return property
    }
    let path = mounts[index].destination
    if index >= mounts.count - tmpfs.count { return "--tmpfs \(path)" }
    if index >= mounts.count - tmpfs.count - volume.count { return "--volume \(path)" }
    return "the mount on \(path)"
  }
}

/// "512m": bytes, or with k, m, g for powers of 1024; at least a page.
func size(_ option: String, _ text: String) throws -> Int64 {
  let factors: [UInt8: Int64] = [
    UInt8(ascii: "b"): 1, UInt8(ascii: "k"): 1 << 10, UInt8(ascii: "m"): 1 << 20, UInt8(ascii: "g"): 1 << 30,
  ]
  let toLower: UInt8 = 0x20
  let suffix = text.utf8.last.flatMap { factors[$0 | toLower] }
  let digits = suffix == nil ? text : String(decoding: text.utf8.dropLast(), as: UTF8.self)
  let wrong = ValidationError("\(option) \(text): a size is a number of bytes, or one with k, m or g")
  guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(digits) else {
    throw wrong
  }
  let (bytes, overflow) = number.multipliedReportingOverflow(by: suffix ?? 1)
  if overflow { throw wrong }
  if bytes < 4096 { throw ValidationError("\(option) \(text): less than a page of 4096 bytes") }
  return bytes
}

private func isDecimal(_ text: String) -> Bool {
  text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
}

/// The default capabilities, with some added and dropped; names with or without CAP_.
func capabilities(add: [String], drop: [String]) throws -> [String] {
  let drops = drop.map(capabilityName)
  let adds = add.map(capabilityName)
  var set = drops.contains("CAP_ALL") ? [] : Defaults.capabilities
  if adds.contains("CAP_ALL") {
    let own = try capget().permitted
    set = (own.isEmpty ? CapabilitySet(through: lastCapability()) : own).map(\.description)
  }
  for name in adds + drops where name != "CAP_ALL" && Capability(name: name) == nil {
    throw ValidationError("there is no capability \(name)")
  }
  for name in adds where name != "CAP_ALL" && !set.contains(name) { set.append(name) }
  return set.filter { !drops.contains($0) }
}

private func capabilityName(_ text: String) -> String {
  // There are letters that aren't ASCII and have an uppercase that is.
  let name = text.utf8.allSatisfy { $0 < 0x80 } ? text.uppercased() : text
  return name.begins(with: "CAP_") ? name : "CAP_" + name
}
