import CLinux

/// What a child needs, all of it prepared before the clone.
struct ChildMemory {
  var operations: UnsafePointer<Operation>
  var count: Int
  var slots: UnsafeMutablePointer<Int>
  /// For the message of a failure: a `Report`, and room for a text after it.
  var report: UnsafeMutablePointer<Report>
  var text: UnsafeMutablePointer<UInt8>
  var textCapacity: Int
  /// The descriptor to the host side.
  var channel: Int
  var initMemory: UnsafeMutablePointer<InitMemory>
}

/// The child's whole life between clone and exec: a walk over the list. It allocates nothing and takes no lock, so
/// it is safe in a copy of a process with threads; the compiler holds it to that.
@_noLocks @_noAllocation
func walk(_ child: UnsafePointer<ChildMemory>, from first: Int = 0) -> Never {
  let memory = child.pointee
  var index = first
  var lastErrno: Int32 = 0
  var again = 0
  while index < memory.count {
    let operation = memory.operations + index
    var result = 0
    switch operation.pointee.kind {
    case .call:
      result = perform(operation, memory.slots)
      // Who was to be heard is gone.
      if result >= 0 && operation.pointee.wanted >= 0 && result != operation.pointee.wanted { clinux_exit(1) }
    case .compare:
      let a = operation.pointee.arguments
      if let pointer = UnsafePointer<UInt32>(bitPattern: a.0), Int(pointer.pointee) & a.1 != a.2 {
        result = -a.3
      }
    case .store:
      let a = operation.pointee.arguments
      if let pointer = UnsafeMutablePointer<Int32>(bitPattern: a.0) {
        let value = operation.pointee.slots & 2 != 0 ? memory.slots[a.1] : a.1
        pointer.pointee = Int32(truncatingIfNeeded: value)
      }
    case .load:
      let a = operation.pointee.arguments
      if let pointer = UnsafePointer<UInt32>(bitPattern: a.0) { result = Int(pointer.pointee) & a.1 }
    case .jump: break
    case .fail: result = -Int(lastErrno)
    case .becomeInit: result = becomeInit(memory.initMemory)
    case .split: result = split(child, operation.pointee.arguments.0)
    case .thread:
      result = thread(child, operation.pointee.arguments.0, from: Int(operation.pointee.onTolerated))
    }
    if result >= 0 {
      if operation.pointee.result >= 0 { memory.slots[Int(operation.pointee.result)] = result }
      index = Int(operation.pointee.onSuccess)
      continue
    }
    let errno = Int32(truncatingIfNeeded: -result)
    // A path with ".." below a root, and a rename anywhere on the machine meanwhile: the kernel asks for another try.
    if errno == 11 /* EAGAIN */ && operation.pointee.number == Int(__NR_openat2) && again < 100_000 {
      again += 1
      continue
    }
    if isTolerated(errno, operation) {
      if lastErrno != 13 /* EACCES */ { lastErrno = errno }
      index = Int(operation.pointee.onTolerated)
      continue
    }
    reportFailure(child, operation, errno)
  }
  clinux_exit(1)
}

@_noLocks @_noAllocation
private func isTolerated(_ errno: Int32, _ operation: UnsafePointer<Operation>) -> Bool {
  if case .fail = operation.pointee.kind { return false }
  let tolerated = operation.pointee.tolerated
  if tolerated.0 == Int32.max { return true }
  return errno == tolerated.0 || errno == tolerated.1 || errno == tolerated.2
}

@_noLocks @_noAllocation
private func perform(_ operation: UnsafePointer<Operation>, _ slots: UnsafeMutablePointer<Int>) -> Int {
  let arguments = operation.pointee.arguments
  let mask = operation.pointee.slots
  return clinux_syscall(
    operation.pointee.number,
    mask & 1 != 0 ? slots[arguments.0] : arguments.0,
    mask & 2 != 0 ? slots[arguments.1] : arguments.1,
    mask & 4 != 0 ? slots[arguments.2] : arguments.2,
    mask & 8 != 0 ? slots[arguments.3] : arguments.3,
    mask & 16 != 0 ? slots[arguments.4] : arguments.4,
    mask & 32 != 0 ? slots[arguments.5] : arguments.5)
}

@_noLocks @_noAllocation
private func reportFailure(
  _ child: UnsafePointer<ChildMemory>, _ operation: UnsafePointer<Operation>, _ errno: Int32
) -> Never {
  let memory = child.pointee
  var length = 0
  if operation.pointee.context >= 0 {
    let context = memory.slots[Int(operation.pointee.context)]
    length = clinux_syscall(
      Int(__NR_read), context, Int(bitPattern: memory.text), memory.textCapacity, 0, 0, 0)
  }
  memory.report.pointee.kind = 1
  memory.report.pointee.step = operation.pointee.step
  memory.report.pointee.errno = errno
  memory.report.pointee.textLength = length > 0 ? Int32(truncatingIfNeeded: length) : 0
  _ = tell(memory)
  clinux_exit(1)
}

/// Writes the report, and the text behind it.
@_noLocks @_noAllocation
private func tell(_ memory: ChildMemory) -> Int {
  let size = Int(bitPattern: memory.text) - Int(bitPattern: memory.report)
  return clinux_syscall(
    Int(__NR_write), memory.channel, Int(bitPattern: memory.report),
    size + Int(memory.report.pointee.textLength), 0, 0, 0)
}

/// clone3, after which the child goes on. The process that was tells its pid, as its own pid namespace has it, and ends: nobody
/// else could, so it tries twice.
@_noLocks @_noAllocation
private func split(_ child: UnsafePointer<ChildMemory>, _ arguments: Int) -> Int {
  let memory = child.pointee
  let pid = clinux_syscall(Int(__NR_clone3), arguments, 88, 0, 0, 0, 0)
  if pid <= 0 { return pid }
  memory.report.pointee.kind = 6
  memory.report.pointee.errno = Int32(truncatingIfNeeded: pid)
  memory.report.pointee.textLength = 0
  if tell(memory) < 0 { _ = tell(memory) }
  clinux_exit(0)
}

/// What a thread gets, at the end of its stack.
struct ThreadMemory {
  var child: UnsafePointer<ChildMemory>?
  var first = 0
}

/// A thread, which walks over the list from somewhere else, beside this one. errno is the one of both: a call may fail
/// only while the other thread waits.
@_noLocks @_noAllocation
private func thread(_ child: UnsafePointer<ChildMemory>, _ top: Int, from first: Int) -> Int {
  guard let memory = UnsafeMutablePointer<ThreadMemory>(bitPattern: top) else { return -22 /* EINVAL */ }
  memory.pointee = ThreadMemory(child: child, first: first)
  return clinux_thread(walkInThread, memory, memory)
}

@_noLocks @_noAllocation
private func walkInThread(_ memory: UnsafeMutableRawPointer?) -> Int32 {
  guard let memory = memory?.assumingMemoryBound(to: ThreadMemory.self), let child = memory.pointee.child
  else { return 1 }
  walk(child, from: memory.pointee.first)
}

/// clone3, and in the child the walk. In one function, so that nothing of Swift's runs between the two.
@_noLocks @_noAllocation
func cloneAndWalk(
  _ arguments: UnsafePointer<clinux_clone_args>, _ size: Int, _ child: UnsafePointer<ChildMemory>
) -> Int {
  let result = clinux_syscall(Int(__NR_clone3), Int(bitPattern: arguments), size, 0, 0, 0, 0)
  if result == 0 { walk(child) }
  return result
}
