/// What is wrong with a document: where, as `mounts[3].options`, and what.
public struct JSONError: Error, Hashable, CustomStringConvertible {
  /// Empty for the document as a whole.
  public let path: String
  public let cause: String

  public init(_ path: String, _ cause: String) {
    self.path = path
    self.cause = cause
  }

  public var description: String { path.isEmpty ? cause : "\(path): \(cause)" }
}
