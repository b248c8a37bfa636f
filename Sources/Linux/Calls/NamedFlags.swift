/// Flags that print as C writes them: `MS_NOSUID | MS_NODEV | 0x400000000`.
/// Bits without a name survive and print in hexadecimal.
public protocol NamedFlags: OptionSet, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger {
  /// Each flag with its C name, in the order of printing.
  static var names: [(flag: Self, name: String)] { get }
}

extension NamedFlags {
  public var description: String {
    if rawValue == 0 { return "0" }
    var rest = rawValue
    var parts: [String] = []
    for (flag, name) in Self.names where flag.rawValue != 0 && rest & flag.rawValue == flag.rawValue {
      parts.append(name)
      rest &= ~flag.rawValue
    }
    if rest != 0 { parts.append("0x" + String(rest, radix: 16)) }
    return parts.joined(separator: " | ")
  }
}
