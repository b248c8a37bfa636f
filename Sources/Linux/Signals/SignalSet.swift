/// A set of signals, sigset_t.
///
///     let stops: SignalSet = [.int, .term, .hup]
public struct SignalSet: RawRepresentable, Hashable, Sendable, SetAlgebra {
  /// Bit n - 1 stands for signal n.
  public var rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public init() { rawValue = 0 }

  /// Every signal but the two (32 and 33) that glibc keeps for itself: to cancel threads, and to change the user of
  /// all of them.
  public static let all = SignalSet(rawValue: ~reserved)

  static let reserved: UInt64 = 1 << 31 | 1 << 32

  /// The signals in it, by number.
  public var signals: [Signal] {
    (1...64).map { Signal(rawValue: $0) }.filter { contains($0) }
  }

  public func contains(_ signal: Signal) -> Bool { rawValue & bit(signal) != 0 }

  public func union(_ other: SignalSet) -> SignalSet { SignalSet(rawValue: rawValue | other.rawValue) }
  public func intersection(_ other: SignalSet) -> SignalSet { SignalSet(rawValue: rawValue & other.rawValue) }
  public func symmetricDifference(_ other: SignalSet) -> SignalSet {
    SignalSet(rawValue: rawValue ^ other.rawValue)
  }
  public mutating func formUnion(_ other: SignalSet) { self = union(other) }
  public mutating func formIntersection(_ other: SignalSet) { self = intersection(other) }
  public mutating func formSymmetricDifference(_ other: SignalSet) { self = symmetricDifference(other) }

  @discardableResult
  public mutating func insert(_ signal: Signal) -> (inserted: Bool, memberAfterInsert: Signal) {
    let isNew = !contains(signal)
    rawValue |= bit(signal)
    return (isNew, signal)
  }

  @discardableResult
  public mutating func remove(_ signal: Signal) -> Signal? {
    let found = contains(signal) ? signal : nil
    rawValue &= ~bit(signal)
    return found
  }

  @discardableResult
  public mutating func update(with signal: Signal) -> Signal? { insert(signal).inserted ? nil : signal }

  /// No signal has a number below 1 or above 64: such a one is in no set.
  private func bit(_ signal: Signal) -> UInt64 {
    (1...64).contains(signal.rawValue) ? 1 << UInt64(signal.rawValue - 1) : 0
  }
}

extension SignalSet: CustomStringConvertible {
  /// "[SIGINT, SIGTERM]"
  public var description: String { "[\(signals.map(\.description).joined(separator: ", "))]" }
}
