import CLinux
import Linux

/// A place for a result: a descriptor, mostly.
struct Slot {
  var index: Int32
}

/// A number, or the value of a slot.
enum Argument: ExpressibleByIntegerLiteral {
  case value(Int)
  case slot(Slot)

  init(integerLiteral value: Int) { self = .value(value) }
}

/// Where a jump leads: placed after it.
final class Label {
  fileprivate var index: Int32 = -1
}

/// Builds the operations of a child, and owns the memory that they point to.
final class ProgramBuilder {
  private(set) var operations: [Operation] = []
  private(set) var slotCount: Int32 = 0
  var step: Int32 = 0
  private var memory: [UnsafeMutableRawPointer] = []
  private var jumps: [(operation: Int, field: WritableKeyPath<Operation, Int32>, label: Label)] = []

  deinit { for block in memory { block.deallocate() } }

  // MARK: Memory

  /// Zeroed bytes that live as long as the builder.
  func allocate(_ count: Int) -> UnsafeMutableRawPointer {
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(count, 8), alignment: 16)
    block.initializeMemory(as: UInt8.self, repeating: 0, count: max(count, 8))
    memory.append(block)
    return block
  }

  /// A C string's address.
  func text(_ string: String) -> Argument { counted(string).address }

  /// A C string's address, and how many bytes come before its zero.
  func counted(_ string: String) -> (address: Argument, count: Argument) {
    let bytes = string.bytes
    let block = allocate(bytes.count + 1)
    block.copyMemory(from: bytes, byteCount: bytes.count)
    return (address(block), .value(bytes.count))
  }

  /// A NULL-terminated array of C strings.
  func texts(_ strings: [String]) -> Argument {
    let size = MemoryLayout<Int>.stride
    let block = allocate((strings.count + 1) * size)
    for (index, string) in strings.enumerated() {
      guard case .value(let address) = text(string) else { continue }
      block.storeBytes(of: address, toByteOffset: index * size, as: Int.self)
    }
    return address(block)
  }

  /// The bytes of a structure.
  func bytes<T: BitwiseCopyable>(_ value: T) -> UnsafeMutableRawPointer {
    let block = allocate(MemoryLayout<T>.size)
    block.storeBytes(of: value, as: T.self)
    return block
  }

  func address(_ pointer: UnsafeMutableRawPointer) -> Argument { .value(Int(bitPattern: pointer)) }

  // MARK: Operations

  /// In place of errnos that are tolerated: whatever fails.
  static let anyErrno = Int32.max

  func slot() -> Slot {
    slotCount += 1
    return Slot(index: slotCount - 1)
  }

  /// Adds a system call.
  ///
  /// - Parameters:
  ///   - tolerate: errnos that are no failure; they lead to `otherwise`, or to the next operation.
  ///   - then: where success leads; the next operation by default.
  ///   - explained: the filesystem context whose messages explain a failure.
  @discardableResult
  func call(
    _ number: some BinaryInteger, _ arguments: Argument..., into result: Slot? = nil, wanted: Int = -1,
    tolerate: [Int32] = [], otherwise: Label? = nil, then: Label? = nil, explained context: Slot? = nil
  ) -> Slot? {
    var operation = Operation(kind: .call, step: step, number: Int(number))
    fill(&operation, arguments)
    operation.result = result?.index ?? -1
    operation.wanted = wanted
    operation.context = context?.index ?? -1
    let errnos = tolerate + [0, 0, 0]
    operation.tolerated = (errnos[0], errnos[1], errnos[2])
    append(operation, then: then, otherwise: otherwise)
    return result
  }

  /// Adds a check of 32 bits of memory.
  ///
  /// - Parameter otherwise: where another value leads; without it that is a failure.
  func compare(
    _ pointer: UnsafeMutableRawPointer, mask: Int, equals value: Int, errno: Int32, otherwise: Label? = nil
  ) {
    var operation = Operation(kind: .compare, step: step)
    operation.arguments = (Int(bitPattern: pointer), mask, value, Int(errno), 0, 0)
    if otherwise != nil { operation.tolerated.0 = errno }
    append(operation, otherwise: otherwise)
  }

  /// Adds a clone into namespaces, after which the child goes on.
  func split(_ flags: CloneFlags) {
    var arguments = clinux_clone_args()
    arguments.flags = flags.rawValue | UInt64(LINUX_CLONE_PARENT)
    var operation = Operation(kind: .split, step: step)
    operation.arguments.0 = Int(bitPattern: bytes(arguments))
    append(operation)
  }

  /// Adds a thread, which begins where the label is placed, and shares memory and descriptors. exec ends it.
  func thread(_ label: Label) {
    let stack = 64 << 10
    var operation = Operation(kind: .thread, step: step)
    operation.arguments.0 = Int(bitPattern: allocate(stack) + stack - 64)
    append(operation, otherwise: label)
  }

  /// Adds a store of 32 bits.
  func store(_ value: Argument, at pointer: UnsafeMutableRawPointer) {
    var operation = Operation(kind: .store, step: step)
    fill(&operation, [address(pointer), value])
    append(operation)
  }

  /// Adds a load of 32 bits.
  func load(_ pointer: UnsafeMutableRawPointer, mask: Int, into slot: Slot) {
    var operation = Operation(kind: .load, step: step)
    fill(&operation, [address(pointer), .value(mask)])
    operation.result = slot.index
    append(operation)
  }

  func jump(_ label: Label) { append(Operation(kind: .jump, step: step), then: label) }

  func fail() { append(Operation(kind: .fail, step: step)) }

  func becomeInit() { append(Operation(kind: .becomeInit, step: step)) }

  /// The next operation is where the label's jumps lead.
  func place(_ label: Label) { label.index = Int32(operations.count) }

  private func append(_ operation: Operation, then: Label? = nil, otherwise: Label? = nil) {
    var operation = operation
    let next = Int32(operations.count + 1)
    operation.onSuccess = next
    operation.onTolerated = next
    if let then { jumps.append((operations.count, \.onSuccess, then)) }
    if let otherwise { jumps.append((operations.count, \.onTolerated, otherwise)) }
    operations.append(operation)
  }

  private func fill(_ operation: inout Operation, _ arguments: [Argument]) {
    var values = [0, 0, 0, 0, 0, 0]
    for (index, argument) in arguments.enumerated() {
      switch argument {
      case .value(let value): values[index] = value
      case .slot(let slot):
        values[index] = Int(slot.index)
        operation.slots |= 1 << UInt8(index)
      }
    }
    operation.arguments = (values[0], values[1], values[2], values[3], values[4], values[5])
  }

  /// Resolves the jumps; to be called once, at the end.
  func finish() -> [Operation] {
    for jump in jumps {
      precondition(jump.label.index >= 0, "a label was never placed")
      operations[jump.operation][keyPath: jump.field] = jump.label.index
    }
    return operations
  }
}
