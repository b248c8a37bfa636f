import Linux

/// A container that could not be made: the step, the cause, and the remedy where one is known.
public struct ContainerError: Error, CustomStringConvertible {
  public let description: String
  /// Set when the command itself could not be executed: its errno.
  public let execErrno: Int32?

  public init(_ description: String, execErrno: Int32? = nil) {
    self.description = description
    self.execErrno = execErrno
  }
}
