/// A scope: systemd's name for a cgroup with processes that somebody else has started.
public struct Scope: Hashable, Sendable {
  /// "cooper-ID.scope"
  public var name: String
  /// Where systemd listens.
  public var bus: String
  /// Where the scope's cgroup comes to be.
  public var cgroup: String
  public var properties: [Property]

  /// One of org.freedesktop.systemd1.Scope's.
  public struct Property: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
      case text(String)
      case flag(Bool)
      case number(UInt64)
    }

    public var name: String
    public var value: Value

    public init(_ name: String, _ value: Value) {
      self.name = name
      self.value = value
    }
  }

  public init(name: String, bus: String, cgroup: String, properties: [Property]) {
    self.name = name
    self.bus = bus
    self.cgroup = cgroup
    self.properties = properties
  }
}

extension Scope.Property: CustomStringConvertible {
  public var description: String {
    switch value {
    case .text(let text): "\(name)=\(text)"
    case .flag(let flag): "\(name)=\(flag ? "yes" : "no")"
    case .number(.max): "\(name)=infinity"
    case .number(let number): "\(name)=\(number)"
    }
  }
}
