import CLinux
import SystemPackage

extension ProgramBuilder {
  /// clone3, and in the child the walk over the operations.
  ///
  /// - Parameters:
  ///   - channel: where the child tells what failed; a negative number for nowhere.
  ///   - textCapacity: bytes of a filesystem's own words about a failure.
  /// - Returns: the child's pid, or a negative errno.
  func run(
    _ arguments: inout clinux_clone_args, channel: Int, textCapacity: Int, initMemory: InitMemory
  ) -> Int {
    let operations = finish()
    let slots = allocate(Int(slotCount) * MemoryLayout<Int>.stride)
    let report = allocate(MemoryLayout<Report>.size + textCapacity)
    let initMemory = bytes(initMemory)
    return operations.withUnsafeBufferPointer { operations in
      guard let first = operations.baseAddress else { return -Int(Errno.invalidArgument.rawValue) }
      var memory = ChildMemory(
        operations: first, count: operations.count,
        slots: slots.bindMemory(to: Int.self, capacity: Int(slotCount)),
        report: report.bindMemory(to: Report.self, capacity: 1),
        text: (report + MemoryLayout<Report>.size).assumingMemoryBound(to: UInt8.self),
        textCapacity: textCapacity, channel: channel,
        initMemory: initMemory.bindMemory(to: InitMemory.self, capacity: 1))
      return cloneAndWalk(&arguments, MemoryLayout<clinux_clone_args>.size, &memory)
    }
  }
}
