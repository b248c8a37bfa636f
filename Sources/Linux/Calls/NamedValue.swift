/// A number of which the kernel knows some, that prints as C writes it: `CAP_NET_ADMIN`, or `99` where it has no name.
///
/// A struct and no enum: a kernel newer than this library gives numbers that have no case.
public protocol NamedValue: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger {
  init(rawValue: RawValue)

  /// Each value with its C name.
  static var names: [(value: Self, name: String)] { get }
}

extension NamedValue {
  /// The value with this C name; nil for an unknown one.
  public init?(name: String) {
    guard let found = Self.names.first(where: { $0.name == name }) else { return nil }
    self = found.value
  }

  public var description: String { Self.names.first { $0.value == self }?.name ?? "\(rawValue)" }
}
