import Linux

/// Stops and continues all processes of a cgroup: by v1's freezer, or by v2 where that is not.
struct CgroupFreezer {
  private let path: String?
  private let isV1: Bool

  init(_ record: ContainerRecord) {
    isV1 = record.freezer != nil
    path = record.freezer ?? record.unified
  }

  var isFrozen: Bool {
    guard let path else { return false }
    if isV1 { return (try? readFile("\(path)/freezer.state"))?.begins(with: "THAWED") == false }
    return (try? readFile("\(path)/cgroup.events"))?.parts(at: "\n").contains("frozen 1") == true
  }

  func freeze() throws { try set(true) }
  func thaw() throws { try set(false) }

  /// v1 needs more than one try while processes come to be.
  private func set(_ wanted: Bool) throws {
    guard let path else { throw ContainerError("the container has no cgroup that can be frozen") }
    for _ in 0..<1000 {
      if isV1 {
        try writeFile("\(path)/freezer.state", wanted ? "FROZEN" : "THAWED")
      } else {
        try writeFile("\(path)/cgroup.freeze", wanted ? "1" : "0")
      }
      if try isSet(path, wanted) { return }
      var none: [PollDescriptor] = []
      _ = try poll(&none, timeout: .milliseconds(2))
    }
    if wanted { try? set(false) }
    throw ContainerError("the cgroup \(path) could not be \(wanted ? "frozen" : "thawed")")
  }

  private func isSet(_ path: String, _ wanted: Bool) throws -> Bool {
    if isV1 { return try readFile("\(path)/freezer.state").begins(with: wanted ? "FROZEN" : "THAWED") }
    return isFrozen == wanted
  }
}
