/// A value of the text: where it is, and where the next one begins.
public struct JSONToken: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    case null, bool, number, string, array, object
  }

  public internal(set) var kind: Kind
  /// Its first byte; of a string the first one behind the quote.
  var start: UInt32
  /// Behind its last byte; of a string the closing quote.
  var end: UInt32
  /// In the reader's tokens, its own place, and that of what follows all that is in it.
  var index: UInt32
  var next: UInt32 = 0
  /// Of a string, whether there is a backslash in it.
  var hasEscapes = false
}

extension JSONToken.Kind: CustomStringConvertible {
  public var description: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }
}
