import OCISpec

/// What the kernel takes as a map of ids (user_namespaces(7)), looked at before anything is made: it has one error for
/// all that is wrong, and doesn't say where.
func checkMap(_ map: [OCISpec.IDMapping], _ property: String) throws {
  if map.count > maximumLines {
    throw CompileError(
      property, "\(map.count) mappings are more than the \(maximumLines) that the kernel takes")
  }
  for (index, mapping) in map.enumerated() {
    let place = "\(property)[\(index)]"
    if mapping.size == 0 { throw CompileError("\(place).size", "it is 0, and must be 1 at least") }
    for (name, first) in [("containerID", mapping.containerID), ("hostID", mapping.hostID)]
    where first.addingReportingOverflow(mapping.size).overflow {
      throw CompileError(
        "\(place).size", "\(mapping.size) ids from \(name) \(first) on go beyond \(UInt32.max - 1)")
    }
    for (number, other) in map[..<index].enumerated() {
      for (name, first, second) in [
        ("containerID", mapping.containerID, other.containerID), ("hostID", mapping.hostID, other.hostID),
      ] where first < second + other.size && second < first + mapping.size {
        throw CompileError(
          "\(place).\(name)",
          "\(range(first, mapping.size)) overlap with \(range(second, other.size)) of \(property)[\(number)]")
      }
    }
  }
  let size = map.reduce(0) { $0 + "\(IDMapping($1))\n".utf8.count }
  if size >= smallestPage {
    throw CompileError(
      property, "the map is a text of \(size) bytes, and the kernel takes less than a page, \(smallestPage)")
  }
}

/// UID_GID_MAP_MAX_EXTENTS, since Linux 4.15.
private let maximumLines = 340

private let smallestPage = 4096

private func range(_ first: UInt32, _ size: UInt32) -> String { "the ids \(first) to \(first + (size - 1))" }
