import CLinux

/// What a ruleset can forbid on TCP ports: ABI 4, Linux 6.7.
public struct LandlockNetAccess: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public static let bindTCP = LandlockNetAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_NET_BIND_TCP))
  public static let connectTCP = LandlockNetAccess(rawValue: UInt64(LINUX_LANDLOCK_ACCESS_NET_CONNECT_TCP))

  public static var names: [(flag: LandlockNetAccess, name: String)] {
    [
      (.bindTCP, "LANDLOCK_ACCESS_NET_BIND_TCP"),
      (.connectTCP, "LANDLOCK_ACCESS_NET_CONNECT_TCP"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension LandlockNetAccess {
  @available(*, unavailable, renamed: "bindTCP")
  public static var LANDLOCK_ACCESS_NET_BIND_TCP: LandlockNetAccess { .bindTCP }
  @available(*, unavailable, renamed: "connectTCP")
  public static var LANDLOCK_ACCESS_NET_CONNECT_TCP: LandlockNetAccess { .connectTCP }
}

/// What a ruleset can cut off wholly: ABI 6, Linux 6.12.
public struct LandlockScopes: NamedFlags {
  public let rawValue: UInt64
  public init(rawValue: UInt64) { self.rawValue = rawValue }

  /// No connection to abstract sockets made outside of the domain.
  public static let abstractUnixSocket = LandlockScopes(
    rawValue: UInt64(LINUX_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET))
  /// No signals to processes outside of the domain.
  public static let signal = LandlockScopes(rawValue: UInt64(LINUX_LANDLOCK_SCOPE_SIGNAL))

  public static var names: [(flag: LandlockScopes, name: String)] {
    [
      (.abstractUnixSocket, "LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET"),
      (.signal, "LANDLOCK_SCOPE_SIGNAL"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension LandlockScopes {
  @available(*, unavailable, renamed: "abstractUnixSocket")
  public static var LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET: LandlockScopes { .abstractUnixSocket }
  @available(*, unavailable, renamed: "signal")
  public static var LANDLOCK_SCOPE_SIGNAL: LandlockScopes { .signal }
}

/// What landlock_restrict_self(2) takes: ABI 7, Linux 6.15.
public struct LandlockRestrictFlags: NamedFlags {
  public let rawValue: UInt32
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Don't log what this program is denied before its next exec.
  public static let logSameExecOff = LandlockRestrictFlags(
    rawValue: UInt32(LINUX_LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF))
  /// Log what is denied after the next exec.
  public static let logNewExecOn = LandlockRestrictFlags(
    rawValue: UInt32(LINUX_LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON))
  /// Don't log what domains nested in this one deny.
  public static let logSubdomainsOff = LandlockRestrictFlags(
    rawValue: UInt32(LINUX_LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF))

  public static var names: [(flag: LandlockRestrictFlags, name: String)] {
    [
      (.logSameExecOff, "LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF"),
      (.logNewExecOn, "LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON"),
      (.logSubdomainsOff, "LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF"),
    ]
  }
}

// Whoever types the C name gets a fix-it.
extension LandlockRestrictFlags {
  @available(*, unavailable, renamed: "logSameExecOff")
  public static var LANDLOCK_RESTRICT_SELF_LOG_SAME_EXEC_OFF: LandlockRestrictFlags { .logSameExecOff }
  @available(*, unavailable, renamed: "logNewExecOn")
  public static var LANDLOCK_RESTRICT_SELF_LOG_NEW_EXEC_ON: LandlockRestrictFlags { .logNewExecOn }
  @available(*, unavailable, renamed: "logSubdomainsOff")
  public static var LANDLOCK_RESTRICT_SELF_LOG_SUBDOMAINS_OFF: LandlockRestrictFlags { .logSubdomainsOff }
}
