/// One entry of the program that a child runs between clone and exec: plain numbers, prepared before.
struct Operation {
  enum Kind: Int32 {
    /// A system call.
    case call
    /// Memory at `arguments.0`, masked with `arguments.1`, must equal `arguments.2`; else the errno `arguments.3`.
    case compare
    /// Stores `arguments.1` at the address `arguments.0`, as a C int.
    case store
    /// The result is the memory at `arguments.0`, masked with `arguments.1`.
    case load
    case jump
    /// Fails with the errno that was tolerated last; EACCES wins over the others.
    case fail
    /// Splits off the command's process and stays behind as init.
    case becomeInit
    /// clone3 with the arguments at `arguments.0`; the process that was tells the new one's pid, and ends.
    case split
    /// A thread on the stack that ends at `arguments.0`, with a `ThreadMemory` there. It begins at `onTolerated`.
    case thread
  }

  var kind: Kind
  /// The index of the plan's step, for the report.
  var step: Int32
  var number = 0
  var arguments = (0, 0, 0, 0, 0, 0)
  /// Bit i: argument i is the number of a slot, and the slot's value is passed.
  var slots: UInt8 = 0
  /// The slot for the result, or -1.
  var result: Int32 = -1
  /// Results other than this one end the child in silence: the host side has gone.
  var wanted: Int = -1
  /// Up to three errnos that lead to `onTolerated` and are no failure.
  var tolerated: (Int32, Int32, Int32) = (0, 0, 0)
  /// Indexes of the next operation.
  var onSuccess: Int32 = 0
  var onTolerated: Int32 = 0
  /// The slot of a filesystem context, whose messages explain a failure; or -1.
  var context: Int32 = -1
}

/// What a child tells the host side, one message each.
struct Report {
  static let failed: Int32 = 1
  static let traced: Int32 = 2
  static let terminal: Int32 = 3
  /// All is done but exec. What ends without it was killed.
  static let ready: Int32 = 4
  /// The child waits for "go".
  static let sync: Int32 = 5
  /// The child goes on as another process, whose pid takes the place of `errno`.
  static let split: Int32 = 6
  /// The child has a seccomp listener, which comes with this, and waits for "go".
  static let listener: Int32 = 7
  /// The namespaces of the child, which come with this in the order of `CloneFlags.kinds`.
  static let namespaces: Int32 = 8

  var kind: Int32 = 0
  var step: Int32 = 0
  var errno: Int32 = 0
  var textLength: Int32 = 0
  /// CLOCK_MONOTONIC: seconds, nanoseconds.
  var time: (Int, Int) = (0, 0)
}
