import CLinux

/// How the kernel imitates other systems: a domain in the low byte, and flags.
public struct Personality: Hashable, Sendable, CustomStringConvertible {
  public var rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The ordinary one.
  public static let linux = Personality(rawValue: UInt32(LINUX_PER_LINUX))
  /// uname tells a 32-bit machine.
  public static let linux32 = Personality(rawValue: UInt32(LINUX_PER_LINUX32))

  public init(_ domain: Personality, _ flags: PersonalityFlags) {
    rawValue = domain.domain.rawValue | flags.rawValue
  }

  /// Without the flags.
  public var domain: Personality { Personality(rawValue: rawValue & UInt32(LINUX_PER_MASK)) }
  public var flags: PersonalityFlags { PersonalityFlags(rawValue: rawValue & ~UInt32(LINUX_PER_MASK)) }

  /// "PER_LINUX32 | ADDR_NO_RANDOMIZE"
  public var description: String {
    let name =
      switch domain {
      case .linux: "PER_LINUX"
      case .linux32: "PER_LINUX32"
      default: "0x" + String(domain.rawValue, radix: 16)
      }
    return flags.isEmpty ? name : "\(name) | \(flags)"
  }
}

/// personality(persona)
///
/// Sets the calling thread's personality, or with nil asks for it. Its children have the same.
///
/// - Returns: the personality as it was before.
/// - SeeAlso: <https://man7.org/linux/man-pages/man2/personality.2.html>
@available(*, noasync, message: "acts on the calling thread only")
@discardableResult
public func personality(_ persona: Personality? = nil) throws(SystemCallError) -> Personality {
  let result = systemCall(__NR_personality, Int(persona?.rawValue ?? UInt32.max))
  return Personality(
    rawValue: UInt32(truncatingIfNeeded: try check(result, "personality", ["persona": persona])))
}
