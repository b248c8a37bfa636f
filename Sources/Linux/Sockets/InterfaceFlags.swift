import CLinux

/// What a network interface is, and whether it is used.
public struct InterfaceFlags: NamedFlags {
  public let rawValue: UInt16
  public init(rawValue: UInt16) { self.rawValue = rawValue }

  /// It is used. The other flags that can be set are few: the rest tells what the interface is.
  public static let up = InterfaceFlags(rawValue: UInt16(LINUX_IFF_UP))
  public static let broadcast = InterfaceFlags(rawValue: UInt16(LINUX_IFF_BROADCAST))
  public static let debug = InterfaceFlags(rawValue: UInt16(LINUX_IFF_DEBUG))
  public static let loopback = InterfaceFlags(rawValue: UInt16(LINUX_IFF_LOOPBACK))
  public static let pointToPoint = InterfaceFlags(rawValue: UInt16(LINUX_IFF_POINTOPOINT))
  public static let noTrailers = InterfaceFlags(rawValue: UInt16(LINUX_IFF_NOTRAILERS))
  /// It could carry packets now: a cable is there.
  public static let running = InterfaceFlags(rawValue: UInt16(LINUX_IFF_RUNNING))
  public static let noARP = InterfaceFlags(rawValue: UInt16(LINUX_IFF_NOARP))
  public static let promiscuous = InterfaceFlags(rawValue: UInt16(LINUX_IFF_PROMISC))
  public static let allMulticast = InterfaceFlags(rawValue: UInt16(LINUX_IFF_ALLMULTI))
  public static let multicast = InterfaceFlags(rawValue: UInt16(LINUX_IFF_MULTICAST))

  public static var names: [(flag: InterfaceFlags, name: String)] {
    [
      (.up, "IFF_UP"),
      (.broadcast, "IFF_BROADCAST"),
      (.debug, "IFF_DEBUG"),
      (.loopback, "IFF_LOOPBACK"),
      (.pointToPoint, "IFF_POINTOPOINT"),
      (.noTrailers, "IFF_NOTRAILERS"),
      (.running, "IFF_RUNNING"),
      (.noARP, "IFF_NOARP"),
      (.promiscuous, "IFF_PROMISC"),
      (.allMulticast, "IFF_ALLMULTI"),
      (.multicast, "IFF_MULTICAST"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension InterfaceFlags {
  @available(*, unavailable, renamed: "up")
  public static var IFF_UP: InterfaceFlags { .up }
  @available(*, unavailable, renamed: "broadcast")
  public static var IFF_BROADCAST: InterfaceFlags { .broadcast }
  @available(*, unavailable, renamed: "debug")
  public static var IFF_DEBUG: InterfaceFlags { .debug }
  @available(*, unavailable, renamed: "loopback")
  public static var IFF_LOOPBACK: InterfaceFlags { .loopback }
  @available(*, unavailable, renamed: "pointToPoint")
  public static var IFF_POINTOPOINT: InterfaceFlags { .pointToPoint }
  @available(*, unavailable, renamed: "noTrailers")
  public static var IFF_NOTRAILERS: InterfaceFlags { .noTrailers }
  @available(*, unavailable, renamed: "running")
  public static var IFF_RUNNING: InterfaceFlags { .running }
  @available(*, unavailable, renamed: "noARP")
  public static var IFF_NOARP: InterfaceFlags { .noARP }
  @available(*, unavailable, renamed: "promiscuous")
  public static var IFF_PROMISC: InterfaceFlags { .promiscuous }
  @available(*, unavailable, renamed: "allMulticast")
  public static var IFF_ALLMULTI: InterfaceFlags { .allMulticast }
  @available(*, unavailable, renamed: "multicast")
  public static var IFF_MULTICAST: InterfaceFlags { .multicast }
}
