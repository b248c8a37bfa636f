/// A set of capabilities: `[.netAdmin, .sysAdmin]`. It prints as `CAP_NET_ADMIN | CAP_SYS_ADMIN`.
public struct CapabilitySet: SetAlgebra, Hashable, Sendable {
  /// One bit for each, as in /proc/PID/status.
  public var rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }
  public init() { rawValue = 0 }

  /// Every capability up to this one: what a kernel has, with `lastCapability()`.
  public init(through last: Capability) {
    rawValue = last.rawValue < 0 ? 0 : ~0 >> UInt64(63 - Swift.min(last.rawValue, 63))
  }

  public func contains(_ member: Capability) -> Bool { rawValue & Self.bit(member) != 0 }

  public func union(_ other: CapabilitySet) -> CapabilitySet {
    CapabilitySet(rawValue: rawValue | other.rawValue)
  }

  public func intersection(_ other: CapabilitySet) -> CapabilitySet {
    CapabilitySet(rawValue: rawValue & other.rawValue)
  }

  public func symmetricDifference(_ other: CapabilitySet) -> CapabilitySet {
    CapabilitySet(rawValue: rawValue ^ other.rawValue)
  }

  @discardableResult
  public mutating func insert(_ newMember: Capability) -> (inserted: Bool, memberAfterInsert: Capability) {
    let isNew = !contains(newMember)
    rawValue |= Self.bit(newMember)
    return (isNew, newMember)
  }

  @discardableResult
  public mutating func remove(_ member: Capability) -> Capability? {
    guard contains(member) else { return nil }
    rawValue &= ~Self.bit(member)
    return member
  }

  @discardableResult
  public mutating func update(with newMember: Capability) -> Capability? {
    insert(newMember).inserted ? nil : newMember
  }

  public mutating func formUnion(_ other: CapabilitySet) { self = union(other) }
  public mutating func formIntersection(_ other: CapabilitySet) { self = intersection(other) }
  public mutating func formSymmetricDifference(_ other: CapabilitySet) { self = symmetricDifference(other) }

  /// 0 for a number that no 64-bit set can hold.
  private static func bit(_ capability: Capability) -> UInt64 {
    (0..<64).contains(capability.rawValue) ? 1 << UInt64(capability.rawValue) : 0
  }
}

extension CapabilitySet: Sequence {
  /// In ascending order of their numbers.
  public func makeIterator() -> some IteratorProtocol<Capability> {
    let bits = rawValue
    return (0..<64).lazy.filter { bits >> $0 & 1 != 0 }.map { Capability(rawValue: $0) }.makeIterator()
  }
}

extension CapabilitySet: CustomStringConvertible {
  public var description: String { isEmpty ? "0" : map(\.description).joined(separator: " | ") }
}
